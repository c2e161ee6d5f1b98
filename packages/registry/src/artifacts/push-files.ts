import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';

import { StoreError } from '@testbench/types/errors';
import type { NewLayer, PluginStore, StoredArtifact, StoreOptions } from '@testbench/types/stores';

import { MAX_BLOB_BYTES, MAX_LAYERS } from '../limits.js';
import { TITLE_ANNOTATION } from '../manifest/media-types.js';
import { isVersion } from '../manifest/versions.js';
import { usingFiles } from '../stores/store-files.js';
import { checkFilePaths } from './check-file-path.js';

/** Type of a run's folder. */
const RUN_ARTIFACT_TYPE = 'application/vnd.testbench.run.v1';
/** Type of a data set, or of any other files. */
const FILES_ARTIFACT_TYPE = 'application/vnd.testbench.files.v1';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown',
  '.parquet': 'application/vnd.apache.parquet',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.yaml': 'application/yaml',
};

/** Where to push files. */
export interface PushTarget {
  readonly name: string;
  /** A version, which is then immutable, or any other tag. @default none: it is found by digest */
  readonly tag?: string;
}

/**
 * Writes a file, or a folder with all its files, as an artifact: one layer per file, with its path in the title annotation, as ORAS does. Hidden files
 * are skipped.
 *
 * @param path A file or a folder, such as a data set or a run.
 * @throws {StoreError} `STORE_UNUSABLE` for unreadable files and for links; `STORE_UNSAFE_PATH`, `STORE_TOO_LARGE`; as the store does.
 *
 * @example
 * ```ts no-run
 * import { openLayoutStore, pushFiles } from '@testbench/registry/stores';
 *
 * const { digest } = await pushFiles(openLayoutStore('store'), 'runs/arithmetic', { name: 'runs/arithmetic' });
 * ```
 */
export async function pushFiles(
  store: PluginStore,
  path: string,
  { name, tag }: PushTarget,
  options?: StoreOptions,
): Promise<StoredArtifact> {
  const root = resolve(path);
  const files = await usingFiles(JSON.stringify(path), () => findFiles(root));
  if (files.length === 0) throw unusable(path, 'there are no files in it');
  checkFilePaths(files.map(({ title }) => title));
  const isRun = files.some(({ title }) => title === 'plan.json');
  const layers = files.map(({ title, path: file }): NewLayer => ({
    mediaType: MEDIA_TYPES[extname(title).toLowerCase()] ?? 'application/octet-stream',
    bytes: () => readWhole(file),
    annotations: { [TITLE_ANNOTATION]: title },
  }));
  return await store.write(
    {
      name,
      artifactType: isRun ? RUN_ARTIFACT_TYPE : FILES_ARTIFACT_TYPE,
      layers,
      ...(tag === undefined ? {} : isVersion(tag) ? { version: tag } : { tag }),
    },
    options,
  );
}

interface FoundFile {
  /** Path within the artifact, with slashes. */
  readonly title: string;
  readonly path: string;
}

async function findFiles(root: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  const visit = async (path: string, title: string): Promise<void> => {
    const stat = await lstat(path);
    if (stat.isDirectory()) {
      const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
      for (const name of names.sort()) {
        await visit(join(path, name), title === '' ? name : `${title}/${name}`);
      }
      return;
    }
    // A link could bring a file from elsewhere into the published artifact.
    if (!stat.isFile()) throw unusable(path, 'it is a link or no regular file');
    if (found.length >= MAX_LAYERS) throw unusable(root, `it has more than ${MAX_LAYERS} files`);
    found.push({ title: title === '' ? basename(path) : title, path });
  };
  await visit(root, '');
  return found;
}

async function readWhole(path: string): Promise<Uint8Array> {
  return await usingFiles(JSON.stringify(path), async () => {
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    await using file = await open(path, flags);
    const stat = await file.stat();
    if (!stat.isFile()) throw unusable(path, 'it is no regular file');
    if (stat.size > MAX_BLOB_BYTES) {
      throw new StoreError(
        'STORE_TOO_LARGE',
        `Cannot push ${JSON.stringify(path)}: it has ${stat.size} bytes, limit is ${MAX_BLOB_BYTES}`,
      );
    }
    return await file.readFile();
  });
}

function unusable(path: string, state: string): StoreError {
  return new StoreError('STORE_UNUSABLE', `Cannot push ${JSON.stringify(path)}: ${state}`);
}
