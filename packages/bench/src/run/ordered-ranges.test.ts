import { describe, expect, it } from 'vitest';

import type { RunSegment } from '@testbench/types/stores';

import type { ResultRow } from '../results/result-row.js';
import { OrderedRanges } from './ordered-ranges.js';

const rowsOf = (from: number, to: number): ResultRow[][] =>
  Array.from({ length: to - from }, (_, at) => [{ index: from + at } as ResultRow]);

/** A run in memory, which says what was handed on and what was read from disk. */
function setUp(maxHeldCharacters = 100) {
  const segments: RunSegment[] = [];
  const told: number[] = [];
  const read: number[] = [];
  const ordered = new OrderedRanges({
    segments: () => segments.toSorted((one, other) => one.from - other.from),
    async *read({ from, to }) {
      read.push(from);
      yield* rowsOf(from, to);
    },
    onRecord: ([row]) => void told.push(row!.index),
    pause: async () => {},
    maxHeldCharacters,
  });
  const write = (from: number, to: number): void => {
    segments.push({ from, to, rows: to - from, bytes: 1, digest: '' });
  };
  const add = async (from: number, to: number, characters = 1): Promise<void> => {
    write(from, to);
    await ordered.add({ from, to }, rowsOf(from, to), characters);
  };
  return { ordered, told, read, write, add };
}

describe('OrderedRanges', () => {
  it('hands on in order what comes in any order, without reading it again', async () => {
    const { add, told, read } = setUp();
    await add(2, 4);
    expect(told).toEqual([]);
    await add(0, 2);
    expect(told).toEqual([0, 1, 2, 3]);
    await Promise.all([add(6, 7), add(5, 6), add(4, 5)]);
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(read).toEqual([]);
  });

  it('reads from disk what was there before, and what it had no room for', async () => {
    const { add, told, read, write, ordered } = setUp(10);
    write(0, 2);
    await add(4, 6, 8);
    await add(6, 8, 8);
    await add(2, 4, 50);
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(read).toEqual([0, 6]);
    await ordered.flush();
    expect(told).toHaveLength(8);
  });

  it('hands on no range twice', async () => {
    const { add, told, ordered, write } = setUp();
    write(0, 2);
    await ordered.flush();
    await ordered.add({ from: 0, to: 2 }, rowsOf(0, 2), 1);
    await add(2, 3);
    expect(told).toEqual([0, 1, 2]);
  });
});
