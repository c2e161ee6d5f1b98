import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readRun, type ResultRow } from '@testbench/bench/results';

import { importRuns, type ImportResult } from '../import-runs.js';
import { temporaryFolder } from './shared-files.js';

/** An imported run, with its rows. */
export interface ImportedText extends ImportResult {
  readonly rows: readonly ResultRow[];
}

/** Writes files, and imports the first one of them. */
export async function importFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  path = Object.keys(files)[0]!,
): Promise<ImportedText[]> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const results: ImportedText[] = [];
  const outputDir = join(folder, 'runs');
  for await (const result of importRuns(join(folder, path), { outputDir })) {
    const rows: ResultRow[] = [];
    for await (const row of (await readRun(result.path)).rows()) rows.push(row);
    results.push({ ...result, rows });
  }
  return results;
}
