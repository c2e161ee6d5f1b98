import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { makeFolder } from '@testbench/host/files';
import { StoreError } from '@testbench/types/errors';
import type { PluginStore, StoredArtifact, StoreOptions } from '@testbench/types/stores';

import { TITLE_ANNOTATION, WASM_TYPE } from '../manifest/media-types.js';
import { usingFiles } from '../stores/store-files.js';
import { checkFilePaths } from './check-file-path.js';

/**
 * Writes the files of an artifact into a folder. It appears whole or not at all: everything is verified in a temporary folder first.
 *
 * A plugin, whose layer has no title, becomes `<name>.wasm`.
 *
 * @param directory Must not exist, or be empty.
 * @returns Paths of the files, relative to the folder.
 * @throws {StoreError} `STORE_UNUSABLE` if the folder is not empty or cannot be written; `STORE_UNSAFE_PATH` before anything is
 *   fetched; as the store does.
 *
 * @example
 * ```ts no-run
 * import { resolveReference } from '@testbench/registry';
 * import { openLayoutStore, pullFiles } from '@testbench/registry/stores';
 *
 * const store = openLayoutStore('store');
 * await pullFiles(store, await resolveReference(store, 'runs/arithmetic@1.x'), 'pulled');
 * ```
 */
export async function pullFiles(
  store: PluginStore,
  artifact: StoredArtifact,
  directory: string,
  options?: StoreOptions,
): Promise<readonly string[]> {
  const { name, layers } = artifact;
  const paths = layers.map((layer) => titleOf(artifact, layer));
  if (paths.length === 0) throw noFiles(artifact);
  checkFilePaths(paths);
  const target = resolve(directory);
  return await usingFiles(JSON.stringify(directory), async () => {
    await requireEmpty(target);
    makeFolder(dirname(target));
    // In the same parent folder, so that it can be renamed in one step.
    const staging = join(dirname(target), `.testbench-pull-${randomUUID()}`);
    await mkdir(staging);
    try {
      for (const [index, layer] of layers.entries()) {
        const path = join(staging, ...paths[index]!.split('/'));
        const bytes = await store.readLayer(name, layer, options);
        makeFolder(dirname(path));
        await using file = await open(path, 'wx');
        await file.writeFile(bytes);
        await file.sync();
      }
      // Replaces an empty folder, and nothing else.
      await rename(staging, target);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return paths;
  });
}

function titleOf(
  artifact: StoredArtifact,
  { mediaType, annotations }: StoredArtifact['layers'][number],
): string {
  const title = annotations[TITLE_ANNOTATION];
  if (title !== undefined) return title;
  if (mediaType === WASM_TYPE && artifact.layers.length === 1) {
    return `${artifact.name.split('/').at(-1)}.wasm`;
  }
  throw noFiles(artifact);
}

function noFiles({ name, digest }: StoredArtifact): StoreError {
  return new StoreError(
    'STORE_INVALID_MANIFEST',
    `Cannot pull ${digest} of "${name}": its layers are not named files`,
    { digest },
  );
}

async function requireEmpty(path: string): Promise<void> {
  try {
    if ((await readdir(path)).length === 0) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  throw new StoreError(
    'STORE_UNUSABLE',
    `Cannot pull into ${JSON.stringify(path)}: there is something in it`,
  );
}
