import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** A built example plugin. */
export function examplePlugin(name: string): string {
  return join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);
}

/** Makes a folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'testbench-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
