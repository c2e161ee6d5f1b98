import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { scoreRun } from '../run/score-run.js';
import { writeImportedRun } from './write-imported-run.js';

it('is scored again after it was moved, and so is the run that this gives', async () => {
  const folder = await temporaryFolder();
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(folder, name));
  const { plan } = await writeImportedRun(
    {
      name: 'sums',
      tool: { name: 'by-hand', version: '1.0.0' },
      digest: `sha256:${'0'.repeat(64)}`,
      provider: 'people',
      model: 'anna',
      metrics: ['match'],
      async *cases() {
        const record = { input: '1+1', expected: '2' };
        yield { id: '1', epoch: 1, record, output: '2', values: { match: 0 } };
      },
    },
    { outputDir: first! },
  );
  const system = new ScriptedSystem({
    exact: [
      'evaluator',
      ({ output, expected }: { output: string; expected: string }) => ({
        score: output === expected ? 1 : 0,
      }),
    ],
    half: ['evaluator', () => ({ score: 0.5 })],
  });
  await rename(first!, second!);
  const evaluators = [{ plugin: '/exact.wasm' }];
  const once = await scoreRun(join(second!, plan.run), { evaluators }, { system });
  expect(once.summary.scores).toMatchObject([
    { evaluator: 'match', mean: 0 },
    { evaluator: 'exact', mean: 1 },
  ]);
  await rename(second!, third!);
  const scored = once.summary.run!.replace(second!, third!);
  const twice = await scoreRun(scored, { evaluators: [{ plugin: '/half.wasm' }] }, { system });
  expect(twice.summary.scores.map(({ evaluator }) => evaluator)).toEqual([
    'match',
    'exact',
    'half',
  ]);
  expect(twice.summary.run!.startsWith(third!)).toBe(true);
});
