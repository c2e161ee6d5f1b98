import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runBenchmark } from '@testbench/bench';

import { generateRun } from '../../packages/report/src/__fixtures__/generated-run.ts';
import { HOSTILE_TEXTS } from '../../packages/report/src/__fixtures__/hostile-texts.ts';
import { writeRun } from '../../packages/studio/src/__fixtures__/write-run.ts';
import { hostileRun } from '../report/pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pluginPath = (name: string): string =>
  join(root, 'example-plugins', name, 'build', `${name}.wasm`);

/** Whether the plugins needed by a real run are built. */
export const HAS_PLUGINS = ['replay', 'exact-match', 'contains'].every((name) =>
  existsSync(pluginPath(name)),
);

/** Writes a project with everything that a studio shows, and with texts that try to break out. */
export async function writeProject(folder: string): Promise<void> {
  const models = ['abacus-large', 'abacus-small'];
  await writeRun(join(folder, 'runs/before'), generateRun({ records: 120, models }));
  await writeRun(join(folder, 'runs/after'), generateRun({ records: 120, models, seed: 9 }));
  await writeRun(join(folder, 'runs/half'), generateRun({ records: 100, models, seed: 4 }), 40);
  await writeRun(join(folder, 'runs/hostile'), hostileRun());
  mkdirSync(join(folder, 'data'));
  writeData(join(folder, 'data'));
  if (HAS_PLUGINS) await runReal(folder);
}

function writeData(folder: string): void {
  const lines = Array.from({ length: 130 }, (_, index) =>
    JSON.stringify({
      id: `problem-${index}`,
      input: `What is ${index} + ${index}? ${'Show how you get there. '.repeat(index % 7)}`,
      expected: String(2 * index),
      tags: ['sum', index % 2 === 0 ? 'even' : 'odd'],
    }),
  );
  writeFileSync(join(folder, 'sums.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'words.csv'), 'word,length\napple,5\n"river, wide",11\n');
  const hostile = HOSTILE_TEXTS.map((text) => JSON.stringify({ [text || 'x']: text, input: text }));
  writeFileSync(join(folder, 'hostile.jsonl'), `${hostile.join('\n')}\n`);
  const parquet = join(root, 'packages/bench/src/__fixtures__/pyarrow.parquet');
  copyFileSync(parquet, join(folder, 'parts.parquet'));
}

/** A run whose answers can be scored again. */
async function runReal(folder: string): Promise<void> {
  mkdirSync(join(folder, 'plugins'));
  for (const name of ['exact-match', 'contains']) {
    copyFileSync(pluginPath(name), join(folder, 'plugins', `${name}.wasm`));
  }
  const lines = ['4', '5', '6'].map((expected, index) =>
    JSON.stringify({
      input: `2 + ${index + 2}`,
      expected,
      answers: { a: `It is ${expected}.`, b: expected },
    }),
  );
  writeFileSync(join(folder, 'data/real.jsonl'), lines.join('\n'));
  await runBenchmark({
    name: 'real',
    dataset: { path: join(folder, 'data/real.jsonl') },
    provider: { plugin: pluginPath('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: join(folder, 'plugins/exact-match.wasm') }],
    outputDir: join(folder, 'runs'),
  });
}
