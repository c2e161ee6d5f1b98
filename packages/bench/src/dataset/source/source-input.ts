import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';

import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetInput } from '@testbench/types/stores';

import { unreadableState } from '../dataset-error.js';
import { MAX_SPOOL_BYTES } from '../limits.js';
import {
  decompress,
  findCompression,
  MAGIC_BYTES,
  namedCompression,
  withoutCompression,
} from './decompress.js';
import { STANDARD_INPUT } from './find-sources.js';
import { peekBytes, readHandle, readStandardInput } from './read-bytes.js';

/** Number of bytes that identify a format. */
const PEEK_BYTES = 4096;

/** One file of a data set, or the standard input: its bytes after decompression, and their digest. */
export class SourceInput implements DatasetInput {
  readonly #hash = createHash('sha256');
  #copy: string | undefined;

  readonly #source: AsyncGenerator<Uint8Array>;
  /** Already started, unlike `source`: a generator that never started does not close its source. */
  readonly #begun: AsyncGenerator<Uint8Array>;

  private constructor(
    /** The path, or `-`. */
    readonly path: string,
    /** Undefined for the standard input. */
    readonly handle: FileHandle | undefined,
    /** Size of the file, if its bytes are the bytes of the data set; otherwise undefined. */
    readonly plainSize: number | undefined,
    /** The first bytes, up to 4 KiB. */
    readonly start: Uint8Array,
    source: AsyncGenerator<Uint8Array>,
    begun: AsyncGenerator<Uint8Array>,
  ) {
    this.#source = source;
    this.#begun = begun;
  }

  /** @throws Errors of the file system, or a {@link DatasetFormatError}. */
  static async open(path: string): Promise<SourceInput> {
    if (path === STANDARD_INPUT && process.stdin.isTTY) {
      throw unreadableState(path, 'the standard input is a terminal; pipe the records into it');
    }
    const handle = path === STANDARD_INPUT ? undefined : await open(path);
    try {
      const found = await handle?.stat();
      const isFile = found?.isFile() ?? false;
      const raw = await peekBytes(
        handle === undefined ? readStandardInput() : readHandle(handle, isFile),
        MAGIC_BYTES,
      );
      const compression = findCompression(raw.start);
      const named = namedCompression(path);
      if (compression === undefined) {
        if (named !== undefined && raw.start.length > 0) {
          throw new DatasetFormatError(
            `expected ${named} data, as its name says, found other bytes`,
          );
        }
        const { start, bytes } = await peekBytes(raw.bytes, PEEK_BYTES);
        return new SourceInput(
          path,
          handle,
          isFile ? found!.size : undefined,
          start,
          bytes,
          raw.bytes,
        );
      }
      const begun = decompress(raw.bytes, compression);
      const { start, bytes } = await peekBytes(begun, PEEK_BYTES);
      return new SourceInput(path, handle, undefined, start, bytes, begun);
    } catch (error) {
      await handle?.close();
      throw error;
    }
  }

  /** The file's name in lower case, without the extension of a compression. */
  get name(): string {
    return withoutCompression(basename(this.path));
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    // Not with a loop over it: a caller that stops early leaves the rest for the digest.
    for (;;) {
      const next = await this.#source.next();
      if (next.done === true) return;
      this.#hash.update(next.value);
      yield next.value;
    }
  }

  async file(): Promise<string> {
    if (this.plainSize !== undefined) return this.path;
    const path = join(tmpdir(), `testbench-${randomUUID()}.tmp`);
    this.#copy = path;
    await using copy = await open(path, 'wx', 0o600);
    let size = 0;
    for await (const chunk of this.bytes()) {
      size += chunk.length;
      if (size > MAX_SPOOL_BYTES) {
        throw new DatasetFormatError(`expected at most ${MAX_SPOOL_BYTES} bytes, found more`);
      }
      await copy.writeFile(chunk);
    }
    return path;
  }

  /** Reads the rest. @returns The SHA-256 of all bytes, in hexadecimal. */
  async digest(): Promise<string> {
    for await (const chunk of this.bytes()) void chunk;
    return this.#hash.digest('hex');
  }

  /** @param keepOpen Leaves the file open; its handle then belongs to the caller. */
  async close({ keepOpen = false } = {}): Promise<void> {
    await this.#source.return(undefined);
    await this.#begun.return(undefined);
    if (!keepOpen) await this.handle?.close();
    if (this.#copy !== undefined) await unlink(this.#copy).catch(() => {});
  }
}
