import { describe, expect, it } from 'vitest';

import type { ResultRow } from '../results/result-row.js';
import { ROW_CUTS, type RowCut } from './row-cuts.js';
import { SumBoard } from './sum-board.js';

const base = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1 };
const rowOf = (metrics: unknown, more: Partial<ResultRow> = {}): ResultRow => ({
  ...base,
  scores: { e: 0.5 },
  ...(metrics === undefined
    ? {}
    : { details: { e: { metrics: metrics as Record<string, number> } } }),
  ...more,
});
const boardOf = (rows: readonly ResultRow[], cuts?: readonly RowCut[]): SumBoard => {
  const board = new SumBoard({ evaluators: ['e'], ...(cuts && { cuts }) });
  for (const row of rows) board.add([row]);
  return board;
};

describe('SumBoard', () => {
  it('adds up by each cut, and leaves out rows that are in none', () => {
    const rows = [
      rowOf({ a: 1 }, { group: 'x' }),
      rowOf({ a: 2 }, { group: 'y', model: 'n' }),
      rowOf({ a: 4 }),
    ];
    const sets = boardOf(rows, [ROW_CUTS.all, ROW_CUTS.model, ROW_CUTS.group]).sets();
    expect(sets.map(({ labels, sums }) => [labels, sums.values().a, sums.n])).toEqual([
      [{}, 7, 3],
      [{ model: 'm' }, 5, 2],
      [{ group: 'x' }, 1, 1],
      [{ model: 'n' }, 2, 1],
      [{ group: 'y' }, 2, 1],
    ]);
  });

  it('gives the same sums in any order, and over any shards', () => {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      rowOf({ third: (index * 7919) / 3, tiny: 10 ** -(index % 30), n: 1 }, { index }),
    );
    const whole = boardOf(rows).sets()[0]!.sums.values();
    expect(boardOf(rows.toReversed()).sets()[0]!.sums.values()).toEqual(whole);
    for (const shards of [1, 7, 100]) {
      const merged = boardOf([]);
      for (let shard = shards - 1; shard >= 0; shard -= 1) {
        merged.merge(boardOf(rows.filter(({ index }) => index % shards === shard)));
      }
      const [set] = merged.sets();
      expect([set!.sums.values(), set!.sums.n]).toEqual([whole, 1000]);
      expect(set!.blocks!.count).toBe(1000);
    }
  });

  it('counts a metric that a row lacks as 0, and a name "__proto__" as data', () => {
    const odd = JSON.parse('{"__proto__": 2}') as object;
    const [set] = boardOf([rowOf({ a: 1 }), rowOf(odd)]).sets();
    expect(JSON.stringify(set!.sums.values())).toBe('{"__proto__":2,"a":1}');
  });

  it('takes the epochs of a record for one record', () => {
    const board = boardOf([]);
    board.add([1, 2, 3].map((epoch) => rowOf({ a: epoch }, { epoch })));
    const [set] = board.sets();
    expect([set!.sums.values(), set!.sums.n, set!.blocks!.count]).toEqual([{ a: 6 }, 3, 1]);
  });

  it('leaves out what failed and what was dropped, and counts both', () => {
    const failure = { code: 'CALL_TRAPPED', message: 'm' };
    const [set] = boardOf([
      rowOf({ a: 1 }),
      rowOf({ a: 2 }, { dropped: {} }),
      rowOf(undefined, { scores: {}, errors: { e: failure } }),
      rowOf({ a: 8 }, { failure: { ...failure, stage: 'filters[0]' } }),
    ]).sets();
    expect([set!.sums.values(), set!.errors, set!.dropped]).toEqual([{ a: 1 }, 2, 1]);
  });

  it.each([
    { title: 'no metrics', metrics: undefined, problem: 'it has no metrics' },
    { title: 'NaN', metrics: { a: Number.NaN }, problem: 'the metric "a" is NaN' },
    { title: 'a text', metrics: { a: '1' }, problem: 'the metric "a" is 1' },
    { title: 'an overflow to come', metrics: { a: 1e308 }, problem: 'the metric "a" is 1e+308' },
    {
      title: 'a long name',
      metrics: { ['x'.repeat(257)]: 1 },
      problem: 'the name of a metric has 257',
    },
  ])('says which row has $title, and goes on', ({ metrics, problem }) => {
    const [set] = boardOf([rowOf({ a: 1 }), rowOf(metrics, { index: 7 }), rowOf({ a: 2 })]).sets();
    expect(set!.problem).toContain(`row of record 7: ${problem}`);
  });

  it('keeps no more names than a set may have, however many rows bring', () => {
    const board = new SumBoard({ evaluators: ['e'] });
    for (let index = 0; index < 4000; index += 1) {
      const names = Array.from({ length: 16 }, (_, place) => [`m${index}.${place}`, 1]);
      board.add([rowOf(Object.fromEntries(names))]);
    }
    const [set] = board.sets();
    expect(set!.problem).toContain('there are more than 32768 metrics');
    expect(set!.sums.size).toBe(0);
  });

  it('keeps no more sets than there is room for, and says so', () => {
    const rows = Array.from({ length: 10_001 }, (_, index) =>
      rowOf({ a: 1 }, { group: `${index}` }),
    );
    const board = boardOf(rows, [ROW_CUTS.group]);
    expect([board.sets().length, board.isFull]).toEqual([10_000, true]);
  });

  it('keeps records in larger blocks when there are many', () => {
    const [set] = boardOf(
      Array.from({ length: 20_001 }, (_, index) => rowOf({ a: index, ...(index % 2 && { b: 1 }) })),
    ).sets();
    const table = set!.blocks!.drawn().table;
    expect([table.blocks, table.recordsPerBlock, table.names]).toEqual([5000, 4, ['a', 'b']]);
    expect([...table.n.subarray(0, 2)]).toEqual([4, 4]);
    expect([...table.values.subarray(0, 4)]).toEqual([6, 2, 22, 2]);
    expect(set!.sums.values()).toEqual({ a: 200_010_000, b: 10_000 });
  });
});
