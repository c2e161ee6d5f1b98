import type { RunSegmentWriter, RunWriter } from '@testbench/types/stores';

import { SEGMENT_MS, SEGMENT_RECORDS } from './limits.js';
import type { ResultRow } from './result-row.js';

/**
 * Writes rows into segments of a run, record by record, and closes a segment when it is large or old enough.
 *
 * One segment is flushed to disk while the next one is filled.
 */
export class RowSink {
  readonly #writer: RunWriter;
  #segment: RunSegmentWriter | undefined;
  #from = 0;
  #to = 0;
  #startedAt = 0;
  #closing: Promise<unknown> = Promise.resolve();
  #isBroken = false;

  constructor(writer: RunWriter) {
    this.#writer = writer;
  }

  /**
   * Adds the rows of one record. Must not be called again before the returned promise has settled.
   *
   * @returns undefined if there is nothing to wait for.
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`; complete segments stay.
   */
  add(position: number, rows: readonly ResultRow[]): Promise<void> | undefined {
    const segment = this.#segment;
    const [row] = rows;
    if (segment === undefined || position !== this.#to || rows.length !== 1 || row === undefined) {
      return this.#guard(this.#addAll(position, rows));
    }
    const written = this.#writeTo(segment, row);
    this.#to = position + 1;
    if (written === undefined && !this.#isFull()) return undefined;
    return this.#guard(this.#closeFull(written));
  }

  #writeTo(segment: RunSegmentWriter, row: ResultRow): Promise<void> | undefined {
    try {
      return segment.write(JSON.stringify(row)) ?? undefined;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  async #addAll(position: number, rows: readonly ResultRow[]): Promise<void> {
    if (this.#segment !== undefined && position !== this.#to) await this.#close();
    this.#segment ??= await this.#begin(position);
    for (const row of rows) await this.#segment.write(JSON.stringify(row));
    this.#to = position + 1;
    await this.#closeFull();
  }

  async #closeFull(written?: Promise<void>): Promise<void> {
    await written;
    if (this.#isFull()) await this.#close();
  }

  #isFull(): boolean {
    const isOld = performance.now() - this.#startedAt >= SEGMENT_MS;
    return isOld || this.#to - this.#from >= SEGMENT_RECORDS;
  }

  /** After a failure nothing more is written: a segment must not have a gap. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Flushes all added rows to disk. */
  async flush(): Promise<void> {
    if (this.#isBroken) return;
    await this.#close();
    await this.#closing;
  }

  /** Discards incomplete segments. */
  async discard(): Promise<void> {
    await this.#closing.catch(() => {});
    await this.#segment?.discard();
    this.#segment = undefined;
  }

  async #begin(position: number): Promise<RunSegmentWriter> {
    this.#from = position;
    this.#to = position;
    this.#startedAt = performance.now();
    return await this.#writer.begin(position);
  }

  async #close(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    const to = this.#to;
    // At most one segment is being flushed to disk.
    const before = this.#closing;
    const closing = (async () => {
      try {
        await before;
        await segment.complete(to);
      } catch (error) {
        // Nothing else holds it, and garbage collection of an open file handle ends the process.
        await segment.discard().catch(() => {});
        throw error;
      }
    })();
    closing.catch(() => {});
    this.#closing = closing;
    await before;
  }
}
