import { describe, expect, it } from 'vitest';

import { type PartialRow, rowsOf, scoredRun } from '../__fixtures__/scored-run.js';
import { compareRuns } from './compare-runs.js';

const alternating = (n: number): number[] => Array.from({ length: n }, (_, index) => index % 2);
/** Makes the first `count` wrong answers right. */
const better = (scores: readonly number[], count: number): number[] => {
  let left = count;
  return scores.map((score) => (score === 0 && left-- > 0 ? 1 : score));
};

const named = (scores: readonly number[]): PartialRow[] =>
  rowsOf(scores).map((row) =>
    Object.assign(row, { id: `r${row.index}`, group: row.index < 2 ? 'x' : 'y' }),
  );

describe('compareRuns()', () => {
  it('answers that it cannot tell, with how many records would be needed', async () => {
    const scores = alternating(40);
    const a = scoredRun({ rows: rowsOf(scores) });
    const b = scoredRun({ run: 'other', rows: rowsOf(better(scores, 3)) });
    const [metric] = (await compareRuns(a, b)).pairs[0]!.metrics;
    expect(metric).toMatchObject({ verdict: 'cannot-tell', difference: 3 / 40, p: 0.125 });
    // Connor's formula with p10 = 0, p01 = 3/40
    expect(metric!.planning).toMatchObject({ alpha: 0.05, power: 0.8, recordsNeeded: 103 });
    const [same] = (await compareRuns(a, a)).pairs[0]!.metrics;
    expect(same).toMatchObject({ verdict: 'cannot-tell', difference: 0, p: 1 });
    expect(same!.planning).toMatchObject({ recordsNeeded: null, detectableDifference: null });
    // Wilson's upper limit for 0 in 40
    expect(same!.interval).toMatchObject({ method: 'wilson', low: -same!.interval!.high });
    expect(same!.interval!.high).toBeCloseTo(0.0876, 4);
  });

  it('tests numbers by t, and by signs where all differ by the same', async () => {
    const graded = [0.1, 0.4, 0.35, 0.8, 0.2, 0.5];
    const raised = graded.map((score, index) => score + [0.1, 0.15, 0.05, 0.1, 0.2, 0.1][index]!);
    const compare = async (other: number[]) => {
      const a = scoredRun({ rows: rowsOf(graded) });
      const b = scoredRun({ run: 'other', rows: rowsOf(other) });
      return (await compareRuns(a, b)).pairs[0]!.metrics[0]!;
    };
    const found = await compare(raised);
    expect(found).toMatchObject({ scale: 'graded', test: 'paired-t', verdict: 'better' });
    expect(found.tests.map(({ test }) => test)).toEqual(['paired-t', 'sign', 'wilcoxon']);
    expect(found.flips).toMatchObject({ rightFrom: null, gained: 6, lost: 0 });
    expect(found.flips.gainedRecords[0]).toMatchObject({ record: '4' });
    const constant = await compare(graded.map((score) => score + 0.125));
    expect(constant).toMatchObject({ test: 'sign', p: 0.03125, interval: { method: 'wilson' } });
  });

  it('lists which records flipped, by id, in either direction', async () => {
    const a = scoredRun({ rows: named([1, 0, 1, 1]) });
    const b = scoredRun({ run: 'other', rows: named([0, 1, 1, 0]).toReversed() });
    const comparison = await compareRuns(a, b);
    expect(comparison.pairedBy).toBe('id');
    const [{ flips, groups }] = comparison.pairs[0]!.metrics as never as [
      (typeof comparison.pairs)[0]['metrics'][0],
    ];
    expect(flips.lostRecords).toEqual([
      { record: 'r0', index: 0, group: 'x', a: 1, b: 0 },
      { record: 'r3', index: 3, group: 'y', a: 1, b: 0 },
    ]);
    expect(flips.gainedRecords.map(({ record }) => record)).toEqual(['r1']);
    expect(groups.map(({ group, n, gained, lost }) => [group, n, gained, lost])).toEqual([
      ['x', 2, 1, 1],
      ['y', 2, 0, 1],
    ]);
  });

  it('compares records that both have, and says that', async () => {
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const a = scoredRun({ rows: [...rowsOf([1, 1]), { index: 2, failure }] });
    const b = scoredRun({
      run: 'other',
      rows: [{ index: 0, failure }, ...rowsOf([1, 1, 0]).slice(1)],
    });
    const found = await compareRuns(a, b);
    expect(found.pairs[0]!.metrics[0]).toMatchObject({ n: 1, onlyA: 1, onlyB: 1 });
    expect(found.errorTreatment).toBe('missing');
    expect(found.notes).toEqual([
      {
        code: 'SCORES_MISSING',
        message:
          'Only records with a score in both are compared: at most 1 in a and 1 in b are left out, because of errors or filters',
      },
    ]);
    const wrong = await compareRuns(a, b, { onError: 'wrong' });
    expect(wrong.pairs[0]!.metrics[0]).toMatchObject({ n: 3, difference: -1 / 3 });
  });

  it('adjusts for all metrics, and clusters where records belong together', async () => {
    const base = alternating(40);
    const rows = (scores: readonly number[]): PartialRow[] =>
      scores.map((exact, index) => ({
        index,
        scores: { exact, other: base[index]! },
        columns: { cluster: index >> 1 },
      }));
    const evaluators = [{ as: 'exact' }, { as: 'other' }];
    const a = scoredRun({ rows: rows(base), evaluators });
    const b = scoredRun({ run: 'b', rows: rows(better(base, 8)), evaluators });
    const found = await compareRuns(a, b);
    const [exact, other] = found.pairs[0]!.metrics;
    expect(found.tests).toBe(2);
    expect(exact!.test).toBe('clustered-t');
    expect(exact!.interval).toMatchObject({ method: 'clustered', clusters: 20 });
    expect(exact!.adjustedP).toBeCloseTo(2 * exact!.p!, 12);
    expect(other).toMatchObject({ p: 1, test: 'mcnemar-midp', verdict: 'cannot-tell' });
    const bh = await compareRuns(a, b, { adjustment: 'bh', clusters: 'none', metrics: ['exact'] });
    expect(bh.pairs[0]!.metrics[0]).toMatchObject({ test: 'mcnemar-midp', p: 2 ** -8 });
  });

  it('pairs models of one run, prompt by prompt, and lists those without a counterpart', async () => {
    const rows = [0, 1].flatMap((index) =>
      ['p', 'q'].flatMap((prompt) =>
        ['m', 'n'].map((model) => ({ index, prompt, model, scores: { exact: index } })),
      ),
    );
    const plan = { prompts: [{ name: 'p' }, { name: 'q' }] };
    const run = scoredRun({ models: ['m', 'n'], rows, plan });
    const found = await compareRuns(run, run, { a: { model: 'm' }, b: { model: 'n' } });
    expect(found.pairs.map(({ a, b }) => [a.prompt, a.model, b.model])).toEqual([
      ['p', 'm', 'n'],
      ['q', 'm', 'n'],
    ]);
    const fewer = scoredRun({ run: 'x', models: ['m'], rows, plan: { prompts: [{ name: 'p' }] } });
    const some = scoredRun({
      run: 'x',
      rows: rows.filter(({ model, prompt }) => model === 'm' && prompt === 'p'),
    });
    await expect(compareRuns(run, fewer)).rejects.toMatchObject({ code: 'BENCH_RUN_DAMAGED' });
    const { unpaired } = await compareRuns(run, some);
    expect(unpaired.a).toHaveLength(3);
    const choice = compareRuns(run, run, { a: { model: 'm' } });
    expect((await choice).pairs).toHaveLength(2);
    const nobody = compareRuns(run, run, { a: { model: 'x' } });
    await expect(nobody).rejects.toMatchObject({ code: 'BENCH_NOT_COMPARABLE' });
  });

  it('says that evaluators and epochs are not the same', async () => {
    const rows = rowsOf([1, 0]);
    const a = scoredRun({ rows });
    const b = scoredRun({
      run: 'b',
      rows,
      evaluators: [{ as: 'exact', digest: 'sha256:1', config: { ignore_case: true } }],
      plan: { epochs: { count: 3, reducer: 'max' } },
    });
    const { notes, planDifferences } = await compareRuns(a, b);
    expect(notes.map(({ code }) => code)).toEqual(['EVALUATOR_DIFFERS', 'EPOCHS_DIFFER']);
    expect(notes[0]!.message).toContain('(module and configuration)');
    expect(planDifferences).toContainEqual({ path: 'epochs.count', a: 1, b: 3 });
  });

  it.each([
    ['other data', { data: 'new' }, {}, /data sets differ/],
    ['other data without ids', { data: 'new' }, { allowDifferentData: true }, /without an id/],
    ['no evaluator of both', { evaluators: [{ as: 'x' }] }, {}, /no evaluator is in both/],
    ['a metric that is not there', {}, { metrics: ['x'] }, /no metric "x" in both/],
    ['other records', { rows: [{ index: 7, scores: { exact: 1 } }] }, {}, /no record is in both/],
  ])('refuses runs with %s', async (_, change, options, message) => {
    const rows = rowsOf([1, 0]);
    const a = scoredRun({ rows });
    const b = scoredRun({ run: 'b', rows, ...change });
    await expect(compareRuns(a, b, options)).rejects.toMatchObject({
      code: 'BENCH_NOT_COMPARABLE',
      message: expect.stringMatching(message) as string,
    });
  });

  it('pairs other data by ids where that is allowed, and says so', async () => {
    const rows = named([1, 0]);
    const a = scoredRun({ rows });
    const b = scoredRun({ run: 'b', data: 'new', rows: [{ ...rows[1]!, index: 5 }] });
    const { notes, records } = await compareRuns(a, b, { allowDifferentData: true });
    expect(records).toEqual({ a: 2, b: 1, both: 1 });
    expect(notes.map(({ code }) => code)).toEqual(['DATA_DIFFERS', 'RECORDS_UNPAIRED']);
    const twice = scoredRun({ rows: rows.map((row) => Object.assign({}, row, { id: 'same' })) });
    const refused = compareRuns(twice, b, { allowDifferentData: true });
    await expect(refused).rejects.toThrow(/"same" occurs twice/);
  });
});
