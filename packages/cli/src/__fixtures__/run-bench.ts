import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BenchmarkSummary, ResultRow } from '@testbench/bench';

import { main } from '../main.js';
import { captureIo } from './captured-io.js';
import { examplePlugin, temporaryFolder } from './paths.js';

/** What `testbench run` left behind. */
export interface BenchRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Text of `results.jsonl`; empty if it was not written. */
  readonly results: string;
  readonly rows: readonly ResultRow[];
  readonly summary: BenchmarkSummary | undefined;
}

/**
 * Runs `testbench run` over records, in a folder of its own: models `a` and `b` have the answers that stand in `answers` of each record,
 * and exact-match scores them, unless `change` says otherwise. Names in `{ plugin: 'name' }` are those of example plugins.
 */
export async function runRecords(
  records: readonly object[],
  change: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<BenchRun> {
  const folder = await temporaryFolder();
  const lines = records.map((record) => JSON.stringify(record));
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: 'replay', models: ['a', 'b'] },
    evaluators: [{ plugin: 'exact-match' }],
    outputDir: 'out',
    ...change,
  };
  const withPaths = JSON.stringify(config, (key, value: unknown) =>
    key === 'plugin' ? examplePlugin(value as string) : value,
  );
  await writeFile(join(folder, 'bench.json'), withPaths);
  const captured = captureIo({ cwd: folder });
  const code = await main(['run', 'bench.json', ...args], captured.io);
  const read = (name: string): Promise<string> =>
    readFile(join(folder, 'out', name), 'utf8').catch(() => '');
  const results = await read('results.jsonl');
  const summary = await read('summary.json');
  return {
    code,
    stdout: captured.stdout(),
    stderr: captured.stderr(),
    results,
    rows: results
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ResultRow),
    summary: summary === '' ? undefined : (JSON.parse(summary) as BenchmarkSummary),
  };
}
