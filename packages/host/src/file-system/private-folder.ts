import { statSync } from 'node:fs';

import { describeFileError } from './describe-file-error.js';
import { makeFolder } from './make-folder.js';

const WRITABLE_BY_OTHERS = 0o022;

/** Descriptions of why a path cannot be a folder, where those for files would be misleading. */
const FOLDER_STATES: ReadonlyMap<unknown, string> = new Map([
  ['EEXIST', 'it is not a directory'],
  ['ENOENT', 'no such directory, and it cannot be made'],
]);

/** Why a folder cannot be used. */
export interface FolderProblem {
  /** In words, to be placed after a colon. */
  readonly state: string;
  /** The file system's error, if there was one. */
  readonly cause?: unknown;
}

/**
 * Opens a folder that belongs to this user and that no one else can write to; creates it, with its parents, if it does not exist.
 *
 * @returns What is wrong with it, or undefined.
 */
export function openPrivateFolder(path: string): FolderProblem | undefined {
  try {
    makeFolder(path, 0o700);
    const found = statSync(path);
    if (!found.isDirectory()) return { state: 'it is not a directory' };
    return isOurs(found) ? undefined : { state: 'others can write to it' };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const state = FOLDER_STATES.get(code) ?? describeFileError(cause) ?? message;
    return { state, cause };
  }
}

/** True if this user owns it and no one else can write to it. On systems without user ids, the file system's own rules must suffice. */
export function isOurs(entry: { readonly uid: number; readonly mode: number }): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (entry.uid === uid && (entry.mode & WRITABLE_BY_OTHERS) === 0);
}
