import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of a file. @returns Its path, from `beforeAll` on. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'extism-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return () => folder;
}
