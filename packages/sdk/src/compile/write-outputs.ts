import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  findOutputPlace,
  OutputError,
  OutputFile,
  type OutputInput,
  publishTogether,
} from '@testbench/core/files';

import { BuildError } from './build-error.js';
import type { Project } from './project.js';

/**
 * Checks, before anything is compiled, that the files of a build can be written and are not sources.
 *
 * @throws {BuildError} `BUILD_FILE_FAILED`.
 */
export async function checkOutputs(
  directory: string,
  project: Project,
  paths: readonly string[],
): Promise<void> {
  const inputs = await sourcesOf(directory, project);
  await guard(async () => {
    for (const path of paths) await findOutputPlace(path, { inputs, makeFolder: true });
  });
}

/**
 * Writes the files of a build: all of them, or none.
 *
 * @param contents As many as paths; undefined entries are not written.
 * @throws {BuildError} `BUILD_FILE_FAILED`.
 */
export async function writeOutputs(
  paths: readonly string[],
  contents: readonly (string | Uint8Array | undefined)[],
): Promise<void> {
  const files: OutputFile[] = [];
  await guard(async () => {
    try {
      for (const [index, path] of paths.entries()) {
        const content = contents[index];
        if (content === undefined) continue;
        const file = await OutputFile.open(path, { makeFolder: true });
        files.push(file);
        await file.write(content);
        await file.finish();
      }
      await publishTogether(dirname(paths[0]!), files);
    } finally {
      for (const file of files) await file.discard();
    }
  });
}

async function sourcesOf(directory: string, { entry }: Project): Promise<OutputInput[]> {
  const folder = join(directory, dirname(entry));
  const names = await readdir(folder).catch(() => []);
  const sources = [
    ...['package.json', 'Cargo.toml', 'Cargo.lock'].map((name) => join(directory, name)),
    ...names.map((name) => join(folder, name)),
  ];
  return sources.map((path) => ({ path, what: 'a source of the plugin' }));
}

async function guard(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    if (!(cause instanceof OutputError)) throw cause;
    throw new BuildError('BUILD_FILE_FAILED', cause.message, [], { cause });
  }
}
