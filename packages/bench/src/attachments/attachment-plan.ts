import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

import type { ResolvedDatasetConfig } from '../config/dataset-config.js';
import { BenchError } from '../errors.js';
import { AttachmentProblem, attachmentError } from './attachment-error.js';
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

const DIGEST_BYTES = 32;
/** Instead of a size: the attachments could not be read when the plan was made. */
const FAILED = 2 ** 32 - 1;

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
  readonly #digests: Buffer;
  readonly #sizes: Uint32Array;
  readonly #gate = new LoadingGate(MAX_LOADED_ATTACHMENT_BYTES);
  #planned: PlannedAttachments | undefined;

  /**
   * @param count Records that are taken.
   * @param hasFiles Whether records come from files, in whose folders paths start.
   * @throws {BenchError} `BENCH_ATTACHMENT_LIMIT`.
   */
  constructor(options: AttachmentOptions, count: number, hasFiles: boolean) {
    if (count > MAX_ATTACHED_RECORDS) {
      throw new BenchError(
        'BENCH_ATTACHMENT_LIMIT',
        `Cannot read attachments: ${count} records are taken, limit is ${MAX_ATTACHED_RECORDS}; set \`dataset.limit\``,
      );
    }
    this.#options = options;
    this.#hasFiles = hasFiles;
    this.#digests = Buffer.alloc(count * DIGEST_BYTES);
    this.#sizes = new Uint32Array(count);
  }

  /** Undefined until `make` is done. */
  get planned(): PlannedAttachments | undefined {
    return this.#planned;
  }

  /** What a record says about its attachments. */
  find(row: Readonly<Record<string, unknown>>): FoundAttachments {
    return findAttachments(row, this.#options.attachments ?? []);
  }

  /** Reads the attachments of all records once. @param batches The records, in order. */
  async make(batches: AsyncIterable<readonly PlannedRecord[]>): Promise<void> {
    const hash = createHash('sha256');
    let [files, paths, bytes, failed] = [0, 0, 0, 0];
    for await (const records of batches) {
      const outcomes = await Promise.all(records.map((record) => this.#read(record)));
      for (const [index, { position, sources }] of records.entries()) {
        paths += sources.filter(({ content }) => content.kind === 'path').length;
        const outcome = outcomes[index]!;
        const digest = digestOf(outcome);
        digest.copy(this.#digests, position * DIGEST_BYTES);
        hash.update(digest);
        if ('error' in outcome) {
          failed += 1;
          this.#sizes[position] = FAILED;
          continue;
        }
        const size = sizeOf(outcome.attachments);
        this.#sizes[position] = size;
        files += outcome.attachments.length;
        bytes += size;
      }
    }
    this.#planned = { digest: `sha256:${hash.digest('hex')}`, files, paths, bytes, failed };
  }

  /** The attachments of a record; undefined if it has none. */
  of(record: PlannedRecord): SampleAttachments | undefined {
    if (record.sources.length === 0) return undefined;
    const size = this.#sizes[record.position]!;
    const bytes = size === FAILED ? MAX_RECORD_ATTACHMENT_BYTES : size;
    return {
      use: (work) =>
        this.#gate.hold(bytes, async () => await work(await this.#again(record, bytes))),
    };
  }

  async #again(record: PlannedRecord, maxBytes: number): Promise<AttachmentOutcome> {
    const outcome = await this.#read(record, maxBytes);
    const { position } = record;
    const planned = this.#digests.subarray(position * DIGEST_BYTES, (position + 1) * DIGEST_BYTES);
    if (digestOf(outcome).equals(planned)) return outcome;
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
    try {
      const folder =
        this.#options.attachmentsDir ?? (this.#hasFiles ? dirname(record.file) : undefined);
      return { attachments: await readAttachments(record.sources, record, folder, maxBytes) };
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
