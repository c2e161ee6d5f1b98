import { describe, expect, it } from 'vitest';

import { RecordIndex } from './record-index.js';

describe('RecordIndex', () => {
  it('keeps offsets up to 48 bits and places up to 32, over several chunks', () => {
    const index = new RecordIndex();
    const offsetOf = (record: number): number => 2 ** 48 - 1 - record * 4_294_000_001;
    for (let record = 0; record < 65_538; record += 1) {
      index.add(offsetOf(record), 2 ** 32 - 1 - record, String(record));
    }
    for (const record of [0, 1, 65_535, 65_536, 65_537]) {
      expect(index.offset(record)).toBe(offsetOf(record));
      expect(index.place(record)).toBe(2 ** 32 - 1 - record);
    }
  });

  it('finds the hashes of equal ids, wherever they stand', () => {
    const index = new RecordIndex();
    // Made of two parts.
    const count = 300_000;
    for (let record = 0; record < count; record += 1) {
      index.add(record, 1, record === count - 1 ? '7' : String(record));
    }
    const expected = index.hash('7');
    const found = index.takeEqualHashes();
    expect(found).toContain(expected);
    // With this many ids, two have equal hashes by accident in one of 6,000 runs.
    expect(found.size).toBeLessThanOrEqual(2);
  });

  it('hashes into all of 48 bits', () => {
    const index = new RecordIndex();
    let union = 0n;
    for (let record = 0; record < 1_000; record += 1) {
      union |= BigInt(index.hash(`record ${record}`));
    }
    expect(union).toBe(2n ** 48n - 1n);
  });
});
