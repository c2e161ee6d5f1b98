import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

/** What the system says of a path that cannot be a folder of ours. */
const FOLDER_STATES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it is not a directory',
  ELOOP: 'too many links',
  ENOENT: 'no such directory, and it cannot be made',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system cannot be written to',
};

/** Why a folder cannot be used. */
export interface FolderProblem {
  /** In words, to stand after a colon. */
  readonly state: string;
  /** What the file system threw, if it did. */
  readonly cause?: unknown;
}

/**
 * Opens a folder that belongs to this user and that nobody else can write to; makes it, with its parents, if it is not there.
 *
 * @returns What is wrong with it, or undefined.
 */
export async function openPrivateFolder(path: string): Promise<FolderProblem | undefined> {
  try {
    await makeFolder(path);
    const found = await stat(path);
    if (!found.isDirectory()) return { state: 'it is not a directory' };
    return isOurs(found) ? undefined : { state: 'others can write to it' };
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const state = Object.hasOwn(FOLDER_STATES, code) ? FOLDER_STATES[code]! : message;
    return { state, cause };
  }
}

/** True for what this user owns and nobody else can write to. On systems without user ids, the file system's own rules have to do. */
export function isOurs(entry: { readonly uid: number; readonly mode: number }): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (entry.uid === uid && (entry.mode & WRITABLE_BY_OTHERS) === 0);
}

/** With its parents. Node's own `recursive` asks again for ever where a file system says that nothing can be made, such as /proc. */
async function makeFolder(path: string, isLast = false): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || isLast || parent === path) throw error;
    await makeFolder(parent);
    await makeFolder(path, true);
  }
}
