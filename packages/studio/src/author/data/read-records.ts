import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';

import { MAX_ANSWER_BYTES } from '../limits.js';
import type { DataRecord } from './records.js';

/**
 * The first records of a data set, untruncated; fewer if they are large.
 *
 * @throws {BenchError} Like `openDataset`.
 */
export async function readRecords(
  path: string,
  count: number,
  signal: AbortSignal,
): Promise<readonly DataRecord[]> {
  const dataset = await openDataset(parseDatasetConfig({ path }), { checkFields: false });
  try {
    const records: DataRecord[] = [];
    let bytes = 0;
    for await (const { row } of dataset.rows({ from: 0 })) {
      signal.throwIfAborted();
      bytes += JSON.stringify(row).length;
      if (records.length === count || bytes > MAX_ANSWER_BYTES) break;
      records.push(row);
    }
    return records;
  } finally {
    await dataset.close();
  }
}
