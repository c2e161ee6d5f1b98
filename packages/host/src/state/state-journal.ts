import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

import { LoadError } from '@testbench/types';

/** Begins every file, and names its form. */
const MAGIC = Buffer.from('TBSTATE1');
/** Length of a record, its checksum, and the checksum of these two; each 32 bits, little endian. */
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
 * The changes of a state in a file, each with a checksum, appended as they come.
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
  /** True once the file has an end that is not whole. */
  #broken = false;

  private constructor(path: string, file: number, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * Opens a journal, or begins one.
   *
   * @param apply Told of every change in the file, in their order.
   * @throws {LoadError} `LOAD_UNREADABLE` for a file that is no journal, or is damaged before its end. The end of a file that
   *   a host did not finish writing is cut off.
   */
  static open(path: string, apply: (change: StateChange) => void): StateJournal {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const file = openSync(path, flags, 0o600);
    try {
      const content = readFileSync(file);
      const end = replay(content, path, apply);
      if (end < content.length) ftruncateSync(file, end);
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

  /** @returns false if it could not be written, and the file is as it was. */
  append(change: StateChange): boolean {
    const record = encode(change);
    if (record === undefined || this.#broken) return false;
    this.#changed = true;
    try {
      if (writeSync(this.#file, record) === record.length) {
        this.#bytes += record.length;
        return true;
      }
    } catch {
      // A full disk: whoever asked is told.
    }
    try {
      ftruncateSync(this.#file, this.#bytes);
    } catch {
      // What was begun stays at the end, and nothing may come after it.
      this.#broken = true;
    }
    return false;
  }

  /** Writes the file anew with what is left, in one step; leaves it as it is if that fails. */
  compact(changes: Iterable<StateChange>): void {
    try {
      this.#rewrite(changes);
    } catch {
      // The old file is whole, and only longer than it need be.
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

  /** Writes what is left in one step, waits until the disk has it, and closes; does little if nothing has changed. */
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

/** @returns Where the whole records end. */
function replay(content: Buffer, path: string, apply: (change: StateChange) => void): number {
  // A host that died as it began the file.
  if (content.length < MAGIC.length && MAGIC.subarray(0, content.length).equals(content)) return 0;
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged(path, 0);
  let offset = MAGIC.length;
  while (offset < content.length) {
    const change = decode(content, offset);
    if (change === undefined) {
      if (isUnfinished(content, offset)) break;
      throw damaged(path, offset);
    }
    apply(change);
    offset += HEADER_BYTES + content.readUInt32LE(offset);
  }
  return offset;
}

/** True for an end that a host, or a machine, may have left when it stopped: too short, or zeros that were never written. */
function isUnfinished(content: Buffer, offset: number): boolean {
  const rest = content.subarray(offset);
  if (rest.length < HEADER_BYTES) return true;
  // A sound header says how long the record was to be; only the last one can be incomplete.
  if (hasSoundHeader(rest)) return rest.readUInt32LE(0) + HEADER_BYTES >= rest.length;
  return rest.every((byte) => byte === 0);
}

function hasSoundHeader(record: Buffer): boolean {
  return crc32(record.subarray(0, 8)) === record.readUInt32LE(8);
}

function decode(content: Buffer, offset: number): StateChange | undefined {
  if (content.length - offset < HEADER_BYTES + PREFIX_BYTES) return undefined;
  if (!hasSoundHeader(content.subarray(offset))) return undefined;
  const length = content.readUInt32LE(offset);
  const start = offset + HEADER_BYTES;
  if (length < PREFIX_BYTES || length > content.length - start) return undefined;
  const payload = content.subarray(start, start + length);
  if (crc32(payload) !== content.readUInt32LE(offset + 4)) return undefined;
  const keyEnd = PREFIX_BYTES + payload.readUInt16LE(1);
  if (keyEnd > length) return undefined;
  const key = payload.toString('utf8', PREFIX_BYTES, keyEnd);
  if (payload[0] === DELETE) return { key, value: undefined };
  return payload[0] === SET ? { key, value: new Uint8Array(payload.subarray(keyEnd)) } : undefined;
}

/** undefined for a key that is too long to be written down. */
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

/** So that the new name of a file outlives a power cut; where a directory cannot be opened, its file system sees to that. */
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
    'LOAD_UNREADABLE',
    `Cannot open state ${JSON.stringify(path)}: it is damaged at byte ${offset}; restore or remove it`,
  );
}
