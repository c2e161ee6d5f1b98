import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  type BenchmarkSummary,
  canonicalRow,
  listRuns,
  type ResultRow,
  resultRowSchema,
  type StoredRun,
} from '@testbench/bench/results';
import Ajv from 'ajv';
import { expect } from 'vitest';

import { main } from '../main.js';
import { captureIo } from './captured-io.js';
import { examplePlugin, temporaryFolder } from './paths.js';

/** What `testbench run` left behind. */
export interface BenchRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The rows as text; empty if there is no run. */
  readonly results: string;
  readonly rows: readonly ResultRow[];
  readonly summary: BenchmarkSummary | undefined;
}

/**
 * Runs `testbench run` over records, in its own folder: models `a` and `b` give the answers in the field `answers` of each record,
 * and exact-match scores them, unless `change` says otherwise. Names in `{ plugin: 'name' }` are names of example plugins.
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
    // Starting threads for each run would take most of the time; in CI they are started, as for users.
    ...(process.env['CI'] === undefined && { isolation: 'inline' }),
    ...change,
  };
  const withPaths = JSON.stringify(config, (key, value: unknown) =>
    key === 'plugin' ? examplePlugin(value as string) : value,
  );
  await writeFile(join(folder, 'bench.json'), withPaths);
  const captured = captureIo({ cwd: folder });
  const code = await main(['run', 'bench.json', ...args], captured.io);
  const [run] = await listRuns(join(folder, 'out'));
  const rows = await readRows(run);
  return {
    code,
    stdout: captured.stdout(),
    stderr: captured.stderr(),
    results: rows.map((row) => JSON.stringify(row)).join('\n'),
    rows,
    summary: run?.summary,
  };
}

const validateRow = new Ajv().compile(resultRowSchema());
const validateCanonicalRow = new Ajv().compile(resultRowSchema('canonical'));

/** The rows of an existing run; each must match the published schemas. */
export async function readRows(run: StoredRun | undefined): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  if (run === undefined) return rows;
  for await (const row of run.rows()) {
    validateRow(row);
    expect(validateRow.errors).toBeNull();
    validateCanonicalRow(JSON.parse(canonicalRow(row)));
    expect(validateCanonicalRow.errors).toBeNull();
    rows.push(row);
  }
  return rows;
}
