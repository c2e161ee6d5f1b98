import { fileURLToPath } from 'node:url';

import { drawDiagrams } from './diagrams.ts';
import { LinkResolver, rewriteLinks } from './links.ts';
import type { Page } from './page.ts';
import { writtenPages } from './written.ts';

/** The root of the repository. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let all: readonly Page[] | undefined;

/** Every page of the site, in no order. */
export function sitePages(): readonly Page[] {
  all ??= writtenPages(ROOT);
  return all;
}

/** The address of a page as links have it. */
export function hrefOf(page: Page): string {
  return page.address === '' ? '/' : `/${page.address}/`;
}

/** The Markdown of a page as the site renders it: links are addresses, diagrams are drawn. */
export function renderedMarkdown(page: Page): string {
  const resolver = new LinkResolver(ROOT, sitePages());
  const linked = rewriteLinks(page.body, (text, address, whole) => {
    const target = resolver.resolve(page, address);
    if (target.kind === 'elsewhere') return whole;
    if (target.kind === 'missing') {
      throw new Error(
        `Cannot render ${page.source}: it links to ${target.path}, which does not exist`,
      );
    }
    // There is no public address of the repository yet.
    if (target.kind === 'file')
      return `<span title="${target.path} in the repository">${text}</span>`;
    const anchor = target.anchor === '' ? '' : `#${target.anchor}`;
    return `[${text}](${target.page === page ? '' : hrefOf(target.page)}${anchor})`;
  });
  return drawDiagrams(linked);
}
