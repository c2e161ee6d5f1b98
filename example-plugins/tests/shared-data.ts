import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Folder with reference data that is not part of the repository; tests that need it are skipped without it. */
const directory =
  process.env['TESTBENCH_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** Absolute path of a reference data file; undefined if it does not exist. */
export function sharedFile(name: string): string | undefined {
  const path = join(directory, name);
  return existsSync(path) ? path : undefined;
}

/** One row, of any shape. */
type Row = ReturnType<typeof JSON.parse>;

/** The rows of a JSONL file. */
export function readRows(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
