import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { loadReporter } from './load-reporter.js';
import { reportRuns } from './report-runs.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbench-reporter-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(name: string, code: string, written: string[] = []) {
  const path = join(folder, name);
  await writeFile(path, code);
  return await loadReporter(path, { write: (text) => void written.push(text) });
}

describe('loadReporter()', () => {
  it.each([
    ['default.mjs', 'export default'],
    ['named.mjs', 'export const createReporter ='],
  ])('takes what %s exports', async (name, how) => {
    const written: string[] = [];
    const reporter = await load(
      name,
      `${how} async (output) => {
        let rows = 0;
        return {
          specificationVersion: 'v1',
          name: 'counts',
          row() { rows += 1; },
          end: ({ summaries }) => output.write(rows + ' rows of ' + summaries[0].run.name),
        };
      };`,
      written,
    );
    await reportRuns([generateRun({ records: 3 })], [reporter]);
    expect(written).toEqual(['6 rows of word-problems']);
  });

  it.each([
    ['nothing.mjs', '', 'exports no function'],
    ['value.mjs', 'export default {}', 'exports no function'],
    [
      'version.mjs',
      'export default () => ({ name: "a", end() {} })',
      '"specificationVersion" is not "v1"',
    ],
    ['name.mjs', 'export default () => ({ specificationVersion: "v1", end() {} })', 'no "name"'],
    [
      'end.mjs',
      'export default () => ({ specificationVersion: "v1", name: "a" })',
      '"end" is no function',
    ],
    [
      'row.mjs',
      'export default () => ({ specificationVersion: "v1", name: "a", end() {}, row: 1 })',
      '"row" is no function',
    ],
    ['null.mjs', 'export default () => null', '"specificationVersion" is not "v1"'],
    ['throws.mjs', 'export default () => { throw new Error("no"); }', 'no'],
    ['syntax.mjs', 'export default (', 'Cannot load reporter'],
  ])('refuses %s', async (name, code, message) => {
    await expect(load(name, code)).rejects.toMatchObject({
      code: 'REPORT_BAD_REPORTER',
      message: expect.stringContaining(message) as string,
    });
  });

  it('says which reporter it was that threw', async () => {
    const code =
      'export default () => ({ specificationVersion: "v1", name: "mine", end() { throw new Error("full"); } })';
    const reporter = await load('fails.mjs', code);
    await expect(reportRuns([generateRun({ records: 2 })], [reporter])).rejects.toMatchObject({
      code: 'REPORT_REPORTER_FAILED',
      reporter: 'mine',
      message: 'Cannot report by "mine": it throws: full',
    });
  });
});
