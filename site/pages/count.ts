import type { Page } from './page.ts';

/** What was promised; metrics count as one page, all of them together. */
export const LEAST_WRITTEN = 60;

/**
 * Counts pages.
 *
 * Counted as written by hand: what lies in `docs`, without decisions, without the references of the SDKs, which are made from
 * docstrings, and with the pages of metrics as one. READMEs are not counted.
 */
export function countPages(pages: readonly Page[]): { written: number; generated: number } {
  const written = pages.filter(
    ({ kind, source }) =>
      kind === 'written' && source.startsWith('docs/') && !/^docs\/(sdk-|decisions\/)/.test(source),
  );
  const metrics = written.filter(({ source }) => source.startsWith('docs/metrics/')).length;
  const count = written.length - Math.max(0, metrics - 1);
  return { written: count, generated: pages.length - count };
}
