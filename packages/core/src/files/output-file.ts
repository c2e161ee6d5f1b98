import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { describeFileError, makeFolder, TemporaryFile } from '@testbench/manager/files';
import { readOptions } from '@testbench/types/config';

import { OutputError } from './output-error.js';
import {
  findOutputPlace,
  OUTPUT_OPTIONS,
  type OutputOptions,
  type OutputPlace,
} from './output-place.js';

const BUFFER_BYTES = 64 * 1024;
/** Interval at which a pipe is checked for a reader. */
const READER_POLL_MS = 50;

/** How a file is written. */
export interface OutputFileOptions extends OutputOptions {
  /** Ends the wait for the reader of a pipe. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A file of results. A regular file appears whole or not at all: it is written under a temporary name in its folder, flushed
 * to disk, and renamed at the end; an existing file of that name stays as it is until then. A pipe, a terminal or another device is
 * written as it is, and never replaced; links are followed.
 */
export class OutputFile {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #handle: FileHandle | undefined;
  readonly #temporary: TemporaryFile | undefined;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    readonly place: OutputPlace,
    temporary: TemporaryFile | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#temporary = temporary;
    this.#handle = temporary?.handle;
    this.#signal = signal;
  }

  /** Path of the file until it is published; undefined where it is written in place. */
  get temporary(): string | undefined {
    return this.#temporary?.path;
  }

  /**
   * Checks that the file can be written, before the work begins.
   *
   * @throws {OutputError}
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  static async open(path: string, given?: OutputFileOptions): Promise<OutputFile> {
    const options = readOptions<OutputFileOptions>(given, {
      ...OUTPUT_OPTIONS,
      signal: (node) => node.signal(),
    });
    const { signal, ...placing } = options;
    const place = await findOutputPlace(path, placing);
    return await guard(path, async () => {
      if (place.way !== 'replace') return new OutputFile(place, undefined, signal);
      const folder = dirname(place.target);
      if (options.makeFolder === true) makeFolder(folder);
      const temporary = await TemporaryFile.open(folder, 0o666);
      if (place.mode !== undefined) await temporary.handle.chmod(place.mode);
      return new OutputFile(place, temporary, signal);
    });
  }

  /**
   * Opens a file in an existing folder that only its owner writes to, without checking what is there: a file or link of that name is replaced. Saves a handful
   * of system calls for each of many files.
   *
   * @throws {OutputError}
   */
  static async openOwn(path: string): Promise<OutputFile> {
    const target = resolve(path);
    return await guard(path, async () => {
      const temporary = await TemporaryFile.open(dirname(target), 0o666);
      const place = { path, target, way: 'replace', mode: undefined } as const;
      return new OutputFile(place, temporary, undefined);
    });
  }

  /** True for the name of an unfinished file. */
  static isTemporary(name: string): boolean {
    return TemporaryFile.isName(name);
  }

  /**
   * Appends text or bytes; waits only if much data is pending.
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
   * Writes everything that is left, and flushes a regular file to disk, still under its temporary name.
   *
   * @throws {OutputError} `OUTPUT_UNWRITABLE`.
   */
  async finish(): Promise<void> {
    await this.#flush();
    await guard(this.place.path, async () => {
      await this.#temporary?.handle.sync();
      await this.#handle?.close();
    });
  }

  /**
   * Gives a finished file its name.
   *
   * @param name Another name in the same folder, if it depends on the contents. @default the name that it was opened under
   * @throws {OutputError} `OUTPUT_UNWRITABLE`.
   */
  async publish(name?: string): Promise<void> {
    const { path, target } = this.place;
    await guard(path, async () => {
      await this.#temporary?.moveTo(name === undefined ? target : join(dirname(target), name));
    });
  }

  /** Removes the file with the temporary name. Does nothing after `publish`. */
  async discard(): Promise<void> {
    await (this.#temporary ?? this.#handle)?.close();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (bytes.length === 0) return;
    await guard(this.place.path, async () => {
      const { way, target } = this.place;
      if (way === 1 || way === 2) return await writeToOwn(way, bytes);
      this.#handle ??= await openInPlace(target, this.#signal);
      await this.#handle.appendFile(bytes);
    });
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

/** Through the stream, so that its other writers keep their position. */
async function writeToOwn(descriptor: 1 | 2, bytes: Uint8Array): Promise<void> {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  await new Promise<void>((done, reject) => {
    stream.write(bytes, (error) => {
      // A reader that stops early, such as `head`, is not a failure.
      if (error && !NOBODY_THERE.has(String((error as NodeJS.ErrnoException).code))) reject(error);
      else done();
    });
  });
}

/** Opening a pipe without a reader would block one of the few I/O threads forever, and Ctrl-C could not stop it. */
async function openInPlace(target: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_NOCTTY;
  if (!(await stat(target)).isFIFO()) return await open(target, flags);
  for (;;) {
    try {
      const asked = await open(target, flags | constants.O_NONBLOCK);
      try {
        // Now that there is a reader, this does not wait, and writing waits until there is room.
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
