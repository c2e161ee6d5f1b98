import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { describeFileError } from '@testbench/manager/files';

import { OutputError } from './output-error.js';
import { OutputFile, writeOutput } from './output-file.js';

/** Names of the journals, and of replaced files kept until all renames are done. */
const NOTE_NAME = /^\.testbench-[0-9a-f-]{36}\.publish$/;
const OLD_NAME = /^\.testbench-[0-9a-f-]{36}\.old$/;

/** One rename within a folder; all fields are names, never paths. */
interface Renaming {
  readonly from: string;
  readonly to: string;
  /** A second name for the previous file `to`. */
  readonly old: string;
}

/**
 * Renames several finished files of one folder: all of them, or none.
 *
 * A journal on the disk lists the renames before the first one is done. If one fails, those before it are
 * undone. If the process is killed in between, {@link finishPublishing} does the rest.
 *
 * @throws {OutputError} `OUTPUT_UNWRITABLE`; then the folder is as it was.
 */
export async function publishTogether(folder: string, files: readonly OutputFile[]): Promise<void> {
  const note = join(folder, `.testbench-${randomUUID()}.publish`);
  const steps = files.flatMap((file) => {
    const { place, temporary } = file;
    if (temporary === undefined) return [];
    const old = join(dirname(place.target), `.testbench-${randomUUID()}.old`);
    return [{ file, target: place.target, temporary, old, hadOld: false, isDone: false }];
  });
  const renamings = steps
    .filter(({ target }) => dirname(target) === folder)
    .map(({ temporary, target, old }): Renaming => {
      return { from: basename(temporary), to: basename(target), old: basename(old) };
    });
  try {
    for (const step of steps) step.hadOld = await keepOld(step.target, step.old);
    await writeOutput(note, JSON.stringify(renamings));
    for (const step of steps) {
      await step.file.publish();
      step.isDone = true;
    }
    await syncFolder(folder);
  } catch (error) {
    for (const { target, old, hadOld, isDone } of steps.toReversed()) {
      if (isDone && hadOld) await rename(old, target);
      else if (isDone) await rm(target, { force: true });
    }
    throw unwritable(folder, error);
  } finally {
    await rm(note, { force: true });
    for (const { old } of steps) await rm(old, { force: true });
  }
}

/**
 * Finishes the renames that a killed process left undone in a folder.
 *
 * @throws {OutputError} `OUTPUT_UNWRITABLE`.
 */
export async function finishPublishing(folder: string): Promise<void> {
  try {
    const notes = (await readdir(folder)).filter((name) => NOTE_NAME.test(name));
    for (const note of notes) {
      for (const { from, to, old } of parseNote(await readFile(join(folder, note), 'utf8'))) {
        await rename(join(folder, from), join(folder, to)).catch(ignoreMissing);
        await rm(join(folder, old), { force: true });
      }
      await rm(join(folder, note), { force: true });
    }
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** A journal written by someone else must not rename anything else. */
function parseNote(text: string): Renaming[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return (value as Partial<Renaming>[]).filter((entry): entry is Renaming => {
    const { from, to, old } = Object(entry) as Partial<Renaming>;
    return (
      typeof from === 'string' &&
      OutputFile.isTemporary(from) &&
      typeof to === 'string' &&
      basename(to) === to &&
      !to.startsWith('.') &&
      typeof old === 'string' &&
      OLD_NAME.test(old)
    );
  });
}

/** Creates a hard link. @returns False if the file does not exist, or the file system has no hard links. */
async function keepOld(target: string, old: string): Promise<boolean> {
  const found = await stat(target).catch(ignoreMissing);
  if (found?.isDirectory() === true) {
    throw new OutputError('OUTPUT_UNWRITABLE', target, 'it is a directory');
  }
  if (found === undefined) return false;
  return await link(target, old).then(
    () => true,
    () => false,
  );
}

/** Flushes a folder to disk, and with it its renames. Not every system can open folders. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Then the system decides when it is written.
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

function unwritable(folder: string, error: unknown): unknown {
  const state = describeFileError(error);
  if (state === undefined) return error;
  return new OutputError('OUTPUT_UNWRITABLE', folder, state, { cause: error });
}
