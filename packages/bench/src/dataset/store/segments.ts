import type { FileHandle } from 'node:fs/promises';

import { unreadableState } from '../dataset-error.js';
import type { Spool } from './spool.js';

/** The records of one file, and their storage. */
export interface Segment {
  /** The file's name in messages. */
  readonly file: string;
  /** What the places of its records count. */
  readonly unit: string;
  /** Offset at which this segment begins, over all segments together. */
  readonly base: number;
  /** The file itself, or the copy of its records. */
  readonly store: FileStore | SpoolStore;
  /** Number of its first record. */
  readonly firstRecord: number;
  /** Number after that of its last record. */
  readonly endRecord: number;
  /** Offset after its last record, over all segments together. */
  readonly end: number;
}

/** Bytes that can be read at any offset. */
interface ByteStore {
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A file of JSON lines, read in place. */
export class FileStore implements ByteStore {
  /** See `fileState()`. */
  readonly #state: string;

  constructor(
    readonly path: string,
    readonly handle: FileHandle,
    state: string,
  ) {
    this.#state = state;
  }

  /** @throws {BenchError} `BENCH_DATASET_UNREADABLE`: the file has changed. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await this.handle.read(buffer, 0, length, offset);
    await this.check();
    return buffer.subarray(0, bytesRead);
  }

  async check(): Promise<void> {
    if ((await fileState(this.handle)) === this.#state) return;
    throw unreadableState(this.path, 'it was changed while it was read; start again');
  }
}

/** A part of the copy. */
export class SpoolStore implements ByteStore {
  readonly #spool: Spool;
  readonly #start: number;

  constructor(spool: Spool, start: number) {
    this.#spool = spool;
    this.#start = start;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#spool.read(this.#start + offset, length);
  }
}

/** Shows whether a file was changed: its size, and the time of the last change. */
export async function fileState(handle: FileHandle): Promise<string> {
  const { size, mtimeMs } = await handle.stat();
  return `${size} ${mtimeMs}`;
}

/** Finds the segment of a record. */
export function segmentOf(segments: readonly Segment[], record: number): Segment {
  let low = 0;
  let high = segments.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    // Segments without records begin at the same number; the last one counts.
    if (segments[middle]!.firstRecord <= record) low = middle;
    else high = middle;
  }
  return segments[low]!;
}
