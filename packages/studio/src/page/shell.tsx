import type { ComponentChildren, JSX } from 'preact';

import { type Page, PAGES } from '../pages.js';

/** The frame around every page. */
export function Shell({
  page,
  children,
}: {
  readonly page: Page;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <span class="brand">Testbench Studio</span>
        <nav aria-label="Pages">
          {PAGES.filter(({ isInNavigation }) => isInNavigation).map(({ path, name }) => (
            <a key={path} href={path} aria-current={path === page.path ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      <main id="main">{children}</main>
    </>
  );
}
