import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { rowsOf, scoredRun } from '../__fixtures__/scored-run.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { compareRuns } from '../compare/compare-runs.js';
import type { Baseline } from './baseline.js';
import { formatBaseline, makeBaseline, sealBaseline, writeBaseline } from './make-baseline.js';
import { parseBaseline, readBaseline } from './read-baseline.js';

const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
const named = rowsOf([1, 0, 0.25]).map((row) => Object.assign(row, { id: `r${row.index}` }));
const run = scoredRun({ run: 'before', rows: [...named, { index: 3, id: 'r3', failure }] });

describe('a baseline', () => {
  it('is a line a record, and comes back as it was', async () => {
    const baseline = await makeBaseline(run);
    expect(formatBaseline(baseline)).toContain(`
  "records": [
    [0,"r0",1],
    [1,"r1",0],
    [2,"r2",0.25],
    [3,"r3",null]
  ]
}
`);
    const file = join(await temporaryFolder(), 'baseline.json');
    await writeBaseline(file, baseline);
    expect(await readBaseline(file)).toEqual(baseline);
  });

  it('is compared as the run that it was made of', async () => {
    const after = scoredRun({ run: 'after', rows: named.toReversed() });
    const baseline = await makeBaseline(run);
    const [byRun, byBaseline] = [await compareRuns(run, after), await compareRuns(baseline, after)];
    expect({ ...byBaseline, planDifferences: [] }).toEqual({ ...byRun, planDifferences: [] });
    expect(byBaseline.pairedBy).toBe('id');
    const other = scoredRun({ run: 'after', rows: named, evaluators: [{ as: 'other' }] });
    const refused = compareRuns(baseline, other);
    await expect(refused).rejects.toMatchObject({ code: 'BENCH_NOT_COMPARABLE' });
  });

  it('has the metrics and models that are named', async () => {
    const { columns } = await makeBaseline(run, { metrics: ['exact'], models: ['m'] });
    expect(columns.map(({ model, metric }) => [model, metric])).toEqual([['m', 'exact']]);
    for (const options of [{ metrics: ['x'] }, { models: ['x'] }]) {
      await expect(makeBaseline(run, options)).rejects.toThrow(/has no (?:metric|model) "x"/);
    }
    const unfinished = makeBaseline({ ...run, isComplete: false });
    await expect(unfinished).rejects.toThrow(/not complete/);
  });

  const changed = (change: (baseline: Baseline) => object) => async (): Promise<string> => {
    const { digest: _, ...content } = await makeBaseline(run);
    return JSON.stringify(sealBaseline(change(content as Baseline) as Baseline));
  };
  const text = async (): Promise<string> => formatBaseline(await makeBaseline(run));

  it.each([
    ['cut short', async () => (await text()).slice(0, -20), 'DAMAGED', /not JSON/],
    ['of another kind', async () => '{"type":"x"}', 'DAMAGED', /no baseline/],
    ['empty', async () => '', 'DAMAGED', /not JSON/],
    ['a list', async () => '[]', 'DAMAGED', /no baseline/],
    ['of a later version', changed((b) => ({ ...b, formatVersion: 2 })), 'VERSION', /format 2/],
    [
      'without a version',
      changed((b) => ({ ...b, formatVersion: 'x' })),
      'DAMAGED',
      /formatVersion/,
    ],
    [
      'changed by hand',
      async () => (await text()).replace('"r1",0', '"r1",1'),
      'DAMAGED',
      /changed/,
    ],
    ['without a run', changed((b) => ({ ...b, run: null })), 'DAMAGED', /"run"/],
    ['without evaluators', changed((b) => ({ ...b, evaluators: [1] })), 'DAMAGED', /"evaluators"/],
    ['without columns', changed((b) => ({ ...b, columns: [] })), 'DAMAGED', /"columns"/],
    ['with other fields', changed((b) => ({ ...b, fields: ['id'] })), 'DAMAGED', /"fields"/],
    ['with a score of 2', changed((b) => ({ ...b, records: [[0, 'a', 2]] })), 'DAMAGED', /entry 0/],
    ['with short records', changed((b) => ({ ...b, records: [[0, 'a']] })), 'DAMAGED', /entry 0/],
    [
      'with an id that is none',
      changed((b) => ({ ...b, records: [[0, {}, 1]] })),
      'DAMAGED',
      /entry 0/,
    ],
  ])('that is %s is refused', async (_, make, code, message) => {
    const content = await make();
    expect(() => parseBaseline(content, 'b.json')).toThrow(
      expect.objectContaining({
        code: `BENCH_BASELINE_${code}`,
        message: expect.stringMatching(message) as string,
        file: 'b.json',
      }),
    );
  });

  it('that is not there, or a folder, is told', async () => {
    const folder = await temporaryFolder();
    await expect(readBaseline(join(folder, 'none'))).rejects.toMatchObject({
      code: 'BENCH_BASELINE_UNREADABLE',
    });
    await expect(readBaseline(folder)).rejects.toMatchObject({ code: 'BENCH_BASELINE_UNREADABLE' });
    await writeFile(
      join(folder, 'twice'),
      await changed((b) => ({
        ...b,
        records: [...b.records, b.records[0]],
      }))(),
    );
    const twice = compareRuns(await readBaseline(join(folder, 'twice')), run);
    await expect(twice).rejects.toMatchObject({ code: 'BENCH_NOT_COMPARABLE' });
  });
});
