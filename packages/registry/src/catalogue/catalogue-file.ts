import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describeFileError, privateFiles, TemporaryFile } from '@testbench/host/files';

import { MAX_CATALOGUE_BYTES, MAX_CATALOGUE_LINE_BYTES } from './limits.js';
import { lockAndWait } from '../lock-and-wait.js';
import { CatalogueError } from './catalogue-error.js';
import { type CatalogueChange, decodeLine, encodeLine } from './catalogue-line.js';

const FILE = 'catalogue.jsonl';
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const LINE_FEED = 0x0a;

/** Changes read since the last time. */
export interface CatalogueNews {
  /** The file was replaced: earlier content no longer applies. */
  readonly isNew: boolean;
  readonly changes: readonly CatalogueChange[];
  /** Number of damaged lines. */
  readonly damaged: number;
  /** Incomplete line at the end: a writer is active, or was killed. */
  readonly unfinishedBytes: number;
}

/**
 * The changes of a catalogue, one per line, each with its own checksum, in a file that only grows until it is rewritten.
 *
 * A writer that is killed leaves at most an incomplete last line, which the next writer removes. Readers need no lock.
 */
export class CatalogueFile {
  readonly path: string;
  readonly #folder: string;
  /** The file last read, and how far. */
  #inode: number | undefined;
  #offset = 0;

  /** @throws {CatalogueError} `CATALOGUE_UNUSABLE`. */
  constructor(folder: string) {
    const problem = privateFiles.openFolder(folder);
    if (problem !== undefined) throw unusable(folder, problem.state, problem.cause);
    this.#folder = folder;
    this.path = join(folder, FILE);
  }

  /** Changes written since the last time, by any process. @throws {CatalogueError} `CATALOGUE_UNUSABLE`. */
  async readNews(): Promise<CatalogueNews> {
    try {
      const found = await stat(this.path).catch(ignoreMissing);
      if (found === undefined) {
        const isNew = this.#inode !== undefined;
        this.#inode = undefined;
        this.#offset = 0;
        return { isNew, changes: [], damaged: 0, unfinishedBytes: 0 };
      }
      const isNew = this.#inode !== found.ino || found.size < this.#offset;
      if (!isNew && found.size === this.#offset) {
        return { isNew: false, changes: [], damaged: 0, unfinishedBytes: 0 };
      }
      await using file = await open(this.path, constants.O_RDONLY | NO_FOLLOW);
      return await this.#read(file, isNew);
    } catch (error) {
      throw asUnusable(this.path, error);
    }
  }

  async #read(file: FileHandle, isNew: boolean): Promise<CatalogueNews> {
    const found = await file.stat();
    if (!found.isFile() || !privateFiles.isOurs(found)) {
      throw unusable(this.path, 'it is no regular file of this user that nobody else can write to');
    }
    const from = isNew ? 0 : this.#offset;
    const bytes = Buffer.alloc(Math.min(found.size, MAX_CATALOGUE_BYTES) - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const end = bytes.lastIndexOf(LINE_FEED, bytesRead - 1) + 1;
    const changes: CatalogueChange[] = [];
    let damaged = found.size > MAX_CATALOGUE_BYTES ? 1 : 0;
    for (let start = 0; start < end;) {
      const stop = bytes.indexOf(LINE_FEED, start);
      const change =
        stop - start > MAX_CATALOGUE_LINE_BYTES
          ? undefined
          : decodeLine(bytes.toString('utf8', start, stop));
      if (change === undefined) damaged += 1;
      else changes.push(change);
      start = stop + 1;
    }
    this.#inode = found.ino;
    this.#offset = from + end;
    return { isNew, changes, damaged, unfinishedBytes: bytesRead - end };
  }

  /** Keeps other processes from writing. @throws {CatalogueError} `CATALOGUE_IN_USE`, `CATALOGUE_UNUSABLE`. */
  async lock(signal?: AbortSignal): Promise<() => void> {
    const refuse = (who: string): CatalogueError =>
      new CatalogueError('CATALOGUE_IN_USE', `Cannot write "${this.path}": ${who} writes to it`);
    try {
      return await lockAndWait(`${this.path}.lock`, { refuse, signal });
    } catch (error) {
      throw asUnusable(this.path, error);
    }
  }

  /**
   * Appends changes after the last line read, and flushes them to disk. The lock must be held and recent changes read; an incomplete line is
   * removed.
   */
  async append(changes: readonly CatalogueChange[]): Promise<void> {
    const bytes = toBytes(changes);
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | NO_FOLLOW;
      await using file = await open(this.path, flags, 0o600);
      await file.truncate(this.#offset);
      try {
        await writeAll(file, bytes, this.#offset);
        await file.datasync();
      } catch (error) {
        // The disk may be full: the next reader must find only complete lines.
        await file.truncate(this.#offset);
        throw error;
      }
      this.#inode = (await file.stat()).ino;
      this.#offset += bytes.length;
    } catch (error) {
      throw asUnusable(this.path, error);
    }
  }

  /** Replaces the file, and keeps the old one as `<name>.damaged` if requested. The lock must be held. */
  async rewrite(changes: readonly CatalogueChange[], keepOld: boolean): Promise<void> {
    const bytes = toBytes(changes);
    try {
      if (keepOld) await copyFile(this.path, `${this.path}.damaged`).catch(ignoreMissing);
      const file = await TemporaryFile.open(this.#folder, 0o600);
      try {
        await file.handle.writeFile(bytes);
        await file.handle.datasync();
        this.#inode = (await file.handle.stat()).ino;
        await file.moveTo(this.path);
        this.#offset = bytes.length;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw asUnusable(this.path, error);
    }
  }
}

/** A nearly full disk accepts only part of the bytes, and reports the failure on the next write. */
async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.length - written;
    written += (await file.write(bytes, written, rest, offset + written)).bytesWritten;
  }
}

function toBytes(changes: readonly CatalogueChange[]): Buffer {
  return Buffer.from(changes.map((change) => `${encodeLine(change)}\n`).join(''));
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

function unusable(path: string, state: string, cause?: unknown): CatalogueError {
  return new CatalogueError('CATALOGUE_UNUSABLE', `Cannot use "${path}": ${state}`, { cause });
}

/** Converts a file system error to ours; returns other errors unchanged. */
function asUnusable(path: string, error: unknown): unknown {
  const state = describeFileError(error);
  return state === undefined ? error : unusable(path, state, error);
}
