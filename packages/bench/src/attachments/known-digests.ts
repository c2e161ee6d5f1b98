import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { makeFolder, writeOutput } from '@testbench/core/files';

import { BenchError } from '../errors.js';
import { readRegular } from '../results/store/open-regular.js';
import type { AttachmentSource } from './attachment-source.js';
import { AttachmentProblem } from './attachment-error.js';
import { DIGEST_BYTES } from './attachment-table.js';
import { MAX_KNOWN_RECORDS } from './limits.js';
import { statWithin } from './read-within.js';

/** What the files were, their digest, their size and their number. */
const ENTRY_BYTES = 2 * DIGEST_BYTES + 8;
/** A file that was changed later than this could be changed again without a trace: clocks of file systems have steps. In milliseconds. */
const SETTLED_MS = 2000;

/** The attachments of a record, without their bytes. */
export interface KnownRecord {
  readonly digest: Buffer;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Digests of the attachments of records as an earlier process found them, so that files that did not change need not be read to make a plan. What is a different
 * file is told by the system: device, number, size, and the times of the last changes of content and of the file itself, which no program can set.
 *
 * It decides nothing: whenever the files of a record are used, they are read and compared with the plan.
 */
export class KnownDigests {
  readonly #path: string;
  readonly #before: Buffer;
  readonly #now: Buffer;
  #isEmpty = true;

  private constructor(path: string, before: Buffer, count: number) {
    this.#path = path;
    this.#before = before;
    this.#now = Buffer.alloc(count * ENTRY_BYTES);
  }

  /**
   * @param folder Where the digests of all data sets are kept.
   * @param about What decides which record is at which position, and what its attachments are.
   * @returns Undefined if there are too many records.
   */
  static async open(
    folder: string,
    about: unknown,
    count: number,
  ): Promise<KnownDigests | undefined> {
    if (count > MAX_KNOWN_RECORDS) return undefined;
    const name = createHash('sha256').update(JSON.stringify(about)).digest('hex');
    const path = join(folder, name);
    return new KnownDigests(path, await readKnown(path), count);
  }

  /** @param identity As `identifyFiles` gives it. */
  find(position: number, identity: Buffer): KnownRecord | undefined {
    const at = position * ENTRY_BYTES;
    const entry = this.#before.subarray(at, at + ENTRY_BYTES);
    if (entry.length < ENTRY_BYTES || !entry.subarray(0, DIGEST_BYTES).equals(identity)) {
      return undefined;
    }
    return {
      digest: entry.subarray(DIGEST_BYTES, 2 * DIGEST_BYTES),
      bytes: entry.readUInt32LE(2 * DIGEST_BYTES),
      files: entry.readUInt32LE(2 * DIGEST_BYTES + 4),
    };
  }

  set(position: number, identity: Buffer, { digest, bytes, files }: KnownRecord): void {
    this.#isEmpty = false;
    const at = position * ENTRY_BYTES;
    identity.copy(this.#now, at);
    digest.copy(this.#now, at + DIGEST_BYTES);
    this.#now.writeUInt32LE(bytes, at + 2 * DIGEST_BYTES);
    this.#now.writeUInt32LE(files, at + 2 * DIGEST_BYTES + 4);
  }

  /** Keeps what `set` was given. */
  async save(): Promise<void> {
    if (this.#isEmpty || this.#now.equals(this.#before)) return;
    makeFolder(dirname(this.#path));
    await writeOutput(this.#path, this.#now);
  }

  /** Removes all of it, since a file is not what it was taken for. */
  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function readKnown(path: string): Promise<Buffer> {
  try {
    return (await readRegular(path, MAX_KNOWN_RECORDS * ENTRY_BYTES)) ?? Buffer.alloc(0);
  } catch (error) {
    // A link or a pipe: the files are read again.
    if (error instanceof BenchError) return Buffer.alloc(0);
    throw error;
  }
}

/**
 * What the system says about the files of a record.
 *
 * @param folder Where paths start.
 * @returns Undefined if this says too little: there are none, some are in the record itself, cannot be read, or have just been changed.
 */
export async function identifyFiles(
  sources: readonly AttachmentSource[],
  folder: string,
): Promise<Buffer | undefined> {
  if (sources.length === 0) return undefined;
  const settled = BigInt(Date.now() - SETTLED_MS) * 1_000_000n;
  const facts: unknown[] = [];
  try {
    for (const { field, declared, content } of sources) {
      if (content.kind !== 'path') return undefined;
      const { place, found } = await statWithin(folder, content.path);
      const { dev, ino, size, mtimeNs, ctimeNs } = found;
      if (ctimeNs > settled || mtimeNs > settled) return undefined;
      facts.push([
        field,
        declared,
        content.path,
        place,
        `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      ]);
    }
  } catch (error) {
    if (error instanceof AttachmentProblem) return undefined;
    throw error;
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest();
}
