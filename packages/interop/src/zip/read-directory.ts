import type { FileHandle } from 'node:fs/promises';

import { ImportError } from '../errors.js';
import { MAX_ZIP_DIRECTORY_BYTES, MAX_ZIP_ENTRIES } from '../limits.js';

/** An entry of an archive, as its directory has it. */
export interface ZipEntry {
  /** Never used as a path. */
  readonly name: string;
  /** 0 is stored, 8 is deflated, 93 is zstd. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Offset of its local header. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
/** A field with this value is in the ZIP64 extension. */
const IN_ZIP64 = 0xffff_ffff;
const ZIP64_EXTRA = 1;

/**
 * Reads the directory of a ZIP archive, with its ZIP64 extension.
 *
 * @returns Entries by name: of several with one name, the last one counts.
 * @throws {ImportError} `IMPORT_INVALID`, `IMPORT_TOO_LARGE`.
 */
export async function readDirectory(
  handle: FileHandle,
  file: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await handle.stat();
  const { offset, bytes, count } = await findDirectory(handle, size, file);
  if (offset + bytes > size) throw damaged(file, 'its directory is outside of it');
  if (count > MAX_ZIP_ENTRIES || bytes > MAX_ZIP_DIRECTORY_BYTES) {
    const state = `its directory has ${count} entries and ${bytes} bytes, the limits are ${MAX_ZIP_ENTRIES} and ${MAX_ZIP_DIRECTORY_BYTES}`;
    throw new ImportError('IMPORT_TOO_LARGE', state, { file });
  }
  const directory = await readAt(handle, offset, bytes, file);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > bytes || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw damaged(file, `entry ${index} of its directory is not one`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((each) =>
      directory.readUInt16LE(at + each),
    ) as [number, number, number];
    const end = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
    if (end > bytes) throw damaged(file, `entry ${index} of its directory is cut off`);
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    const extra = directory.subarray(end - extraBytes - commentBytes, end - commentBytes);
    const sizes = { bytes: 24, packedBytes: 20, offset: 42 };
    const entry = {
      name,
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      ...largeFields(extra, {
        bytes: directory.readUInt32LE(at + sizes.bytes),
        packedBytes: directory.readUInt32LE(at + sizes.packedBytes),
        offset: directory.readUInt32LE(at + sizes.offset),
      }),
    };
    if (entry.offset + entry.packedBytes > size) {
      throw damaged(file, 'it is outside of the archive', name);
    }
    entries.set(name, entry);
    at = end;
  }
  return entries;
}

/** Sizes that do not fit into 32 bits, from the ZIP64 extension: only those that need it are there, in this order. */
function largeFields(
  extra: Buffer,
  fields: { readonly bytes: number; readonly packedBytes: number; readonly offset: number },
): { bytes: number; packedBytes: number; offset: number } {
  const found = { ...fields };
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === ZIP64_EXTRA) {
      let from = at + 4;
      for (const key of ['bytes', 'packedBytes', 'offset'] as const) {
        if (fields[key] !== IN_ZIP64 || from + 8 > extra.length) continue;
        found[key] = Number(extra.readBigUInt64LE(from));
        from += 8;
      }
    }
    at += 4 + length;
  }
  return found;
}

async function findDirectory(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<{ readonly offset: number; readonly bytes: number; readonly count: number }> {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
  const tail = await readAt(handle, size - tailBytes, tailBytes, file);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (tail.readUInt16LE(at + 20) !== tail.length - at - END_BYTES) continue;
    const count = tail.readUInt16LE(at + 10);
    const bytes = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    const isLarge = count === 0xffff || bytes === IN_ZIP64 || offset === IN_ZIP64;
    const locator = size - tailBytes + at - ZIP64_LOCATOR_BYTES;
    return (
      (isLarge && locator >= 0 ? await findZip64(handle, locator, size, file) : undefined) ?? {
        offset,
        bytes,
        count,
      }
    );
  }
  throw damaged(file, 'it is no ZIP archive, or its end is missing');
}

async function findZip64(
  handle: FileHandle,
  locator: number,
  size: number,
  file: string,
): Promise<
  { readonly offset: number; readonly bytes: number; readonly count: number } | undefined
> {
  const found = await readAt(handle, locator, ZIP64_LOCATOR_BYTES, file);
  if (found.readUInt32LE(0) !== ZIP64_LOCATOR_SIGNATURE) return undefined;
  const at = Number(found.readBigUInt64LE(8));
  if (at + ZIP64_END_BYTES > size) throw damaged(file, 'its ZIP64 end is outside of it');
  const end = await readAt(handle, at, ZIP64_END_BYTES, file);
  if (end.readUInt32LE(0) !== ZIP64_END_SIGNATURE) throw damaged(file, 'its ZIP64 end is not one');
  return {
    count: Number(end.readBigUInt64LE(32)),
    bytes: Number(end.readBigUInt64LE(40)),
    offset: Number(end.readBigUInt64LE(48)),
  };
}

/** @throws {ImportError} `IMPORT_INVALID`: the file ends earlier. */
export async function readAt(
  handle: FileHandle,
  offset: number,
  bytes: number,
  file: string,
): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, offset + done);
    if (bytesRead === 0) throw damaged(file, 'it ends too early');
    done += bytesRead;
  }
  return buffer;
}

/** The error for an archive that is not one. */
export function damaged(file: string, state: string, place?: string, cause?: unknown): ImportError {
  return new ImportError('IMPORT_INVALID', state, {
    file,
    ...(place === undefined ? {} : { place: JSON.stringify(place.slice(0, 200)) }),
    cause,
  });
}
