import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

import { LoadError } from '@testbench/types/errors';

/** Begins every file, and identifies its format. */
const MAGIC = Buffer.from('TBSTATE1');
/** Length of a record, its checksum, and the checksum of both; each 32 bits, little endian. */
const HEADER_BYTES = 12;
/** Kind of a record, and length of its key. */
const PREFIX_BYTES = 3;
const MAX_KEY_LENGTH = 0xffff;
const SET = 1;
const DELETE = 2;

/** One change of a state. */
export interface StateChange {
  readonly key: string;
  /** Undefined: the key was deleted. */
  readonly value: Uint8Array | undefined;
}

/**
 * The changes of a state in a file, each with a checksum, appended as they are made.
 *
 * ```text
 * | "TBSTATE1" | length | CRC-32 | CRC-32 of both | 1 set, 2 delete | key length | key | value | length | …
 *   8 bytes      u32      u32      u32              u8                u16
 * ```
 */
export class StateJournal {
  readonly #path: string;
  #file: number;
  #bytes: number;
  #changed = false;
  /** True once the file ends with an incomplete record. */
  #broken = false;

  private constructor(path: string, file: number, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * Opens a journal, or creates one.
   *
   * @param apply Called for every change in the file, in order.
   * @throws {LoadError} `LOAD_STATE_DAMAGED` for a file that is not a journal, or is damaged before its end. A record at the end that
   *   a host did not finish writing is cut off.
   */
  static open(path: string, apply: (change: StateChange) => void): StateJournal {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const file = openSync(path, flags, 0o600);
    try {
      const { size } = fstatSync(file);
      const end = replay(new JournalFile(file, size), path, apply);
      if (end < size) ftruncateSync(file, end);
      if (end > 0) return new StateJournal(path, file, end);
      writeSync(file, MAGIC);
      return new StateJournal(path, file, MAGIC.length);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Size of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param maxBytes Maximum size of the file.
   * @returns false if it could not be written, and the file is as it was.
   */
  append(change: StateChange, maxBytes: number): boolean {
    const record = encode(change);
    if (record === undefined || this.#broken) return false;
    if (this.#bytes + record.length > maxBytes) return false;
    this.#changed = true;
    try {
      if (writeSync(this.#file, record) === record.length) {
        this.#bytes += record.length;
        return true;
      }
    } catch {
      // A full disk: reported to the caller.
    }
    try {
      ftruncateSync(this.#file, this.#bytes);
    } catch {
      // The incomplete record stays at the end, and nothing may be written after it.
      this.#broken = true;
    }
    return false;
  }

  /** Rewrites the file with the remaining entries, in one step; leaves it as it is if that fails. */
  compact(changes: Iterable<StateChange>): void {
    try {
      this.#rewrite(changes);
    } catch {
      // The old file is intact, and only longer than necessary.
    }
  }

  #rewrite(changes: Iterable<StateChange>): void {
    const temporary = `${this.#path}.tmp`;
    const flags =
      constants.O_RDWR |
      constants.O_CREAT |
      constants.O_TRUNC |
      constants.O_APPEND |
      constants.O_NOFOLLOW;
    const file = openSync(temporary, flags, 0o600);
    let bytes = 0;
    try {
      for (const part of [MAGIC, ...Array.from(changes, encode)]) {
        if (part === undefined) continue;
        for (let sent = 0; sent < part.length;) sent += writeSync(file, part, sent);
        bytes += part.length;
      }
      fsyncSync(file);
      renameSync(temporary, this.#path);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    closeSync(this.#file);
    this.#file = file;
    this.#bytes = bytes;
    this.#broken = false;
  }

  /** Writes the remaining entries in one step, waits until they are on the disk, and closes; does little if nothing has changed. */
  close(changes: Iterable<StateChange>): void {
    try {
      if (!this.#changed) return;
      this.compact(changes);
      fsyncSync(this.#file);
      syncDirectory(dirname(this.#path));
    } finally {
      closeSync(this.#file);
    }
  }
}

/** Number of bytes read at once. */
const BLOCK_BYTES = 1024 * 1024;

/** A file of any length that is read from the beginning, block by block. */
class JournalFile {
  #block = Buffer.alloc(0);
  #start = 0;

  constructor(
    readonly file: number,
    readonly size: number,
  ) {}

  /** The bytes at `offset`, at most `length`; fewer at the end of the file. Valid until the next call. */
  at(offset: number, length: number): Buffer {
    const from = offset - this.#start;
    if (from < 0 || from + length > this.#block.length) this.#read(offset, length);
    return this.#block.subarray(offset - this.#start, offset - this.#start + length);
  }

  #read(offset: number, length: number): void {
    const wanted = Math.min(Math.max(length, BLOCK_BYTES), this.size - offset);
    const block = Buffer.allocUnsafe(Math.max(0, wanted));
    let filled = 0;
    while (filled < block.length) {
      const count = readSync(this.file, block, filled, block.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    this.#block = block.subarray(0, filled);
    this.#start = offset;
  }
}

/** @returns Where the complete records end. */
function replay(journal: JournalFile, path: string, apply: (change: StateChange) => void): number {
  const { size } = journal;
  const begin = journal.at(0, MAGIC.length);
  // A host died while it created the file.
  if (begin.length < MAGIC.length && MAGIC.subarray(0, begin.length).equals(begin)) return 0;
  if (!begin.equals(MAGIC)) throw damaged(path, 0);
  let offset = MAGIC.length;
  while (offset < size) {
    const record = recordAt(journal, offset);
    const change = record && decode(record);
    if (record === undefined || change === undefined) {
      if (isUnfinished(journal, offset)) break;
      throw damaged(path, offset);
    }
    apply(change);
    offset += record.length;
  }
  return offset;
}

/** The whole record that begins at `offset`, if its header is valid. */
function recordAt(journal: JournalFile, offset: number): Buffer | undefined {
  const header = journal.at(offset, HEADER_BYTES);
  if (header.length < HEADER_BYTES || !hasSoundHeader(header)) return undefined;
  const length = HEADER_BYTES + header.readUInt32LE(0);
  return length > journal.size - offset ? undefined : journal.at(offset, length);
}

/** True for an end that a host or a machine may have left when it stopped: too short, or zeros that were never overwritten. */
function isUnfinished(journal: JournalFile, offset: number): boolean {
  const rest = journal.size - offset;
  const header = journal.at(offset, HEADER_BYTES);
  if (rest < HEADER_BYTES) return true;
  // A valid header says how long the record should be; only the last one can be incomplete.
  if (hasSoundHeader(header)) return header.readUInt32LE(0) + HEADER_BYTES >= rest;
  for (let at = offset; at < journal.size; at += BLOCK_BYTES) {
    if (journal.at(at, BLOCK_BYTES).some((byte) => byte !== 0)) return false;
  }
  return true;
}

function hasSoundHeader(record: Buffer): boolean {
  return crc32(record.subarray(0, 8)) === record.readUInt32LE(8);
}

/** @param record Complete, with a valid header. */
function decode(record: Buffer): StateChange | undefined {
  const payload = record.subarray(HEADER_BYTES);
  if (payload.length < PREFIX_BYTES || crc32(payload) !== record.readUInt32LE(4)) return undefined;
  const keyEnd = PREFIX_BYTES + payload.readUInt16LE(1);
  if (keyEnd > payload.length) return undefined;
  const key = payload.toString('utf8', PREFIX_BYTES, keyEnd);
  if (payload[0] === DELETE) return { key, value: undefined };
  return payload[0] === SET ? { key, value: new Uint8Array(payload.subarray(keyEnd)) } : undefined;
}

/** Size of a journal that holds these changes and nothing else, in bytes. */
export function journalSize(changes: Iterable<StateChange>): number {
  let bytes = MAGIC.length;
  for (const { key, value } of changes) {
    bytes += HEADER_BYTES + PREFIX_BYTES + Buffer.byteLength(key) + (value?.length ?? 0);
  }
  return bytes;
}

/** Undefined for a key that is too long to be written. */
function encode({ key, value }: StateChange): Buffer | undefined {
  const name = Buffer.from(key);
  if (name.length > MAX_KEY_LENGTH) return undefined;
  const length = PREFIX_BYTES + name.length + (value?.length ?? 0);
  const record = Buffer.alloc(HEADER_BYTES + length);
  record.writeUInt32LE(length, 0);
  record[HEADER_BYTES] = value === undefined ? DELETE : SET;
  record.writeUInt16LE(name.length, HEADER_BYTES + 1);
  record.set(name, HEADER_BYTES + PREFIX_BYTES);
  if (value !== undefined) record.set(value, HEADER_BYTES + PREFIX_BYTES + name.length);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES)), 4);
  record.writeUInt32LE(crc32(record.subarray(0, 8)), 8);
  return record;
}

/** Makes the new name of a file survive a power cut; if a directory cannot be opened, its file system ensures that. */
function syncDirectory(path: string): void {
  let directory: number;
  try {
    directory = openSync(path, constants.O_RDONLY);
  } catch {
    return;
  }
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function damaged(path: string, offset: number): LoadError {
  return new LoadError(
    'LOAD_STATE_DAMAGED',
    `Cannot open state ${JSON.stringify(path)}: it is damaged at byte ${offset}; restore or remove it`,
  );
}
