import { render } from 'preact';

import { findPage, PAGES, type PagePath } from '../pages.js';
import { Shell } from './shell.js';
import { VIEWS } from './views.js';

/** Shows the page that the address names. */
export async function startPage(): Promise<void> {
  const page = findPage(location.pathname) ?? PAGES[0];
  document.title = `${page.name} · Testbench Studio`;
  const View = await VIEWS[page.path as PagePath]();
  render(
    <Shell page={page}>
      <View />
    </Shell>,
    document.getElementById('app')!,
  );
}
