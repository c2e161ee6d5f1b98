import { createHash } from 'node:crypto';

import type { ResolvedDatasetConfig } from '../config/dataset-config.js';
import { BenchError } from '../errors.js';
import { AttachmentProblem, attachmentError } from './attachment-error.js';
import { AttachmentPaths, pathsOf } from './attachment-paths.js';
import { AttachmentTable } from './attachment-table.js';
import type { ArrivedAttachments, AttachedPath, AttachmentState } from './carried-attachments.js';
import {
  type AttachmentSource,
  findAttachments,
  type FoundAttachments,
} from './attachment-source.js';
import {
  MAX_ATTACHED_RECORDS,
  MAX_LOADED_ATTACHMENT_BYTES,
  MAX_RECORD_ATTACHMENT_BYTES,
} from './limits.js';
import { identifyFiles, type KnownDigests, type KnownRecord } from './known-digests.js';
import { LoadingGate } from './loading-gate.js';
import {
  type AttachedRecord,
  digestOfAttachments,
  type LoadedAttachment,
  readAttachments,
} from './read-attachments.js';

/** What a plan says about the attachments of all records that it takes. */
export interface PlannedAttachments {
  /** `sha256:` and the hex digest over all records in their order. A file that was missing counts as missing. */
  readonly digest: string;
  readonly files: number;
  /** Files that the records name by a path: a machine that runs the plan needs them too. */
  readonly paths: number;
  readonly bytes: number;
  /** Records whose attachments could not be read. */
  readonly failed: number;
}

/** The attachments of a record, or why they cannot be used. */
export type AttachmentOutcome =
  | { readonly attachments: readonly LoadedAttachment[] }
  | { readonly error: BenchError };

/** The attachments of a record, not read yet. */
export interface SampleAttachments {
  /**
   * Reads them, compares them with the plan, and runs `work`; they are in memory until it is done.
   *
   * @param work Gets an error of code `BENCH_ATTACHMENT_…` if they cannot be used.
   */
  use<T>(work: (outcome: AttachmentOutcome) => Promise<T>): Promise<T>;
}

/** A record with what it says about its attachments. */
export interface PlannedRecord extends AttachedRecord {
  readonly sources: readonly AttachmentSource[];
  readonly position: number;
}

type AttachmentOptions = Pick<ResolvedDatasetConfig, 'attachments' | 'attachmentsDir'>;

/** The attachments of the records of a data set: digests as they were when the plan was made, and reading them again. */
export class AttachmentPlan {
  readonly #options: AttachmentOptions;
  readonly #arrived: ArrivedAttachments | undefined;
  readonly #known: KnownDigests | undefined;
  readonly #paths: AttachmentPaths;
  readonly #table: AttachmentTable;
  readonly #gate = new LoadingGate(MAX_LOADED_ATTACHMENT_BYTES);
  #planned: PlannedAttachments | undefined;

  /**
   * @param count Records that are taken.
   * @param hasFiles Whether records come from files, in whose folders paths start.
   * @param arrived Files of another machine, instead of those that paths lead to here.
   * @param known What an earlier process found out.
   * @throws {BenchError} `BENCH_ATTACHMENT_LIMIT`.
   */
  constructor(
    options: AttachmentOptions,
    count: number,
    hasFiles: boolean,
    arrived?: ArrivedAttachments,
    known?: KnownDigests,
  ) {
    if (count > MAX_ATTACHED_RECORDS) {
      throw new BenchError(
        'BENCH_ATTACHMENT_LIMIT',
        `Cannot read attachments: ${count} records are taken, limit is ${MAX_ATTACHED_RECORDS}; set \`dataset.limit\``,
      );
    }
    this.#options = options;
    this.#arrived = arrived;
    this.#paths = new AttachmentPaths({ ...options, hasFiles, arrived });
    this.#known = known;
    this.#table = new AttachmentTable(count);
  }

  /** Undefined until `make` is done. */
  get planned(): PlannedAttachments | undefined {
    return this.#planned;
  }

  /** What a record says about its attachments. */
  find(row: Readonly<Record<string, unknown>>): FoundAttachments {
    return findAttachments(row, this.#options.attachments ?? []);
  }

  /** Finds the digests of all records: reads their attachments, unless they arrived with their state or are known. @param batches The records, in order. */
  async make(batches: AsyncIterable<readonly PlannedRecord[]>): Promise<void> {
    if (this.#arrived !== undefined) {
      const { table, files, paths } = this.#arrived.state;
      this.#table.fill(table);
      this.#finish(files, paths);
      return;
    }
    let [files, paths] = [0, 0];
    for await (const records of batches) {
      const found = await Promise.all(records.map((record) => this.#plan(record)));
      for (const [index, { position, sources }] of records.entries()) {
        const { digest, bytes, files: count } = found[index]!;
        this.#table.set(position, digest, bytes);
        paths += pathsOf(sources).length;
        files += count;
      }
    }
    this.#finish(files, paths);
  }

  /** What `make` found, for a process elsewhere. */
  get state(): AttachmentState {
    const { files, paths } = this.#planned!;
    return { table: this.#table.toBytes(), files, paths };
  }

  /** Reads every path that records name, each once. @param batches The records, in order. @param files Files of the data set. */
  paths(
    batches: AsyncIterable<readonly PlannedRecord[]>,
    files: readonly string[],
  ): AsyncIterable<readonly AttachedPath[]> {
    return this.#paths.readAll(batches, files);
  }

  /** Keeps what `make` found out for the next process that makes the plan. */
  async saveKnown(): Promise<void> {
    await this.#known?.save();
  }

  /** The digest of a record's attachments; without a size if they cannot be used. */
  async #plan(
    record: PlannedRecord,
  ): Promise<Omit<KnownRecord, 'bytes'> & { readonly bytes: number | undefined }> {
    const { sources, position, file } = record;
    const folder = this.#known && this.#paths.folderOf(file);
    const identity = folder === undefined ? undefined : await identifyFiles(sources, folder);
    let found = identity && this.#known!.find(position, identity);
    if (found === undefined) {
      const outcome = await this.#read(record);
      const digest = digestOf(outcome);
      if ('error' in outcome) return { digest, bytes: undefined, files: 0 };
      const { attachments } = outcome;
      found = { digest, bytes: sizeOf(attachments), files: attachments.length };
      if (identity === undefined) return found;
      // They may have changed while they were read.
      if ((await identifyFiles(sources, folder!))?.equals(identity) !== true) return found;
    }
    this.#known!.set(position, identity!, found);
    return found;
  }

  #finish(files: number, paths: number): void {
    this.#planned = { ...this.#table.total(), files, paths };
  }

  /** The attachments of a record; undefined if it has none. */
  of(record: PlannedRecord): SampleAttachments | undefined {
    if (record.sources.length === 0) return undefined;
    const size = this.#table.size(record.position) ?? MAX_RECORD_ATTACHMENT_BYTES;
    // A state that arrived may say anything.
    const bytes = Math.min(size, MAX_RECORD_ATTACHMENT_BYTES);
    return {
      use: (work) =>
        this.#gate.hold(bytes, async () => await work(await this.#again(record, bytes))),
    };
  }

  async #again(record: PlannedRecord, maxBytes: number): Promise<AttachmentOutcome> {
    const outcome = await this.#read(record, maxBytes);
    if (this.#table.matches(record.position, digestOf(outcome))) return outcome;
    await this.#known?.forget();
    const problem = new AttachmentProblem(
      'BENCH_ATTACHMENT_CHANGED',
      'its files are not those of the plan: they were changed, added or removed since; run again, which makes a new plan',
    );
    return { error: attachmentError(problem, record, record.sources[0]!.field) };
  }

  async #read(
    record: PlannedRecord,
    maxBytes: number = MAX_RECORD_ATTACHMENT_BYTES,
  ): Promise<AttachmentOutcome> {
    const read = async (path: string): Promise<Uint8Array> =>
      await this.#paths.read(record.file, path);
    try {
      return { attachments: await readAttachments(record.sources, record, read, maxBytes) };
    } catch (error) {
      if (error instanceof BenchError) return { error };
      throw error;
    }
  }
}

/** The digest of a record's attachments; one of its own for each way in which they cannot be used. */
function digestOf(outcome: AttachmentOutcome): Buffer {
  if ('attachments' in outcome) return digestOfAttachments(outcome.attachments);
  return createHash('sha256').update(`error ${outcome.error.code}`).digest();
}

function sizeOf(attachments: readonly LoadedAttachment[]): number {
  return attachments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
