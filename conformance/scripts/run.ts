/**
 * In an empty folder: an evaluator in Python and one in TypeScript that uses a package of npm, run by `testbench run` in processes over the
 * answers of four models to GSM8K. Both must find the correct answers published with the data, record by record.
 *
 * `pnpm -C conformance scripts`; an argument N takes N records.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { listRuns } from '@testbench/bench/results';
import { linkPackages } from '@testbench/test-kit/author-project';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env['TESTBENCH_SHARED'] ?? join(root, '../shared');
const data = join(shared, 'data/gsm8k_model_solutions.jsonl');
const MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];

if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}`);
  process.exit(0);
}

const PYTHON = `import re

NUMBER = re.compile(r"-?\\d[\\d,]*(?:\\.\\d+)?")


def last_number(text):
    found = NUMBER.findall(text)
    return float(found[-1].replace(",", "")) if found else None


def evaluate(record, context):
    answer = last_number(record["output"])
    return {"score": 1 if answer is not None and answer == last_number(record["expected"]) else 0}
`;

const TYPESCRIPT = `import { defineEvaluator } from '@testbench/script';
import { distance } from 'fastest-levenshtein';

function lastNumber(text: string): string {
  const [last = ''] = [...text.matchAll(/-?\\d[\\d,]*(?:\\.\\d+)?/g)].map(([found]) => found).slice(-1);
  return last === '' ? '' : String(Number(last.replaceAll(',', '')));
}

export default defineEvaluator({
  name: 'same-number',
  version: '1.0.0',
  evaluate({ output, expected }) {
    const answer = lastNumber(String(output));
    return { score: answer !== '' && distance(answer, lastNumber(String(expected))) === 0 ? 1 : 0 };
  },
});
`;

const folder = mkdtempSync(join(tmpdir(), 'testbench-scripts-'));
try {
  const require = createRequire(import.meta.url);
  linkPackages(folder);
  symlinkSync(
    dirname(require.resolve('fastest-levenshtein')),
    join(folder, 'node_modules/fastest-levenshtein'),
  );
  writeFileSync(join(folder, 'same_number.py'), PYTHON);
  writeFileSync(join(folder, 'same-number.ts'), TYPESCRIPT);
  const records = process.argv[2];
  const config = {
    name: 'gsm8k',
    isolation: 'process',
    dataset: {
      path: data,
      fields: { input: 'question', expected: 'ground_truth' },
      ...(records === undefined ? {} : { sample: { n: Number(records), seed: 1 } }),
    },
    provider: {
      plugin: join(root, 'example-plugins/replay/build/replay.wasm'),
      config: { field: '{model}.solution' },
      models: MODELS,
    },
    evaluators: [{ script: './same_number.py' }, { script: './same-number.ts' }],
  };
  writeFileSync(join(folder, 'bench.json'), JSON.stringify(config));
  const begun = performance.now();
  const bin = join(root, 'packages/cli/bin/testbench.js');
  execFileSync(process.execPath, [bin, 'run', 'bench.json'], { cwd: folder, stdio: 'inherit' });

  const labels = readFileSync(data, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, { readonly is_correct: boolean }>);
  const right = new Map<string, number>();
  let rows = 0;
  let wrong = 0;
  const [run] = await listRuns(join(folder, 'runs'));
  for await (const { index, model, scores } of run!.rows()) {
    rows += 1;
    for (const [evaluator, score] of Object.entries(scores)) {
      const key = `${evaluator} ${model}`;
      right.set(key, (right.get(key) ?? 0) + (score ?? 0));
      if ((score === 1) !== labels[index]?.[model]?.is_correct) wrong += 1;
    }
  }
  for (const [key, count] of right) console.log(`${key}: ${count} right`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(
    `${rows} rows, ${right.size} columns, ${wrong} scores unlike the labels, in ${seconds} s`,
  );
  const expectedRows = MODELS.length * (records === undefined ? labels.length : Number(records));
  if (wrong > 0 || rows !== expectedRows || right.size !== 2 * MODELS.length) {
    throw new Error('Scripts do not agree with the labels');
  }
} finally {
  rmSync(folder, { recursive: true });
}
