/** Where a page comes from: written by hand, or made from sources. */
type PageKind = 'written' | 'generated';

/** One page of the site, as Markdown. */
export interface Page {
  /** Its address without the slashes around it: `guides/gates`; empty for the first page. */
  readonly address: string;
  /** The file that it comes from, relative to the root of the repository; of a generated page, its main source. */
  readonly source: string;
  readonly title: string;
  /** One sentence for search results and `llms.txt`. */
  readonly description: string;
  /** Without the title. Links are as in `source`. */
  readonly body: string;
  readonly kind: PageKind;
  /** False for pages that are found by search and links only. */
  readonly inSidebar: boolean;
}

/**
 * Takes Markdown apart: the first heading is the title, the first paragraph the description.
 *
 * @throws {Error} If the text does not begin with a heading of the first level.
 */
export function parsePage(
  source: string,
  text: string,
): Pick<Page, 'title' | 'description' | 'body'> {
  const heading = /^\s*# (.+)\n/.exec(text);
  if (heading === null)
    throw new Error(`Cannot read page "${source}": its first line is no "# title"`);
  const body = text.slice(heading[0].length);
  return { title: plainText(heading[1]!), description: plainText(firstParagraph(body)), body };
}

/** The first paragraph of prose: no heading, table, list, block or HTML. */
function firstParagraph(body: string): string {
  const withoutBlocks = body.replace(/^```[^]*?^```$/gm, '');
  const paragraphs = withoutBlocks.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  const prose = paragraphs.find((paragraph) => /^[\w"'`*[(]/.test(paragraph)) ?? '';
  const text = prose.replace(/\s+/g, ' ');
  return text.length <= 300 ? text : `${text.slice(0, 297)}...`;
}

/** Without the marks of Markdown. */
function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .trim();
}

/** The address of a page as links have it. */
export function hrefOf(page: Page): string {
  return page.address === '' ? '/' : `/${page.address}/`;
}
