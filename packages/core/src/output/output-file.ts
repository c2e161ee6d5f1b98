import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { readOptions } from '@testbench/types/config';

import { describeFileError, OutputError } from './output-error.js';
import {
  findOutputPlace,
  OUTPUT_OPTIONS,
  type OutputOptions,
  type OutputPlace,
} from './output-place.js';
import { makeFolder } from './make-folder.js';

const BUFFER_BYTES = 64 * 1024;
/** How often a pipe is asked whether somebody reads from it. */
const READER_POLL_MS = 50;
/** Names of files that are being written; short, so that a name that is as long as it may be has room for its own. */
const TEMPORARY_NAME = /^\.testbench-[0-9a-f-]{36}\.tmp$/;

/** How a file is written. */
export interface OutputFileOptions extends OutputOptions {
  /** Ends waiting for the reader of a pipe. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A file of results. A regular file appears whole or not at all: it is written under a temporary name in its folder, brought
 * to the disk, and renamed at the end; what had the name stays as it is until then. A pipe, a terminal or another device is
 * written as it is, and never replaced; links are followed.
 */
export class OutputFile {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #handle: FileHandle | undefined;
  #isDone = false;
  readonly #options: OutputFileOptions;

  private constructor(
    readonly place: OutputPlace,
    /** Name of the file until it is published; undefined where it is written in place. */
    readonly temporary: string | undefined,
    options: OutputFileOptions,
  ) {
    this.#options = options;
  }

  /**
   * Makes sure that the file can be written, before the work begins whose result it takes.
   *
   * @throws {OutputError}
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  static async open(path: string, given?: OutputFileOptions): Promise<OutputFile> {
    const options = readOptions<OutputFileOptions>(given, {
      ...OUTPUT_OPTIONS,
      signal: (node) => node.signal(),
    });
    const { signal: _signal, ...placing } = options;
    const place = await findOutputPlace(path, placing);
    return await guard(path, async () => {
      if (place.way !== 'replace') return new OutputFile(place, undefined, options);
      const folder = dirname(place.target);
      if (options.makeFolder === true) await makeFolder(folder);
      const temporary = join(folder, `.testbench-${randomUUID()}.tmp`);
      const file = new OutputFile(place, temporary, options);
      // 'wx': never follow or overwrite what somebody else put there.
      file.#handle = await open(temporary, 'wx');
      if (place.mode !== undefined) await file.#handle.chmod(place.mode);
      return file;
    });
  }

  /** True for a name that an unfinished file has. */
  static isTemporary(name: string): boolean {
    return TEMPORARY_NAME.test(name);
  }

  /**
   * Adds text or bytes at the end; waits only when a good deal is to be written.
   *
   * @throws {OutputError} `OUTPUT_UNWRITABLE`.
   */
  async write(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BUFFER_BYTES) await this.#flush();
  }

  /**
   * Writes everything that is left, and brings a regular file to the disk, still under its temporary name.
   *
   * @throws {OutputError} `OUTPUT_UNWRITABLE`.
   */
  async finish(): Promise<void> {
    await this.#flush();
    await guard(this.place.path, async () => {
      if (this.temporary !== undefined) await this.#handle?.sync();
      await this.#close();
    });
  }

  /**
   * Gives a finished file its name.
   *
   * @throws {OutputError} `OUTPUT_UNWRITABLE`.
   */
  async publish(): Promise<void> {
    const { temporary, place } = this;
    if (temporary === undefined || this.#isDone) return;
    await guard(place.path, () => rename(temporary, place.target));
    this.#isDone = true;
  }

  /** Removes what was written under the temporary name. Does nothing after `publish`. */
  async discard(): Promise<void> {
    await this.#close();
    if (this.temporary !== undefined && !this.#isDone) await rm(this.temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (bytes.length === 0) return;
    await guard(this.place.path, async () => {
      const { way, target } = this.place;
      if (way === 1 || way === 2) return await writeToOwn(way, bytes);
      this.#handle ??= await openInPlace(target, this.#options.signal);
      await this.#handle.appendFile(bytes);
    });
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/**
 * Writes a file as {@link OutputFile} does, at once.
 *
  options?: OutputFileOptions,
 */
export async function writeOutput(
  path: string,
  content: string | Uint8Array,
  options: OutputFileOptions = {},
): Promise<void> {
  const file = await OutputFile.open(path, options);
  try {
    await file.write(content);
    await file.finish();
    await file.publish();
  } finally {
    await file.discard();
  }
}

const NOBODY_THERE: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Through the stream, whose other writers keep their place. */
async function writeToOwn(descriptor: 1 | 2, bytes: Uint8Array): Promise<void> {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  await new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => {
      // That a reader stops early, as `head` does, is no failure.
      if (error && !NOBODY_THERE.has(String((error as NodeJS.ErrnoException).code))) reject(error);
      else resolve();
    });
  });
}

/** Opening a pipe that nobody reads would hold one of the few I/O threads, for ever and beyond the reach of Ctrl-C. */
async function openInPlace(target: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_NOCTTY;
  if (!(await stat(target)).isFIFO()) return await open(target, flags);
  for (;;) {
    try {
      const asked = await open(target, flags | constants.O_NONBLOCK);
      try {
        // Now that there is a reader this does not wait, and writing to it waits until there is room.
        return await open(target, flags);
      } finally {
        await asked.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || signal?.aborted === true)
        throw error;
    }
    await setTimeout(READER_POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function guard<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new OutputError('OUTPUT_UNWRITABLE', path, state, { cause });
  }
}
