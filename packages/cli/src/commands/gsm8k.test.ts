import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { type BenchmarkSummary, listRuns, type ResultRow } from '@testbench/bench/results';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const shared = process.env['TESTBENCH_SHARED'] ?? join(ROOT, '..', 'shared');
const data = join(shared, 'data', 'gsm8k_model_solutions.jsonl');

/** Correct answers out of 1,319, as published with the data (openai/grade-school-math 3101c7d). */
const RIGHT = {
  '6b_finetuning': 286,
  '6b_verification': 515,
  '175b_finetuning': 458,
  '175b_verification': 742,
} as const;

type Label = Readonly<Record<string, { readonly is_correct: boolean }>>;

const readJsonLines = async <T>(path: string): Promise<T[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

describe.skipIf(!existsSync(data))(
  'testbench run over GSM8K (needs TESTBENCH_SHARED or ../shared)',
  () => {
    it('agrees with all 5,276 labels', async () => {
      const cwd = await temporaryFolder();
      const config = {
        name: 'gsm8k',
        dataset: { path: data, fields: { input: 'question', expected: 'ground_truth' } },
        provider: {
          plugin: examplePlugin('replay'),
          config: { field: '{model}.solution' },
          models: Object.keys(RIGHT),
        },
        evaluators: [{ plugin: examplePlugin('numeric-match') }],
      };
      await writeFile(join(cwd, 'gsm8k.json'), JSON.stringify(config));
      const { io, stdout } = captureIo({ cwd });
      expect(await main(['run', 'gsm8k.json', '--json'], io)).toBe(0);

      const { scores } = JSON.parse(stdout()) as BenchmarkSummary;
      expect(scores.map(({ model, n, mean, errors }) => ({ model, n, mean, errors }))).toEqual(
        Object.entries(RIGHT).map(([model, right]) => ({
          model,
          n: 1319,
          mean: right / 1319,
          errors: 0,
        })),
      );

      const labels = await readJsonLines<Label>(data);
      const [run] = await listRuns(join(cwd, 'runs'));
      const rows: ResultRow[] = [];
      for await (const row of run!.rows()) rows.push(row);
      expect(rows).toHaveLength(4 * 1319);
      const wrong = rows.filter(
        ({ index, model, scores: { 'numeric-match': score } }) =>
          (score === 1) !== labels[index]?.[model]?.is_correct,
      );
      expect(wrong).toEqual([]);
    });
  },
);
