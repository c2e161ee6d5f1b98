import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

import { MAX_ATTACHMENTS } from '@testbench/types/config';

import type { ResolvedDatasetConfig } from '../config/dataset-config.js';
import { BenchError } from '../errors.js';
import { AttachmentProblem, attachmentError } from './attachment-error.js';
import { AttachmentTable } from './attachment-table.js';
import type {
  ArrivedAttachments,
  AttachedContent,
  AttachedPath,
  AttachmentState,
} from './carried-attachments.js';
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
import { LoadingGate } from './loading-gate.js';
import {
  type AttachedRecord,
  digestOfAttachments,
  type LoadedAttachment,
  readAttachments,
} from './read-attachments.js';
import { pathProblem, readWithin } from './read-within.js';

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
  readonly #hasFiles: boolean;
  readonly #arrived: ArrivedAttachments | undefined;
  readonly #table: AttachmentTable;
  readonly #gate = new LoadingGate(MAX_LOADED_ATTACHMENT_BYTES);
  #planned: PlannedAttachments | undefined;

  /**
   * @param count Records that are taken.
   * @param hasFiles Whether records come from files, in whose folders paths start.
   * @param arrived Files of another machine, instead of those that paths lead to here.
   * @throws {BenchError} `BENCH_ATTACHMENT_LIMIT`.
   */
  constructor(
    options: AttachmentOptions,
    count: number,
    hasFiles: boolean,
    arrived?: ArrivedAttachments,
  ) {
    if (count > MAX_ATTACHED_RECORDS) {
      throw new BenchError(
        'BENCH_ATTACHMENT_LIMIT',
        `Cannot read attachments: ${count} records are taken, limit is ${MAX_ATTACHED_RECORDS}; set \`dataset.limit\``,
      );
    }
    this.#options = options;
    this.#hasFiles = hasFiles;
    this.#arrived = arrived;
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

  /** Reads the attachments of all records once, unless they arrived with their state. @param batches The records, in order. */
  async make(batches: AsyncIterable<readonly PlannedRecord[]>): Promise<void> {
    if (this.#arrived !== undefined) {
      const { table, files, paths } = this.#arrived.state;
      this.#table.fill(table);
      this.#finish(files, paths);
      return;
    }
    let [files, paths] = [0, 0];
    for await (const records of batches) {
      const outcomes = await Promise.all(records.map((record) => this.#read(record)));
      for (const [index, { position, sources }] of records.entries()) {
        paths += pathsOf(sources).length;
        const outcome = outcomes[index]!;
        const read = 'error' in outcome ? undefined : outcome.attachments;
        this.#table.set(position, digestOf(outcome), read && sizeOf(read));
        files += read?.length ?? 0;
      }
    }
    this.#finish(files, paths);
  }

  /** What `make` found, for a process elsewhere. */
  get state(): AttachmentState {
    const { files, paths } = this.#planned!;
    return { table: this.#table.toBytes(), files, paths };
  }

  /**
   * Reads every path that records name, each once.
   *
   * @param batches The records, in order.
   * @param files Files of the data set.
   */
  async *paths(
    batches: AsyncIterable<readonly PlannedRecord[]>,
    files: readonly string[],
  ): AsyncGenerator<readonly AttachedPath[]> {
    const places = new Map(files.map((file, index) => [file, index]));
    const seen = new Set<string>();
    for await (const records of batches) {
      const found: Promise<AttachedPath>[] = [];
      for (const { file, sources } of records) {
        const place = places.get(file) ?? 0;
        // More than allowed are not read by any process.
        if (sources.length > MAX_ATTACHMENTS) continue;
        for (const path of pathsOf(sources)) {
          const key = `${place}\0${path}`;
          // Every process says by itself what is wrong with a path.
          if (seen.has(key) || pathProblem(path) !== undefined) continue;
          seen.add(key);
          found.push(
            this.#contentOf(file, path).then((content) => ({ file: place, path, content })),
          );
        }
      }
      if (found.length > 0) yield await Promise.all(found);
    }
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
      await this.#readPath(record.file, path);
    try {
      return { attachments: await readAttachments(record.sources, record, read, maxBytes) };
    } catch (error) {
      if (error instanceof BenchError) return { error };
      throw error;
    }
  }

  /** @param file The file of the data set that names the path. @throws {AttachmentProblem} */
  async #readPath(file: string, path: string): Promise<Uint8Array> {
    if (this.#arrived !== undefined) {
      const problem = pathProblem(path);
      if (problem !== undefined) throw problem;
      const content = await this.#arrived.read(file, path);
      if ('bytes' in content) return content.bytes;
      throw new AttachmentProblem(content.code, content.state);
    }
    const folder = this.#options.attachmentsDir ?? (this.#hasFiles ? dirname(file) : undefined);
    if (folder !== undefined) return await readWithin(folder, path);
    throw new AttachmentProblem(
      'BENCH_ATTACHMENT_UNREADABLE',
      'its path starts nowhere: the records come from no file; set `dataset.attachmentsDir`',
    );
  }

  async #contentOf(file: string, path: string): Promise<AttachedContent> {
    try {
      return { bytes: await this.#readPath(file, path) };
    } catch (error) {
      if (!(error instanceof AttachmentProblem)) throw error;
      const { code, state } = error;
      return { code, state };
    }
  }
}

function pathsOf(sources: readonly AttachmentSource[]): readonly string[] {
  return sources.flatMap(({ content }) => (content.kind === 'path' ? [content.path] : []));
}

/** The digest of a record's attachments; one of its own for each way in which they cannot be used. */
function digestOf(outcome: AttachmentOutcome): Buffer {
  if ('attachments' in outcome) return digestOfAttachments(outcome.attachments);
  return createHash('sha256').update(`error ${outcome.error.code}`).digest();
}

function sizeOf(attachments: readonly LoadedAttachment[]): number {
  return attachments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
