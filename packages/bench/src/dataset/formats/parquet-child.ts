// Runs in its own process: a file may make false claims, and the decoder believes them.
import { type FileHandle, open } from 'node:fs/promises';

import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import type { ParquetAnswer, ParquetTask } from './parquet-messages.js';

/** Rows are decoded in pieces of about this many bytes: decoded data takes several times as much. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** With fewer rows at a time, the pages of their group would be decoded too often. */
const MIN_PIECE_ROWS = 1_000;
const MAGIC = 'PAR1';
const MAGIC_ENCRYPTED = 'PARE';
/** The magic bytes at both ends, and the length of the footer. */
const MIN_FILE_BYTES = 12;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A sentence about the file, to be reported unchanged. */
class Refusal extends Error {}

const { path, maxGroupBytes, maxMetadataBytes } = JSON.parse(process.argv[2]!) as ParquetTask;

/** Each decoder, limited to the size that a group may have: the size in a page's header is only a claim. */
const cappedCompressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number): Uint8Array => {
      if (outputLength < 0 || outputLength > maxGroupBytes) {
        throw new Refusal(`a page says that it has ${outputLength} bytes`);
      }
      return decompress(input, outputLength);
    },
  ]),
);

const parsers = {
  dateFromDays: (days: number): string | null => isoOf(days * 86_400_000)?.slice(0, 10) ?? null,
};

function isoOf(timeMs: number): string | undefined {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Many writers do not mark which bytes are text. */
function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
}

/** The values of a row as JSON: large integers as texts, and numbers that are not finite as null. */
function toJson(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    if (value instanceof Uint8Array) return textOf(value);
    return value === undefined ? null : value;
  });
}

/** A file whose most recently read parts are kept: the pieces of a group are read out of the same bytes. */
class CachedFile implements AsyncBuffer {
  readonly byteLength: number;
  readonly #handle: FileHandle;
  #parts = new Map<string, Promise<ArrayBuffer>>();

  constructor(handle: FileHandle, byteLength: number) {
    this.#handle = handle;
    this.byteLength = byteLength;
  }

  slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    const key = `${start} ${end}`;
    let part = this.#parts.get(key);
    if (part === undefined) {
      part = this.#read(start, end);
      this.#parts.set(key, part);
    }
    return part;
  }

  /** To be called between groups. */
  forget(): void {
    this.#parts = new Map();
  }

  async #read(start: number, end: number): Promise<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.byteLength)) {
      throw new Refusal(`it speaks of bytes ${start} to ${end}, and has ${this.byteLength}`);
    }
    const bytes = new Uint8Array(end - start);
    await this.#handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  }
}

async function* readFile(): AsyncGenerator<ParquetAnswer> {
  const handle = await open(path);
  let row = 0;
  try {
    const { size } = await handle.stat();
    const file = new CachedFile(handle, size);
    await checkEnds(file);
    const metadata = await parquetMetadataAsync(file, { parsers, geoparquet: false });
    checkMetadata(metadata);
    file.forget();
    for (const [number, group] of metadata.row_groups.entries()) {
      const rows = Number(group.num_rows);
      checkGroup(group, number + 1);
      const pieces = Math.max(1, Math.ceil(Number(group.total_byte_size) / PIECE_BYTES));
      const pieceRows = Math.max(MIN_PIECE_ROWS, Math.ceil(rows / pieces));
      const groupEnd = row + rows;
      while (row < groupEnd) {
        const rowEnd = Math.min(row + pieceRows, groupEnd);
        const found = await parquetReadObjects({
          file,
          metadata,
          rowStart: row,
          rowEnd,
          compressors: cappedCompressors,
          parsers,
          geoparquet: false,
          utf8: false,
        });
        if (found.length !== rowEnd - row) {
          throw new Refusal(`group ${number + 1} has fewer rows than it says`);
        }
        const lines = found.map((one) => `${toJson(one)}\n`).join('');
        row = rowEnd;
        yield { lines: new TextEncoder().encode(lines) };
      }
      file.forget();
    }
    yield { end: true };
  } catch (error) {
    const { message } = error as Error;
    const problem =
      error instanceof Refusal ? message : `it is damaged (${message.split('\n')[0]})`;
    yield row === 0 ? { problem } : { problem, row: row + 1 };
  } finally {
    await handle.close();
  }
}

async function checkEnds(file: CachedFile): Promise<void> {
  const { byteLength } = file;
  if (byteLength < MIN_FILE_BYTES) throw new Refusal('it has too few bytes');
  const magicAt = async (offset: number): Promise<string> =>
    Buffer.from(await file.slice(offset, offset + 4)).toString('latin1');
  const ends = [await magicAt(0), await magicAt(byteLength - 4)];
  if (ends.includes(MAGIC_ENCRYPTED)) throw new Refusal('it is encrypted');
  if (ends[0] !== MAGIC) throw new Refusal('found other bytes at its start');
  if (ends[1] !== MAGIC) throw new Refusal('it ends too early, it may have been cut off');
  const footer = new DataView(await file.slice(byteLength - 8, byteLength - 4)).getUint32(0, true);
  if (footer > byteLength - MIN_FILE_BYTES) {
    throw new Refusal(`its footer says ${footer} bytes, the file has ${byteLength}`);
  }
  if (footer > maxMetadataBytes) {
    throw new Refusal(`its footer has ${footer} bytes, at most ${maxMetadataBytes} are read`);
  }
}

function checkMetadata({ row_groups: groups, num_rows: rows, schema }: FileMetaData): void {
  const sum = groups.reduce((total, group) => total + Number(group.num_rows), 0);
  if (sum !== Number(rows)) {
    throw new Refusal(`it says ${rows} rows, its groups say ${sum} together`);
  }
  // If assigned as a field of an object, it would become its prototype.
  if (schema.some(({ name }) => name === '__proto__')) {
    throw new Refusal('it has a column "__proto__"; rename it');
  }
}

/** The sizes of a group are claims too, but a decoder that uses them stays within them. */
function checkGroup(group: FileMetaData['row_groups'][number], number: number): void {
  const rows = Number(group.num_rows);
  const bytes = group.columns.reduce(
    (sum, { meta_data: meta }) => sum + Number(meta?.total_uncompressed_size ?? 0),
    0,
  );
  const isWhole = rows >= 0 && bytes >= 0 && Number(group.total_byte_size) >= 0;
  if (!isWhole) throw new Refusal(`group ${number} has a size below zero`);
  if (Math.max(bytes, Number(group.total_byte_size)) > maxGroupBytes) {
    throw new Refusal(
      `group ${number} has ${bytes} bytes, at most ${maxGroupBytes} are read at once; write it with smaller row groups`,
    );
  }
}

const answers = readFile();

async function answer(): Promise<void> {
  const { value } = await answers.next();
  const found: ParquetAnswer = value ?? { end: true };
  process.send!(found);
}

process.on('message', () => void answer());
// The parent process is gone.
process.on('disconnect', () => process.exit());
