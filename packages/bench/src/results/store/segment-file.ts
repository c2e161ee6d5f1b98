import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { OutputFile } from '@testbench/core/files';
import type { RunSegment, RunSegmentWriter } from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { MAX_ROW_BYTES } from '../limits.js';
import { guardWriting } from './guard-files.js';

/** Rows are encoded and written in pieces of this many characters: most segments take one or two. */
const CHUNK_CHARACTERS = 256 * 1024;

/** Name of a segment's file. */
export function segmentName({ from, to }: Pick<RunSegment, 'from' | 'to'>): string {
  return `${from}-${to}.jsonl`;
}

/** A segment under a temporary name, until it is complete. */
export class SegmentFile implements RunSegmentWriter {
  readonly #hash = createHash('sha256');
  readonly #folder: string;
  readonly #from: number;
  readonly #file: OutputFile;
  readonly #list: (segment: RunSegment) => Promise<void>;
  /** Rows not yet handed to the file: a write per row would be too expensive. */
  #text = '';
  #rows = 0;
  #bytes = 0;
  #isDone = false;

  private constructor(
    folder: string,
    from: number,
    file: OutputFile,
    list: (segment: RunSegment) => Promise<void>,
  ) {
    this.#folder = folder;
    this.#from = from;
    this.#file = file;
    this.#list = list;
  }

  /**
   * @param folder Folder of the segments.
   * @param list Adds a segment to the run's manifest.
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  static async open(
    folder: string,
    from: number,
    list: (segment: RunSegment) => Promise<void>,
  ): Promise<SegmentFile> {
    const file = await guardWriting(folder, () =>
      OutputFile.openOwn(join(folder, segmentName({ from, to: from + 1 }))),
    );
    return new SegmentFile(folder, from, file, list);
  }

  write(row: string): Promise<void> | undefined {
    this.#text += `${row}\n`;
    this.#rows += 1;
    return this.#text.length >= CHUNK_CHARACTERS ? this.#flush(row) : undefined;
  }

  async complete(to: number): Promise<RunSegment> {
    if (!(to > this.#from)) throw new RangeError(`Cannot end a segment at ${to}: it has no record`);
    await this.#flush();
    const digest = `sha256:${this.#hash.digest('hex')}`;
    const segment = { from: this.#from, to, rows: this.#rows, bytes: this.#bytes, digest };
    await guardWriting(this.#folder, async () => {
      await this.#file.finish();
      await this.#file.publish(segmentName(segment));
    });
    this.#isDone = true;
    await this.#list(segment);
    return segment;
  }

  async #flush(last = ''): Promise<void> {
    // A character takes three bytes at most, so most rows need not be measured.
    if (last.length * 3 > MAX_ROW_BYTES && Buffer.byteLength(last) >= MAX_ROW_BYTES) {
      throw new BenchError(
        'BENCH_OUTPUT_FAILED',
        `Cannot write results to ${JSON.stringify(this.#folder)}: a row has more than ${MAX_ROW_BYTES} bytes`,
        { file: this.#folder },
      );
    }
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await guardWriting(this.#folder, () => this.#file.write(bytes));
  }

  async discard(): Promise<void> {
    if (!this.#isDone) await guardWriting(this.#folder, () => this.#file.discard());
  }
}
