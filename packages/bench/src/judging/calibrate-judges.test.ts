import { describe, expect, it } from 'vitest';

import type { ResultRow } from '../results/result-row.js';
import { calibrateJudges } from './calibrate-judges.js';
import type { HumanLabel } from './read-labels.js';
import { withLabels } from './with-labels.js';

const name = { prompt: 'p', provider: 'o', model: 'm', epoch: 1 };
const row = (index: number, score: number, more: Partial<ResultRow> = {}): ResultRow => {
  return { ...name, index, scores: { judge: score }, ...more };
};

/** Rows and labels of a table: how often people gave the row's class and the judge the column's class. */
function table(counts: readonly (readonly number[])[]): [ResultRow[], HumanLabel[]] {
  const rows: ResultRow[] = [];
  const labels: HumanLabel[] = [];
  const top = counts.length - 1;
  for (const [people, line] of counts.entries()) {
    for (const [judge, count] of line.entries()) {
      for (let n = 0; n < count; n += 1) {
        labels.push({ id: String(rows.length), label: people / top });
        rows.push(row(rows.length, judge / top));
      }
    }
  }
  return [rows, labels];
}

describe('calibrateJudges()', () => {
  it("gives kappa with base rates and the table, as in Cohen's textbook case", async () => {
    // Observed (15 + 20) / 50 = 0.7; expected (25 * 20 + 25 * 30) / 2500 = 0.5; kappa 0.2 / 0.5.
    const { judges, ...counts } = await calibrateJudges(
      ...table([
        [15, 10],
        [5, 20],
      ]),
    );
    expect(counts).toEqual({ labels: 50, unmatched: 0, cases: 50, disputed: 0, peopleAlpha: null });
    expect(judges).toEqual([
      {
        evaluator: 'judge',
        n: 50,
        observed: expect.closeTo(0.7, 12),
        expected: expect.closeTo(0.5, 12),
        kappa: expect.closeTo(0.4, 12),
        stderr: expect.closeTo(0.126_491, 2),
        interval: {
          low: expect.closeTo(0.148, 1),
          high: expect.closeTo(0.652, 1),
          confidence: 0.95,
          method: 'asymptotic',
        },
        linearKappa: null,
        quadraticKappa: null,
        baseRates: [
          { label: 0, judge: expect.closeTo(0.4, 12), people: 0.5 },
          { label: 1, judge: expect.closeTo(0.6, 12), people: 0.5 },
        ],
        confusion: [
          { people: 0, judge: 0, count: 15 },
          { people: 0, judge: 1, count: 10 },
          { people: 1, judge: 0, count: 5 },
          { people: 1, judge: 1, count: 20 },
        ],
        disagreements: Array.from({ length: 15 }, (_, place) =>
          expect.objectContaining({
            people: place < 10 ? 0 : 1,
            judge: place < 10 ? 1 : 0,
            record: String(place < 10 ? 15 + place : 15 + place),
          }),
        ),
      },
    ]);
  });

  it('shows that agreement may be base rates alone', async () => {
    // The judge always says 1: it agrees on 95 of 100 without knowing anything.
    const { judges } = await calibrateJudges(
      ...table([
        [0, 5],
        [0, 95],
      ]),
    );
    expect(judges[0]).toMatchObject({ observed: 0.95, kappa: 0 });
  });

  it('weighs the distance of three classes or more', async () => {
    const counts = [
      [10, 2, 0],
      [2, 10, 2],
      [0, 2, 10],
    ];
    const { judges } = await calibrateJudges(...table(counts));
    // Computed by hand: n 38; disagreement, linear, 8 / 38; by chance 2 * (12*14 + 14*12 + 2*12*12) / 38² = 1248 / 1444.
    expect(judges[0]?.linearKappa).toBeCloseTo(1 - 8 / 38 / (1248 / 1444), 12);
    // Quadratic: by chance 2 * (12*14 + 14*12 + 4*12*12) / 38² = 1824 / 1444.
    expect(judges[0]?.quadraticKappa).toBeCloseTo(1 - 8 / 38 / (1824 / 1444), 12);
  });

  it('takes the majority of people, of each the last label, and counts where they are split', async () => {
    const labels: HumanLabel[] = [
      { id: 'a', label: 1, who: 'ana' },
      { id: 'a', label: 1, who: 'ben' },
      { id: 'a', label: 0, who: 'eva' },
      // People are split.
      { id: 'b', label: 1, who: 'ana' },
      { id: 'b', label: 0, who: 'ben' },
      // The later label counts, regardless of its position.
      { id: 'c', label: 0, who: 'ana', when: '2026-11-30T10:00:00Z' },
      { id: 'c', label: 1, who: 'ana', when: '2026-11-29T10:00:00Z' },
      { id: 'd', label: 1, who: 'ana' },
      { id: 'd', label: 0, who: 'ana' },
      { id: 'none', label: 1 },
      { id: 'a', label: 1, model: 'other' },
      { id: 'a', label: 0, who: 'zoe', evaluator: 'other' },
    ];
    const rows = ['a', 'b', 'c', 'd', 'e'].map((id, index) => row(index, 1, { id }));
    const found = await calibrateJudges(rows, labels);
    expect(found).toMatchObject({ labels: 12, unmatched: 3, cases: 4, disputed: 1 });
    expect(found.peopleAlpha).toBeLessThan(0.1);
    expect(found.judges[0]?.confusion).toEqual([
      { people: 0, judge: 1, count: 2 },
      { people: 1, judge: 1, count: 1 },
    ]);
  });

  it('compares each judge of a panel, and classes', async () => {
    const rows = [
      ['A', 'A'],
      ['B', 'A'],
      ['B', 'B'],
      ['A', 'B'],
    ].map(([one, two], index) =>
      row(index, 0.5, {
        details: {
          judge: {
            judgements: [
              { judge: 'x', choice: one! },
              { judge: 'y', choice: two! },
            ],
          },
        },
      }),
    );
    const labels = ['A', 'B', 'B', 'A'].map((label, index) => ({ id: String(index), label }));
    const { judges } = await calibrateJudges(rows, labels);
    expect(judges.map(({ judge, n, kappa }) => [judge, n, kappa])).toEqual([
      // If the panel is split, it has no class.
      [undefined, 2, 1],
      ['x', 4, 1],
      ['y', 4, 0],
    ]);
  });

  it('compares grades, or whether they reach a threshold', async () => {
    const rows = [4, 5, 1, 2].map((grade, index) => {
      return row(index, (grade - 1) / 4, { details: { judge: { metrics: { grade } } } });
    });
    const labels = [5, 4, 2, 1].map((label, index) => ({ id: String(index), label }));
    const exact = await calibrateJudges(rows, labels, { against: 'grade' });
    expect(exact.judges[0]).toMatchObject({ observed: 0, n: 4 });
    // Computed by hand: each is one class off, and by chance the mean of squares is 2.5.
    expect(exact.judges[0]?.quadraticKappa).toBeCloseTo(0.6, 12);
    const passed = await calibrateJudges(rows, labels, { against: 'grade', threshold: 3 });
    expect(passed.judges[0]).toMatchObject({ observed: 1, kappa: 1 });
  });

  it('leaves out rows that do not count, and evaluators that are not asked for', async () => {
    const rows = [row(0, 1, { dropped: {} }), row(1, 1), row(2, 1, { scores: {} })];
    const labels = [0, 1, 2].map((id) => ({ id: String(id), label: 1 }));
    expect(await calibrateJudges(rows, labels)).toMatchObject({ cases: 1, unmatched: 2 });
    const none = await calibrateJudges(rows, labels, { evaluators: ['other'] });
    expect(none.judges).toEqual([]);
  });

  it('gives a judge with numbers without end no kappa, and ends', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => row(index, index / 3000));
    const labels = rows.map(({ index }) => ({ id: String(index), label: index % 2 }));
    const { judges } = await calibrateJudges(rows, labels);
    expect(judges[0]).toMatchObject({ n: 3000, kappa: null, confusion: [] });
  });
});

it('withLabels() puts the labels where a summary finds them', async () => {
  async function* rows(): AsyncGenerator<ResultRow> {
    yield row(0, 1, { columns: { label: 'old', topic: 't' } });
    yield row(1, 1);
  }
  const run = withLabels({ path: '/r', rows }, [{ id: '0', label: 1 }], 'judge');
  const found: unknown[] = [];
  for await (const { columns } of run.rows()) found.push(columns);
  expect(found).toEqual([{ topic: 't', label: 1 }, {}]);
  expect(run.path).toBe('/r');
});
