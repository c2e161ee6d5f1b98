import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listRuns } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const RECORDS = [1, 2, 3].map((n) => ({
  input: `q${n}`,
  expected: `${n}`,
  answers: { a: `${n}`, b: '1' },
}));

// Types that Node cannot strip, and an import of another file by the name that it has once compiled.
const SCRIPT = `
import { records, Mode } from './models.js';
interface Entry { readonly name: string }
const models: Entry[] = [{ name: 'a' }, { name: 'b' }];
export default async () => ({
  name: Mode.Small,
  dataset: { records },
  prompts: ['{{input}}', { name: 'twice', template: '{{input}} {{input}}' }],
  providers: [{ plugin: ${JSON.stringify(examplePlugin('replay'))}, models }],
  evaluators: [{ plugin: ${JSON.stringify(examplePlugin('exact-match'))} }],
  outputDir: 'out',
});
`;
const MODELS = `
export enum Mode { Small = 'small' }
export const records = ${JSON.stringify(RECORDS)} as const;
`;

async function run(args: readonly string[]) {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'bench.ts'), SCRIPT);
  await writeFile(join(cwd, 'models.ts'), MODELS);
  const captured = captureIo({ cwd });
  const code = await main(['run', 'bench.ts', ...args], captured.io);
  const [found] = await listRuns(join(cwd, 'out'));
  return { code, stderr: captured.stderr(), summary: found?.summary };
}

describe('testbench run', () => {
  it('takes a configuration in TypeScript: prompts x models x records', async () => {
    const { code, stderr, summary } = await run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const means = summary!.scores.map(({ prompt, model, n, mean }) => [prompt, model, n, mean]);
    expect(means).toHaveLength(4);
    expect(means).toEqual(
      expect.arrayContaining([
        ['prompt-1', 'a', 3, 1],
        ['twice', 'a', 3, 1],
        ['twice', 'b', 3, expect.closeTo(1 / 3)],
      ]),
    );
  });

  it('sets single values over those of the configuration', async () => {
    const { code, summary } = await run(['--set', 'dataset.limit=1', '--set', 'name=other']);
    expect(code).toBe(0);
    expect([summary!.name, summary!.records]).toEqual(['other', 1]);
  });

  it('says which of them is wrong', async () => {
    const { code, stderr } = await run(['--set', 'dataset.limmit=1']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'unknown key "limmit", did you mean "limit"? (set by "dataset.limmit=1")',
    );
  });
});
