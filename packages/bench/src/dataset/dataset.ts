import type {
  AttachmentPlan,
  PlannedAttachments,
  PlannedRecord,
} from '../attachments/attachment-plan.js';
import type { CarriedAttachments } from '../attachments/carried-attachments.js';
import { MAX_READING_RECORDS } from '../attachments/limits.js';
import type { BenchError } from '../errors.js';
import { cancelled } from '../run/call-failure.js';
import { invalidRecord } from './dataset-error.js';
import { lineTexts } from './formats/line-texts.js';
import { parseRecord } from './formats/parse-record.js';
import { MAX_LINE_BYTES } from './limits.js';
import {
  type DatasetRecord,
  readId,
  readSample,
  type Sample,
  type SampleOptions,
} from './selection/read-sample.js';
import type { RecordIndex } from './store/record-index.js';
import { type Segment, segmentOf } from './store/segments.js';

/** Maximum numbers of records and bytes that are read together. */
const BATCH_RECORDS = 1024;
const BATCH_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** Facts about a dataset. */
export interface DatasetFacts {
  /** `sha256:` and the hex digest of the data read: for a file, of its bytes after decompression. */
  readonly digest: string;
  /** Formats of its files, each once. */
  readonly formats: readonly string[];
  /** Its files, in order; `-` for the standard input. */
  readonly files: readonly string[];
  /** Records that were read: all, or only those up to the end of `offset` and `limit`. */
  readonly total: number;
  /** Records that are taken. */
  readonly count: number;
}

/** A part of the records that are taken, by their position in the order in which they are taken. */
export interface RecordRange {
  /** @default 0 */
  readonly from?: number;
  /** End of the part, exclusive. @default all */
  readonly to?: number;
}

/** A record as read from a dataset. */
export interface PositionedSample extends Sample {
  /** Position in the order in which records are taken, from 0. Without sampling and shuffling it is `index` less the offset. */
  readonly position: number;
}

/** The places of a dataset's records, and the selection from them. */
export interface DatasetParts {
  readonly index: RecordIndex;
  readonly segments: readonly Segment[];
  /** Numbers of records; undefined for all records, in their order. */
  readonly order: Uint32Array | undefined;
  /** Records at the start of that order that are not taken. */
  readonly offset: number;
  readonly fields: SampleOptions;
  readonly signal: AbortSignal | undefined;
  /** Undefined if records have no attachments. */
  readonly attachments: AttachmentPlan | undefined;
  close(): Promise<void>;
}

/**
 * An open dataset: all its records have been read and checked once, and can be read again from any position, as often as needed.
 *
 * It keeps 14 bytes per record in memory, and files open: close it.
 */
export class Dataset implements DatasetFacts, AsyncDisposable {
  readonly digest: string;
  readonly formats: readonly string[];
  readonly files: readonly string[];
  readonly total: number;
  readonly count: number;

  readonly #parts: DatasetParts;

  constructor(facts: DatasetFacts, parts: DatasetParts) {
    this.#parts = parts;
    this.digest = facts.digest;
    this.formats = facts.formats;
    this.files = facts.files;
    this.total = facts.total;
    this.count = facts.count;
  }

  /** What is known about the attachments of the records that are taken; undefined if the configuration names none. */
  get attachments(): PlannedAttachments | undefined {
    return this.#parts.attachments?.planned;
  }

  /**
   * Reads records in the order in which they are taken. Every position costs the same; several readers may read at the same
   * time.
   *
   * @throws {RangeError} The range is not within 0 and `count`.
   * @throws {BenchError} `BENCH_DATASET_UNREADABLE` if a file has changed since; `BENCH_CANCELLED`.
   */
  async *records(range: RecordRange = {}): AsyncGenerator<PositionedSample> {
    for await (const records of this.batches(1, range)) yield records[0]!;
  }

  /**
   * The same, up to `size` records at a time: reading one by one costs twice as much. The records before one that cannot be read come first.
   *
   * @param size At least 1.
   * @throws Like {@link records}.
   */
  async *batches(
    size: number,
    { from = 0, to = this.count }: RecordRange = {},
  ): AsyncGenerator<readonly PositionedSample[]> {
    checkRange(from, to, this.count);
    const numberAt = (position: number): number => this.#numberAt(position);
    let batch: PositionedSample[] = [];
    try {
      for await (const { first, lines } of this.#read(from, to, numberAt)) {
        for (const [index, bytes] of lines.entries()) {
          const position = first + index;
          batch.push(this.#sample(this.#record(numberAt(position), bytes), position));
          if (batch.length < size) continue;
          const full = batch;
          batch = [];
          yield full;
        }
      }
    } catch (error) {
      if (batch.length > 0) yield batch;
      throw error;
    }
    if (batch.length > 0) yield batch;
  }

  /** Reads the attachments of all records that are taken, once, so that they can be compared with when they are read again. */
  async planAttachments(): Promise<void> {
    const { attachments } = this.#parts;
    await attachments?.make(this.#attached(attachments));
  }

  /** Keeps the digests of attachments for the next process that opens the dataset, if the options name a folder for them. */
  async saveAttachmentDigests(): Promise<void> {
    await this.#parts.attachments?.saveKnown();
  }

  /** The attachments of the records that are taken, to be read elsewhere; undefined if the configuration names none. */
  carryAttachments(): CarriedAttachments | undefined {
    const { attachments } = this.#parts;
    if (attachments === undefined) return undefined;
    const paths = (): ReturnType<CarriedAttachments['paths']> =>
      attachments.paths(this.#attached(attachments), this.files);
    return { state: attachments.state, paths };
  }

  /**
   * Returns the records that were read, in the order of the dataset, without its fields.
   *
   * @param range Numbers of records, from 0 to `total`. @default all
   * @throws Like {@link records}.
   */
  async *rows({ from = 0, to = this.total }: RecordRange = {}): AsyncGenerator<DatasetRecord> {
    checkRange(from, to, this.total);
    for await (const { first, lines } of this.#read(from, to, (number) => number)) {
      for (const [index, bytes] of lines.entries()) yield this.#record(first + index, bytes);
    }
  }

  async close(): Promise<void> {
    await this.#parts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#read(
    from: number,
    to: number,
    numberAt: (position: number) => number,
  ): AsyncGenerator<{ readonly first: number; readonly lines: readonly RecordContent[] }> {
    for (let position = from; position < to;) {
      if (this.#parts.signal?.aborted === true) throw cancelled();
      const stretches: Stretch[] = [];
      let bytes = 0;
      let end = position;
      while (end < to && end - position < BATCH_RECORDS && bytes < BATCH_BYTES) {
        bytes += this.#extend(stretches, numberAt(end));
        end += 1;
      }
      const read = await Promise.all(stretches.map((stretch) => this.#readStretch(stretch)));
      for (const lines of read) {
        yield { first: position, lines };
        position += lines.length;
      }
    }
  }

  /** Adds a record to the last stretch if it is next to it. @returns Its bytes. */
  #extend(stretches: Stretch[], record: number): number {
    const { index, segments } = this.#parts;
    const last = stretches.at(-1);
    const isNear = last !== undefined && isIn(last.segment, record);
    const segment = isNear ? last.segment : segmentOf(segments, record);
    const start = index.offset(record);
    const end = record + 1 < segment.endRecord ? index.offset(record + 1) : segment.end;
    // There may be any number of blank lines between two records.
    const length = Math.min(end - start, MAX_LINE_BYTES + 1);
    if (isNear && last.end === start) {
      last.lengths.push(length);
      last.end = start + length;
    } else {
      stretches.push({ segment, start, end: start + length, lengths: [length] });
    }
    return length;
  }

  async #readStretch({ segment, start, end, lengths }: Stretch): Promise<RecordContent[]> {
    const bytes = await segment.store.read(start - segment.base, end - start);
    const texts = lineTexts(bytes);
    let at = 0;
    let line = 0;
    return lengths.map((length) => {
      const from = at;
      at += length;
      const lineEnd = bytes.indexOf(LINE_FEED, from);
      const isWhole = lineEnd === -1 || lineEnd >= at;
      const text = texts?.[line];
      if (!isWhole) line += 1 + countLineFeeds(bytes, lineEnd + 1, at);
      return text ?? bytes.subarray(from, isWhole ? at : lineEnd);
    });
  }

  async *#attached(attachments: AttachmentPlan): AsyncGenerator<readonly PlannedRecord[]> {
    const numberAt = (position: number): number => this.#numberAt(position);
    let batch: PlannedRecord[] = [];
    for await (const { first, lines } of this.#read(0, this.count, numberAt)) {
      for (const [index, bytes] of lines.entries()) {
        const position = first + index;
        const { id, line, file, row } = this.#record(numberAt(position), bytes);
        const { sources } = attachments.find(row);
        batch.push({ id, line, file, sources, position });
        if (batch.length < MAX_READING_RECORDS) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  #numberAt(position: number): number {
    const { order, offset } = this.#parts;
    return order?.[offset + position] ?? offset + position;
  }

  #sample(record: DatasetRecord, position: number): PositionedSample {
    const { fields, attachments } = this.#parts;
    if (attachments === undefined) {
      return placeSample(readSample(record, fields), position);
    }
    const { sources, row } = attachments.find(record.row);
    const { id, line, file } = record;
    const attached = attachments.of({ id, line, file, sources, position });
    const sample = readSample({ ...record, row }, fields);
    return placeSample(
      attached === undefined ? sample : { ...sample, attachments: attached },
      position,
    );
  }

  #record(index: number, content: RecordContent): DatasetRecord {
    const { file, unit } = segmentOf(this.#parts.segments, index);
    const line = this.#parts.index.place(index);
    const place = { file, line, unit };
    let row: DatasetRecord['row'];
    try {
      row = parseRecord(content, line);
    } catch (cause) {
      throw invalidRecord(place, (cause as Error).message, cause);
    }
    const id = readId(row, index, place, this.#parts.fields.fields.id);
    return { file, line, unit, index, id, row };
  }
}

/** A record as JSON: its bytes, or their text. */
type RecordContent = Uint8Array | string;

/** The sample is only ours: a copy of it would cost as much as reading it. */
function placeSample(sample: Sample, position: number): PositionedSample {
  (sample as { position?: number }).position = position;
  return sample as PositionedSample;
}

/** Line feeds of blank lines after a record. */
function countLineFeeds(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (bytes[at] === LINE_FEED) count += 1;
  return count;
}

/** Consecutive records of one segment that are read together. */
interface Stretch {
  readonly segment: Segment;
  readonly start: number;
  end: number;
  /** Bytes of each record, including those between it and the next. */
  readonly lengths: number[];
}

function isIn({ firstRecord, endRecord }: Segment, record: number): boolean {
  return record >= firstRecord && record < endRecord;
}

function checkRange(from: number, to: number, count: number): void {
  const isRange =
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    from >= 0 &&
    from <= to &&
    to <= count;
  if (!isRange) {
    throw new RangeError(
      `Cannot read records ${from} to ${to}: expected a range within 0 and ${count}`,
    );
  }
}

/** The error for two records with the same id. */
export function duplicateId(id: string, first: DatasetRecord, second: DatasetRecord): BenchError {
  const place = ({ file, unit, line }: DatasetRecord): string =>
    file === second.file ? `${unit} ${line}` : `${JSON.stringify(file)} ${unit} ${line}`;
  const shown = id.length > 80 ? `${id.slice(0, 80)}…` : id;
  return invalidRecord(
    second,
    `expected an id of its own, ${JSON.stringify(shown)} is that of ${place(first)} too; correct one of them, or name another field as \`fields.id\``,
  );
}
