import type { Page } from './page.ts';

/** What was promised; metrics count as one page, all of them together. */
export const LEAST_WRITTEN = 60;

/** Each of these folders is a catalogue, a page for every metric or plugin, and counts as one page. */
const CATALOGUES = ['docs/metrics/', 'docs/plugins/'];

/**
 * Counts pages.
 *
 * Counted as written by hand: what lies in `docs`, without decisions, without the references of the SDKs, which are made from
 * docstrings, and with each catalogue as one. READMEs are not counted.
 */
export function countPages(pages: readonly Page[]): { written: number; generated: number } {
  const written = pages.filter(
    ({ kind, source }) =>
      kind === 'written' && source.startsWith('docs/') && !/^docs\/(sdk-|decisions\/)/.test(source),
  );
  const catalogues = CATALOGUES.map(
    (folder) => written.filter(({ source }) => source.startsWith(folder)).length,
  );
  const surplus = catalogues.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  const count = written.length - surplus;
  return { written: count, generated: pages.length - count };
}
