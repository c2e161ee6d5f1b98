import type { ResultRow } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { recordName, type ReportedRun } from '../reporter.js';
import { Block } from './encode-block.js';
import { PAGE_LIMITS, PageBuilder, type PageLimits } from './page-builder.js';
import { RowFlag } from './page-data.js';

const RESULTS = { summaries: [], comparisons: [] };

async function build(
  runs: readonly ReturnType<typeof generateRun>[],
  limits = PAGE_LIMITS,
  failedRecords?: ReadonlySet<string>,
) {
  const writtenAt = '2026-01-02T03:04:05Z';
  const reported = runs.map((run): ReportedRun => ({
    ...run,
    writtenAt,
    ...(failedRecords && { failedRecords }),
  }));
  const builder = new PageBuilder(reported, limits);
  for (const [number, run] of runs.entries()) {
    for await (const row of run.rows()) builder.add(row, number);
  }
  return builder.finish(RESULTS);
}

const small = (limits: Partial<PageLimits>): PageLimits => ({ ...PAGE_LIMITS, ...limits });

describe('PageBuilder', () => {
  it('has columns of all rows, and their texts in blocks', async () => {
    const run = generateRun({ records: 3, epochs: 2 });
    const { index, blocks } = await build([run]);
    expect(index.rows.record).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(index.rows.system).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
    expect(index.rows.epoch).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
    expect(index.records).toEqual({
      index: [0, 1, 2],
      id: ['problem-00000', 'problem-00001', 'problem-00002'],
      group: [0, 1, 2],
    });
    expect(index.sample).toBeUndefined();
    const block = new Block(blocks[0]!);
    let position = 0;
    for await (const row of run.rows()) {
      expect(block.row(position).output).toBe(row.output);
      expect(index.rows.scores[0]![position]).toBe(row.scores['exact-match'] ?? null);
      position += 1;
    }
  });

  it('says of a row whether it failed, was dropped, or passed', async () => {
    const kinds: Partial<ResultRow>[] = [
      { failure: { stage: 'provider', code: 'CALL_FAILED', message: '' } },
      { errors: { e: { code: 'CALL_FAILED', message: '' } } },
      { dropped: {}, passed: true },
      { passed: false },
    ];
    const change = ({ index, prompt, provider, model, epoch }: ResultRow): ResultRow => ({
      index,
      prompt,
      provider,
      model,
      epoch,
      scores: {},
      ...kinds[index],
    });
    const { index } = await build([generateRun({ records: 4, models: ['m'], change })]);
    expect(index.rows.flags).toEqual([
      RowFlag.failed,
      RowFlag.failed,
      RowFlag.dropped | RowFlag.passed,
      RowFlag.notPassed,
    ]);
  });

  it('finds the records of a second run by their ids, in whatever order', async () => {
    const turned = generateRun({
      records: 3,
      models: ['m'],
      change: (row) => ({ ...row, index: 2 - row.index }),
    });
    const { index } = await build([generateRun({ records: 3, models: ['m'] }), turned]);
    expect(index.systems.map(({ run }) => run)).toEqual([0, 1]);
    expect(index.records.index).toEqual([0, 1, 2]);
    const ofSecond = index.rows.record.filter((_, row) => index.rows.system[row] === 1);
    expect(ofSecond).toEqual([0, 1, 2]);
  });

  it.each([
    { limits: { maxRecords: 50 }, atMost: 50 },
    { limits: { maxRows: 80 }, atMost: 40 },
    { limits: { maxCharacters: 60_000 }, atMost: 60 },
  ])(
    'takes a sample where there is more than $limits, failures first',
    async ({ limits, atMost }) => {
      const run = generateRun({ records: 500 });
      let failed = 0;
      let last = -1;
      for await (const { failure, index } of run.rows()) {
        if (failure !== undefined && index !== last) {
          failed += 1;
          last = index;
        }
      }
      const { index } = await build([run], small(limits));
      const records = index.records.index.length;
      expect(records).toBeLessThanOrEqual(atMost);
      expect(records).toBeGreaterThan(atMost / 2);
      expect(index.sample).toEqual({
        records,
        totalRecords: 500,
        failedRecords: failed,
        totalFailedRecords: failed,
      });
      // All rows of a record, or none.
      expect(index.rows.record).toHaveLength(2 * records);
      expect(await build([run], small(limits))).toEqual(await build([run], small(limits)));
    },
  );

  it('keeps what failed in the second run, too', async () => {
    const failure = { stage: 'provider', code: 'CALL_FAILED', message: '' };
    const runs = [
      generateRun({ records: 300, models: ['m'], change: ({ failure: _failure, ...row }) => row }),
      generateRun({
        records: 300,
        models: ['m'],
        change: ({ failure: _failure, ...row }) =>
          row.index % 30 === 7 ? { ...row, failure } : row,
      }),
    ];
    const failedRecords = new Set<string>();
    for await (const row of runs[1]!.rows()) {
      if (row.failure !== undefined) failedRecords.add(recordName(row));
    }
    const { index } = await build(runs, small({ maxRecords: 40 }), failedRecords);
    expect(index.sample).toMatchObject({ failedRecords: 10, totalFailedRecords: 10 });
    const failed = index.rows.flags.filter((flags) => (flags & RowFlag.failed) !== 0);
    expect(failed).toHaveLength(10);
    expect(index.rows.record).toHaveLength(2 * index.records.index.length);
  });

  it('has of two runs the same records', async () => {
    const runs = [
      generateRun({ records: 300, models: ['m'] }),
      generateRun({ records: 300, models: ['m'], seed: 5 }),
    ];
    const { index } = await build(runs, small({ maxRecords: 40 }));
    const counts = index.records.index.map(
      (_, record) => index.rows.record.filter((each) => each === record).length,
    );
    expect(new Set(counts)).toEqual(new Set([2]));
  });
});
