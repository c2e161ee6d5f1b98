import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createPlugin, ScaffoldError } from '@testbench/create-plugin';

import { StudioError } from '../../errors.js';
import { DEFAULT_DESCRIPTION } from '../recipe/project-files.js';
import { buildProject } from './build-project.js';
import type { SaveOrder } from './read-save-request.js';

/** Folder of the studio's project that plugins are saved in. */
const PLUGINS = 'plugins';

/** The reply to the page. */
export interface SavedProject {
  /** Relative to the studio's folder, with slashes. */
  readonly folder: string;
  /** Digest of the built module; undefined if it was not built. */
  readonly digest?: string;
  readonly bytes?: number;
  /** Why it was not built, and what to do. */
  readonly note?: string;
}

/**
 * Writes a plugin project below `plugins` and builds it.
 *
 * @param root Folder of the studio, with links resolved.
 * @throws {StudioError} `STUDIO_EXISTS` if the project exists and its source may not be replaced; `STUDIO_OUTSIDE_PROJECT` if there is a link
 *   where it would go.
 * @throws {ScaffoldError} It cannot be written.
 */
export async function saveProject(
  root: string,
  order: SaveOrder,
  signal: AbortSignal,
): Promise<SavedProject> {
  const plugins = join(root, PLUGINS);
  const directory = join(plugins, order.name);
  await mkdir(plugins, { recursive: true });
  const folder = `${PLUGINS}/${order.name}`;
  await requireFolder(plugins, PLUGINS);
  const isThere = (await kindOf(directory)) !== 'nothing';
  if (isThere) await replaceSource(directory, folder, order);
  else await create(directory, folder, order);
  const answer = await buildProject(directory, signal);
  if ('digest' in answer) return { folder, digest: answer.digest, bytes: answer.bytes };
  const isMissing = answer.code === 'BUILD_NO_PROJECT' || answer.code === 'BUILD_NO_COMPILER';
  const cure = 'Install its packages there, and run testbench build';
  return { folder, note: isMissing ? `${cure}: ${answer.message}` : answer.message };
}

async function create(directory: string, folder: string, order: SaveOrder): Promise<void> {
  try {
    await createPlugin({
      directory,
      source: order.source,
      description: order.description === '' ? DEFAULT_DESCRIPTION : order.description,
      ...(order.example && { example: order.example }),
    });
  } catch (error) {
    if (error instanceof ScaffoldError && error.code === 'SCAFFOLD_NOT_EMPTY') throw exists(folder);
    throw error;
  }
}

async function replaceSource(directory: string, folder: string, order: SaveOrder): Promise<void> {
  if (!order.overwrite) throw exists(folder);
  const assembly = join(directory, 'assembly');
  await requireFolder(directory, folder);
  await requireFolder(assembly, `${folder}/assembly`);
  // The build writes there.
  const build = join(directory, 'build');
  if ((await kindOf(build)) !== 'nothing') await requireFolder(build, `${folder}/build`);
  const target = join(assembly, 'index.ts');
  const temporary = join(assembly, `.index-${randomUUID()}.ts`);
  try {
    await writeFile(temporary, order.source, { flag: 'wx' });
    // A link of that name is replaced, not followed.
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

type Kind = 'nothing' | 'folder' | 'other';

async function kindOf(path: string): Promise<Kind> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw error;
  }
}

/** A link could point outside the project. */
async function requireFolder(path: string, name: string): Promise<void> {
  if ((await kindOf(path)) === 'folder') return;
  throw new StudioError(
    'STUDIO_OUTSIDE_PROJECT',
    `Cannot save in "${name}": it is no ordinary folder`,
  );
}

function exists(folder: string): StudioError {
  return new StudioError(
    'STUDIO_EXISTS',
    `Cannot save "${folder}": it is there already; choose another name, or replace its source`,
  );
}
