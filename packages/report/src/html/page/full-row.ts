import type { BlockRow } from '../encode-block.js';
import type { PageRow } from './page-store.js';

/** A row with its texts. */
export interface FullRow {
  readonly row: PageRow;
  readonly texts: BlockRow;
}

/** The expected answer, as text. */
export function expectedText({ expected, expectedJson }: BlockRow): string | undefined {
  return typeof expected === 'string' ? expected : expectedJson;
}
