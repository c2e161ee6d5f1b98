import type { ResultRow } from './result-row.js';

/** Groups the rows of each record, which are adjacent. */
export async function* groupRecords<Stored>(
  stored: AsyncIterable<Stored>,
  read: (row: Stored) => ResultRow,
): AsyncGenerator<readonly ResultRow[], undefined> {
  let record: ResultRow[] = [];
  for await (const each of stored) {
    const row = read(each);
    if (record.length > 0 && record[0]!.index !== row.index) {
      yield record;
      record = [];
    }
    record.push(row);
  }
  if (record.length > 0) yield record;
  return undefined;
}
