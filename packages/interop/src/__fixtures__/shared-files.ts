import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

/** Real files of other tools; they are not part of the repository. */
const FILES = join(
  process.env['TESTBENCH_SHARED'] ?? join(import.meta.dirname, '../../../../../shared'),
  'interop',
);

export const hasFiles = existsSync(FILES);

export function sharedFile(name: string): string {
  return join(FILES, name);
}

/** Makes a folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'testbench-interop-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
