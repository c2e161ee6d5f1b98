import { createHash } from 'node:crypto';

import { sha256Hex } from '@testbench/core/files';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { DatasetFormatError, PluginError } from '@testbench/types/errors';
import type { DatasetReader } from '@testbench/types/stores';

import { AttachmentPlan } from '../attachments/attachment-plan.js';
import type { ArrivedAttachments } from '../attachments/carried-attachments.js';
import { KnownDigests } from '../attachments/known-digests.js';
import type { ResolvedDatasetConfig } from '../config/dataset-config.js';
import { BenchError } from '../errors.js';
import { cancelled } from '../run/call-failure.js';
import { Dataset, duplicateId } from './dataset.js';
import {
  invalidDataset,
  invalidRecord,
  type RecordPlace,
  unreadableDataset,
} from './dataset-error.js';
import { chooseReader, readerOptions, withOwnReaders } from './formats/choose-reader.js';
import { DATASET_READERS } from './formats/index.js';
import { jsonlReader, readJsonl } from './formats/jsonl.js';
import { kindOf, parseRecord } from './formats/parse-record.js';
import { markBytes } from './formats/text-bytes.js';
import { MAX_LINE_BYTES } from './limits.js';
import { knownFields, type DatasetRecord, readId, readSample } from './selection/read-sample.js';
import { selectField } from './selection/select-field.js';
import { selectOrder } from './selection/select-order.js';
import { findSources } from './source/find-sources.js';
import { SourceInput } from './source/source-input.js';
import { RecordStore } from './store/record-store.js';
import { FileStore, fileState } from './store/segments.js';

/** The name of a program's records in messages. */
const OWN_RECORDS = 'records';
/** The place of a record is kept in 32 bits. */
const MAX_PLACE = 2 ** 32 - 1;

/** Options of `openDataset` in addition to the configuration. */
export interface OpenDatasetOptions {
  /** The caller's own formats, checked before ours; one with the same name replaces ours. */
  readonly readers?: readonly DatasetReader[];
  /** Stops opening and reading with `BENCH_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** False for a caller that reads only `rows()`: then records do not need the fields of a benchmark, and `records()` may throw. @default true */
  readonly checkFields?: boolean;
  /** Attachments of another machine, which opened the same dataset. @default those that paths lead to here */
  readonly attachments?: ArrivedAttachments;
  /** Folder of the digests of attachments that `saveAttachmentDigests` kept: files that did not change since are not read. @default all are read */
  readonly attachmentDigestsDir?: string;
}

export const OPEN_DATASET_OPTIONS: OptionReaders<OpenDatasetOptions> = {
  readers: (node) => node.list().map((item) => item.implementation<DatasetReader>('read')),
  signal: (node) => node.signal(),
  checkFields: (node) => node.boolean(),
  attachments: (node) => node.implementation<ArrivedAttachments>('read'),
  attachmentDigestsDir: (node) => node.text(),
};

/**
 * Reads a dataset once, checks it, and chooses which of its records are taken.
 *
 * All files are read to the end for the digest; records after `limit` are not examined, unless a sample or a shuffle may take them.
 * JSON Lines in plain files are read again in place; the records of all other sources are copied to the temporary
 * folder, once they have more than 4 MiB. Memory: 16 bytes per record.
 *
 * @param config As returned by `parseBenchmarkConfig`.
 * @throws {ConfigError} `CONFIG_INVALID`: unknown or undetectable format; a wrong option.
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE`, `BENCH_DATASET_INVALID`, `BENCH_DATASET_EMPTY` or `BENCH_CANCELLED`. Errors of the caller's own
 *   `records` are passed on.
 *
 * @example
 * ```ts
 * import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';
 *
 * const config = parseDatasetConfig({
 *   records: [{ input: '1+1' }, { input: '2+2' }, { input: '3+3' }],
 *   sample: { n: 2, seed: 7 },
 * });
 * await using dataset = await openDataset(config);
 * dataset.count; // => 2
 * const ids: string[] = [];
 * for await (const { id } of dataset.records()) ids.push(id);
 * ids; // => ['0', '2']
 * ```
 */
export async function openDataset(
  config: ResolvedDatasetConfig,
  given?: OpenDatasetOptions,
): Promise<Dataset> {
  const options = readOptions<OpenDatasetOptions>(given, OPEN_DATASET_OPTIONS);
  const opening = new Opening(config, options);
  try {
    return await opening.open();
  } catch (error) {
    await opening.store.close();
    throw error;
  }
}

/** One opening of a dataset. */
class Opening {
  readonly store = new RecordStore();
  readonly #readers: readonly DatasetReader[];
  readonly #formats = new Set<string>();
  readonly #missingColumns: Set<string>;
  /** Records in all files, or as many as are examined. */
  readonly #wanted: number;
  #first: DatasetRecord | undefined;
  #looksEmpty = true;

  readonly #config: ResolvedDatasetConfig;
  readonly #options: OpenDatasetOptions;

  constructor(config: ResolvedDatasetConfig, options: OpenDatasetOptions) {
    this.#config = config;
    this.#options = options;
    this.#readers = withOwnReaders(options.readers);
    this.#missingColumns = new Set(config.columns);
    const { offset, limit = Number.POSITIVE_INFINITY } = config;
    this.#wanted = this.#isReordered ? Number.POSITIVE_INFINITY : offset + limit;
  }

  get #isReordered(): boolean {
    return this.#config.sample !== undefined || this.#config.shuffle !== undefined;
  }

  get #isFull(): boolean {
    return this.store.index.count >= this.#wanted;
  }

  async open(): Promise<Dataset> {
    const { path, records } = this.#config;
    const digests: string[] = [];
    let files: readonly string[] = [];
    if (records === undefined) {
      files = await findSources(typeof path === 'string' ? [path] : (path ?? []));
      for (const file of files) digests.push(await this.#addFile(file));
    } else {
      digests.push(await this.#addRecords(records));
    }
    await this.store.finish();
    return await this.#finish(files, digests);
  }

  async #finish(files: readonly string[], digests: readonly string[]): Promise<Dataset> {
    const { store } = this;
    const config = this.#config;
    const { index, segments } = store;
    const order = selectOrder(index.count, config);
    const taken = order?.length ?? index.count;
    const count = Math.min(
      Math.max(0, taken - config.offset),
      config.limit ?? Number.POSITIVE_INFINITY,
    );
    if (count === 0) throw this.#nothingTaken(files, taken);
    this.#checkColumns();
    const digest = digests.length === 1 ? digests[0]! : digestOfAll(digests);
    const facts = {
      digest: `sha256:${digest}`,
      formats: [...this.#formats],
      files,
      total: index.count,
      count,
    };
    const attachments =
      config.attachments === undefined || this.#options.checkFields === false
        ? undefined
        : new AttachmentPlan(
            config,
            count,
            config.records === undefined,
            this.#options.attachments,
            await this.#knownDigests(files, facts.digest, count),
          );
    const dataset = new Dataset(facts, {
      attachments,
      index,
      segments,
      order,
      offset: config.offset,
      fields: config,
      signal: this.#options.signal,
      close: () => store.close(),
    });
    await this.#checkIds(dataset);
    await dataset.planAttachments();
    return dataset;
  }

  async #knownDigests(
    files: readonly string[],
    digest: string,
    count: number,
  ): Promise<KnownDigests | undefined> {
    const { attachmentDigestsDir: folder, attachments: arrived } = this.#options;
    if (folder === undefined || arrived !== undefined) return undefined;
    const { attachments, attachmentsDir, offset, sample, shuffle } = this.#config;
    const about = [files, digest, attachments, attachmentsDir, offset, sample, shuffle];
    return await KnownDigests.open(folder, about, count);
  }

  /** @returns The digest of its bytes. */
  async #addFile(path: string): Promise<string> {
    let input: SourceInput | undefined;
    let isKept = false;
    try {
      input = await SourceInput.open(path);
      if (input.start.length > markBytes(input.start)) this.#looksEmpty = false;
      // An empty file matches any format.
      if (input.start.length > 0 || this.#config.format !== undefined) {
        isKept = await this.#addInput(input, path);
      }
      return await input.digest();
    } catch (error) {
      if (error instanceof DatasetFormatError) throw invalidDataset(path, error.message, error);
      throw unreadableDataset(path, error);
    } finally {
      await input?.close({ keepOpen: isKept });
    }
  }

  /** @returns True if the file stays open. */
  async #addInput(input: SourceInput, path: string): Promise<boolean> {
    const { name, start } = input;
    const reader = chooseReader(this.#readers, this.#config.format, { path, name, start });
    const options = readerOptions(reader, this.#config);
    this.#formats.add(reader.name);
    const { handle, plainSize } = input;
    try {
      if (reader === jsonlReader && handle !== undefined && plainSize !== undefined) {
        if (this.store.canKeepFile) {
          const file = new FileStore(path, handle, await fileState(handle));
          await this.#locateRecords(input, file);
          await file.check();
          return true;
        }
      }
      await this.#copyRecords(reader, path, reader.read(input, options));
      return false;
    } catch (error) {
      throw this.#inContext(error, path, reader);
    }
  }

  async #locateRecords(input: SourceInput, file: FileStore): Promise<void> {
    const mark = markBytes(input.start);
    const unit = jsonlReader.placeUnit;
    let end = 0;
    for await (const entries of readJsonl(input.bytes())) {
      this.#checkSignal();
      for (const entry of entries) {
        if (this.#isFull) break;
        const place = { file: file.path, line: entry.place, unit };
        const id = this.#check(entry.record, place);
        this.store.addLocated(place, id, mark + entry.offset);
        end = mark + entry.end;
      }
      if (this.#isFull) break;
    }
    this.store.endFile(file, unit, end);
  }

  async #copyRecords(
    reader: DatasetReader,
    file: string,
    entries: AsyncIterable<unknown>,
  ): Promise<void> {
    const isOurs = DATASET_READERS.includes(reader);
    if (!this.#isFull) {
      for await (const entry of entries) {
        this.#checkSignal();
        const { record, place: line } = entry as { record: unknown; place: number };
        if (!Number.isSafeInteger(line) || line < 1 || line > MAX_PLACE) {
          throw new TypeError(`it gave the place ${String(line)}`);
        }
        const place = { file, line, unit: reader.placeUnit };
        await this.#copyRecord(record, place, isOurs);
        if (this.#isFull) break;
      }
    }
    this.store.endCopy(file, reader.placeUnit);
  }

  /** @param isChecked True if it came from one of our readers, which return only JSON values. @returns The copied line. */
  async #copyRecord(record: unknown, place: RecordPlace, isChecked: boolean): Promise<Uint8Array> {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw invalidRecord(place, `expected an object, found ${kindOf(record)}`);
    }
    let line: Uint8Array;
    try {
      line = Buffer.from(`${JSON.stringify(record)}\n`);
    } catch (cause) {
      throw invalidRecord(
        place,
        `expected what JSON has, ${(cause as Error).message.split('\n')[0]}`,
        cause,
      );
    }
    if (line.length > MAX_LINE_BYTES) {
      throw invalidRecord(place, `expected at most ${MAX_LINE_BYTES} bytes, the record is longer`);
    }
    // Of a program's values, only those that JSON keeps count.
    const row = isChecked ? (record as DatasetRecord['row']) : parseRecord(line, place.line);
    await this.store.addCopy(place, this.#check(row, place), line);
    return line;
  }

  async #addRecords(records: Iterable<unknown> | AsyncIterable<unknown>): Promise<string> {
    const hash = createHash('sha256');
    const unit = 'record';
    let line = 0;
    if (!this.#isFull) {
      for await (const record of records) {
        this.#checkSignal();
        this.#looksEmpty = false;
        line += 1;
        const place = { file: OWN_RECORDS, line, unit };
        try {
          hash.update(await this.#copyRecord(record, place, false));
        } catch (error) {
          throw error instanceof DatasetFormatError
            ? invalidRecord(place, error.message, error)
            : error;
        }
        if (this.#isFull) break;
      }
    }
    this.store.endCopy(OWN_RECORDS, unit);
    return hash.digest('hex');
  }

  /** Checks the fields of a record, unless it is before the selected ones. @returns Its id. */
  #check(row: DatasetRecord['row'], place: RecordPlace): string {
    const { store } = this;
    const config = this.#config;
    const index = store.index.count;
    const id = readId(row, index, place, config.fields.id);
    const record = { ...place, index, id, row };
    const isTaken = this.#isReordered || index >= config.offset;
    if (isTaken && (this.#options.checkFields ?? true)) readSample(record, config);
    this.#first ??= record;
    for (const column of this.#missingColumns) {
      if (selectField(row, column) !== undefined) this.#missingColumns.delete(column);
    }
    return id;
  }

  #checkSignal(): void {
    if (this.#options.signal?.aborted === true) throw cancelled();
  }

  #checkColumns(): void {
    const [missing] = this.#missingColumns;
    if (missing === undefined || this.#first === undefined) return;
    throw invalidDataset(
      this.#first.file,
      `no record has a field ${JSON.stringify(missing)} (dataset.columns), the first has: ${knownFields(this.#first.row)}`,
    );
  }

  /** Equal hashes are rare, and mostly come from equal ids; in that case the records are read again. */
  async #checkIds(dataset: Dataset): Promise<void> {
    const { index } = this.store;
    const hashes = index.takeEqualHashes();
    if (hashes.size === 0) return;
    const seen = new Map<string, DatasetRecord>();
    for await (const record of dataset.rows()) {
      if (!hashes.has(index.hash(record.id))) continue;
      const first = seen.get(record.id);
      if (first !== undefined) throw duplicateId(record.id, first, record);
      seen.set(record.id, record);
    }
  }

  #inContext(error: unknown, path: string, reader: DatasetReader): unknown {
    if (error instanceof DatasetFormatError) {
      const { place: line, message } = error;
      if (line === undefined) return invalidDataset(path, message, error);
      return invalidRecord({ file: path, line, unit: reader.placeUnit }, message, error);
    }
    const known = unreadableDataset(path, error);
    if (known !== error || PluginError.is(error) || DATASET_READERS.includes(reader)) return known;
    const message = error instanceof Error ? error.message : String(error);
    const state = `the reader of the format ${JSON.stringify(reader.name)} failed: ${message}`;
    return invalidDataset(path, state, error);
  }

  #nothingTaken(files: readonly string[], taken: number): BenchError {
    const { path, offset, sample } = this.#config;
    const file =
      files.length === 1 ? files[0]! : typeof path === 'string' ? path : (path?.[0] ?? OWN_RECORDS);
    const name =
      files.length > 1 ? `${JSON.stringify(file)} (${files.length} files)` : JSON.stringify(file);
    const what = sample === undefined ? 'it has' : `a sample of ${taken} has`;
    const range =
      taken === 0 || offset === 0 ? '' : ` from number ${offset + 1} on; lower \`offset\``;
    const state = this.#looksEmpty ? 'it is empty' : `${what} no records${range}`;
    return new BenchError('BENCH_DATASET_EMPTY', `Cannot run over dataset ${name}: ${state}`, {
      file,
    });
  }
}

/** For several files: the digest of their digests, one per line. */
function digestOfAll(digests: readonly string[]): string {
  return sha256Hex(digests.map((digest) => `${digest}\n`).join(''));
}
