import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BenchError } from '../errors.js';
import { MAX_IMPORTED_CASE_BYTES, MAX_IMPORTED_CASES, MAX_IMPORTED_EPOCHS } from './limits.js';
import type { ImportedCase } from './imported-run.js';

const BUFFER_BYTES = 1024 * 1024;

interface Place {
  readonly epoch: number;
  readonly offset: number;
  readonly length: number;
}

/** Keeps cases in a temporary file, so that they can be read again record by record, in whatever order they came. */
export class CaseSpool implements AsyncDisposable {
  readonly folder: string;
  readonly #handle: FileHandle;
  readonly #records = new Map<string, Place[]>();
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #end = 0;
  #count = 0;
  #epochs = 1;

  private constructor(folder: string, handle: FileHandle) {
    this.folder = folder;
    this.#handle = handle;
  }

  static async create(): Promise<CaseSpool> {
    const folder = await mkdtemp(join(tmpdir(), 'testbench-import-'));
    try {
      return new CaseSpool(folder, await open(join(folder, 'cases'), 'wx+', 0o600));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Number of records. */
  get records(): number {
    return this.#records.size;
  }

  get cases(): number {
    return this.#count;
  }

  /** The highest epoch. */
  get epochs(): number {
    return this.#epochs;
  }

  /** @throws {BenchError} `BENCH_DATASET_INVALID`: the case occurs twice, or is beyond a limit. */
  async add(found: ImportedCase): Promise<void> {
    const { id, epoch } = found;
    if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > MAX_IMPORTED_EPOCHS) {
      throw invalid(found, `expected an epoch from 1 to ${MAX_IMPORTED_EPOCHS}, found ${epoch}`);
    }
    const places = this.#records.get(id) ?? [];
    if (places.some((place) => place.epoch === epoch)) throw invalid(found, 'it occurs twice');
    if (this.#count === MAX_IMPORTED_CASES) {
      throw invalid(found, `expected at most ${MAX_IMPORTED_CASES} cases, there are more`);
    }
    const bytes = Buffer.from(JSON.stringify(found));
    if (bytes.length > MAX_IMPORTED_CASE_BYTES) {
      throw invalid(
        found,
        `expected at most ${MAX_IMPORTED_CASE_BYTES} bytes, found ${bytes.length}`,
      );
    }
    places.push({ epoch, offset: this.#end, length: bytes.length });
    this.#records.set(id, places);
    this.#end += bytes.length;
    this.#count += 1;
    this.#epochs = Math.max(this.#epochs, epoch);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BUFFER_BYTES) await this.#flush();
  }

  /** The cases of each record by epoch, the records in the order of their first cases. */
  async *read(): AsyncGenerator<readonly ImportedCase[]> {
    await this.#flush();
    for (const places of this.#records.values()) {
      const cases: ImportedCase[] = [];
      for (const { offset, length } of places.toSorted((one, other) => one.epoch - other.epoch)) {
        const bytes = Buffer.allocUnsafe(length);
        await this.#handle.read(bytes, 0, length, offset);
        cases.push(JSON.parse(bytes.toString()) as ImportedCase);
      }
      yield cases;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #flush(): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#handle.appendFile(Buffer.concat(pending));
  }
}

/** The error for a case that cannot be taken. */
function invalid({ id, epoch }: Pick<ImportedCase, 'id' | 'epoch'>, state: string): BenchError {
  const name = JSON.stringify(id.slice(0, 100));
  return new BenchError(
    'BENCH_DATASET_INVALID',
    `Cannot import record ${name}, epoch ${epoch}: ${state}`,
  );
}
