import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';

import type { Page } from './page.ts';

/** What a relative link of a page leads to. */
export type LinkTarget =
  | { readonly kind: 'page'; readonly page: Page; readonly anchor: string }
  /** A file or folder of the repository that has no page. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'missing'; readonly path: string };

/** Finds pages by the files that they come from. */
export class LinkResolver {
  readonly #root: string;
  readonly #bySource: ReadonlyMap<string, Page>;
  /** Pages that are made from sources, by address. */
  readonly #made: ReadonlyMap<string, Page>;

  constructor(root: string, pages: readonly Page[]) {
    this.#root = root;
    this.#made = new Map(
      pages.filter((page) => page.kind === 'generated').map((page) => [page.address, page]),
    );
    this.#bySource = new Map(
      pages.filter((page) => page.kind === 'written').map((page) => [page.source, page]),
    );
  }

  /** @param address What stands in the parentheses of a Markdown link. */
  resolve(from: Page, address: string): LinkTarget {
    if (/^[a-z][a-z0-9+.-]*:/i.test(address) || address.startsWith('/'))
      return { kind: 'elsewhere' };
    const [path = '', anchor = ''] = address.split('#', 2);
    if (path === '') return { kind: 'page', page: from, anchor };
    const source = posix.normalize(posix.join(posix.dirname(from.source), path)).replace(/\/$/, '');
    const page =
      this.#bySource.get(source) ??
      this.#bySource.get(`${source}/README.md`) ??
      this.#byAddress(source);
    if (page !== undefined) return { kind: 'page', page, anchor };
    return existsSync(join(this.#root, source))
      ? { kind: 'file', path: source }
      : { kind: 'missing', path: source };
  }

  /** The folder `docs/decisions` has a page that is made. */
  #byAddress(source: string): Page | undefined {
    return source.startsWith('docs/') ? this.#made.get(source.slice('docs/'.length)) : undefined;
  }
}

/** Rewrites the links of Markdown, code left alone; `rewrite` gets text and address and gives Markdown. */
export function rewriteLinks(
  markdown: string,
  rewrite: (text: string, address: string, whole: string) => string,
): string {
  // As long as the original, so that places are the same.
  const masked = maskCode(markdown);
  const links = [...masked.matchAll(/(?<!!)\[([^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\]\(([^()\s]+)\)/g)];
  let text = markdown;
  for (const link of links.toReversed()) {
    const end = link.index + link[0].length;
    const inner = markdown.slice(link.index + 1, link.index + 1 + link[1]!.length);
    const whole = markdown.slice(link.index, end);
    text = text.slice(0, link.index) + rewrite(inner, link[2]!, whole) + text.slice(end);
  }
  return text;
}

/** Replaces blocks and spans of code by as many dots. */
export function maskCode(markdown: string): string {
  const dots = (code: string): string => code.replace(/[^\n]/g, '.');
  return markdown
    .replace(/^( *)(```+|~~~+)[^]*?^\1\2 *$/gm, dots)
    .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, dots);
}
