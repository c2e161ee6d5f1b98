import {
  invalidDataset,
  type RecordPlace,
  unreadableDataset,
  unreadableState,
} from '../dataset-error.js';
import { MAX_RECORDS } from '../limits.js';
import { RecordIndex } from './record-index.js';
import type { FileStore, Segment } from './segments.js';
import { SpoolStore } from './segments.js';
import { Spool, SpoolFullError } from './spool.js';

/** Maximum number of files that stay open; the records of further ones are copied. */
const MAX_OPEN_FILES = 64;

/** Collects the records of a data set, file by file: those of JSON Lines stay in their file, all others are copied. */
export class RecordStore {
  readonly index = new RecordIndex();
  readonly segments: Segment[] = [];
  readonly #spool = new Spool();
  readonly #files: FileStore[] = [];
  #base = 0;
  #firstRecord = 0;
  #spoolStart = 0;

  /** True if one more file may stay open. */
  get canKeepFile(): boolean {
    return this.#files.length < MAX_OPEN_FILES;
  }

  /** @param offset In the file. */
  addLocated(place: RecordPlace, id: string, offset: number): void {
    this.#checkCount(place.file);
    this.index.add(this.#base + offset, place.line, id);
  }

  /** @param line JSON with a line feed at its end. */
  async addCopy(place: RecordPlace, id: string, line: Uint8Array): Promise<void> {
    this.#checkCount(place.file);
    this.index.add(this.#base + this.#spool.byteLength - this.#spoolStart, place.line, id);
    await this.#guard(place.file, () => this.#spool.write(line));
  }

  /** Ends a file whose records were located, and keeps it open. @param end Offset after its last record. */
  endFile(file: FileStore, unit: string, end: number): void {
    this.#files.push(file);
    this.#end({ file: file.path, unit, store: file }, end);
  }

  /** Ends a file whose records were copied. */
  endCopy(file: string, unit: string): void {
    const store = new SpoolStore(this.#spool, this.#spoolStart);
    this.#end({ file, unit, store }, this.#spool.byteLength - this.#spoolStart);
    this.#spoolStart = this.#spool.byteLength;
  }

  /** Must be called once, before records are read. */
  async finish(): Promise<void> {
    await this.#guard(this.segments[0]?.file ?? '', () => this.#spool.finish());
  }

  async close(): Promise<void> {
    await Promise.all([this.#spool.close(), ...this.#files.map(({ handle }) => handle.close())]);
  }

  #end(segment: Pick<Segment, 'file' | 'unit' | 'store'>, length: number): void {
    const end = this.#base + length;
    this.segments.push({
      ...segment,
      base: this.#base,
      firstRecord: this.#firstRecord,
      endRecord: this.index.count,
      end,
    });
    this.#base = end;
    this.#firstRecord = this.index.count;
  }

  #checkCount(file: string): void {
    if (this.index.count < MAX_RECORDS) return;
    throw invalidDataset(file, `expected at most ${MAX_RECORDS} records, found more; split it`);
  }

  async #guard(file: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      const error = unreadableDataset(file, cause);
      if (cause instanceof SpoolFullError || error !== cause) {
        const state =
          cause instanceof SpoolFullError
            ? cause.message
            : (error as Error).message.replace(/^.*: /, '');
        throw unreadableState(
          file,
          `its records cannot be copied to the temporary folder (${state}); free space there, or name another folder in TMPDIR`,
          cause,
        );
      }
      throw error;
    }
  }
}
