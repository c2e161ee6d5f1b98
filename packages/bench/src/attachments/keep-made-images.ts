import type { Dataset } from '../dataset/dataset.js';
import type { ResultRow } from '../results/result-row.js';
import type { ImageKeeper } from './kept-images.js';

/**
 * Keeps the images of records whose rows were made elsewhere.
 *
 * @returns Gets the rows of each record, in order.
 */
export function keepMadeImages(
  images: ImageKeeper,
  dataset: Pick<Dataset, 'records'>,
): (rows: readonly ResultRow[]) => Promise<void> | undefined {
  let next = 0;
  const keep = async (position: number, rows: readonly ResultRow[]): Promise<void> => {
    for await (const { attachments } of dataset.records({ from: position, to: position + 1 })) {
      await attachments?.use(async (files) => await images.keep(files, rows));
    }
  };
  return (rows) => {
    const position = next;
    next += 1;
    return images.wants(rows) ? keep(position, rows) : undefined;
  };
}
