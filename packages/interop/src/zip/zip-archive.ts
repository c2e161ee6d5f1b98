import type { FileHandle } from 'node:fs/promises';
import * as zlib from 'node:zlib';

import { ImportError } from '../errors.js';
import { openFile } from '../json/read-file.js';
import { MAX_SAMPLE_BYTES, MAX_ZIP_EXPANSION, MAX_ZIP_FREE_BYTES } from '../limits.js';
import { damaged, readAt, readDirectory, type ZipEntry } from './read-directory.js';

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;

// Node 20 does not have it; its types do.
const zstdDecompress = (zlib as Partial<typeof zlib>).zstdDecompressSync;

/** How the entries of archives are compressed. */
const METHODS: Readonly<
  Record<number, { readonly name: string; readonly unpack: Unpack | undefined }>
> = {
  0: { name: 'nothing', unpack: (packed) => packed },
  8: { name: 'deflate', unpack: (packed, options) => zlib.inflateRawSync(packed, options) },
  93: { name: 'zstd', unpack: zstdDecompress },
};
type Unpack = (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/**
 * Reads entries of a ZIP archive, one at a time: stored, deflated, or compressed with zstd. Nothing is written to disk, so that names of entries
 * are only names. What an entry becomes is limited before it is decompressed, and the sum of all before the first is read.
 */
export class ZipArchive implements AsyncDisposable {
  readonly file: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #handle: FileHandle;

  private constructor(file: string, handle: FileHandle, entries: ReadonlyMap<string, ZipEntry>) {
    this.file = file;
    this.#handle = handle;
    this.entries = entries;
  }

  /** @throws {ImportError} `IMPORT_UNREADABLE`, `IMPORT_INVALID`, `IMPORT_TOO_LARGE`. */
  static async open(file: string): Promise<ZipArchive> {
    const handle = await openFile(file);
    try {
      const { size } = await handle.stat();
      const entries = await readDirectory(handle, file);
      let bytes = 0;
      for (const entry of entries.values()) bytes += entry.bytes;
      const maxBytes = Math.max(MAX_ZIP_FREE_BYTES, MAX_ZIP_EXPANSION * size);
      if (bytes > maxBytes) {
        const state = `its entries become ${bytes} bytes, the limit is ${maxBytes}`;
        throw new ImportError('IMPORT_TOO_LARGE', state, { file });
      }
      return new ZipArchive(file, handle, entries);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws {ImportError} `IMPORT_INVALID`, `IMPORT_TOO_LARGE`, `IMPORT_VERSION`. */
  async read(entry: ZipEntry): Promise<string> {
    const { name } = entry;
    const method = METHODS[entry.method];
    if ((entry.flags & ENCRYPTED) !== 0)
      throw this.#fail('IMPORT_VERSION', 'it is encrypted', name);
    if (method === undefined) {
      throw this.#fail('IMPORT_VERSION', `it has the compression ${entry.method}`, name);
    }
    if (method.unpack === undefined) {
      const state = `it is compressed with ${method.name}, which takes Node 22.15 or newer`;
      throw this.#fail('IMPORT_VERSION', state, name);
    }
    if (Math.max(entry.bytes, entry.packedBytes) > MAX_SAMPLE_BYTES) {
      const state = `it becomes ${entry.bytes} bytes, the limit is ${MAX_SAMPLE_BYTES}`;
      throw this.#fail('IMPORT_TOO_LARGE', state, name);
    }
    const packed = await this.#packed(entry);
    let bytes: Uint8Array;
    try {
      bytes = method.unpack(packed, { maxOutputLength: Math.max(1, entry.bytes) });
    } catch (cause) {
      throw damaged(
        this.file,
        `it cannot be decompressed to its ${entry.bytes} bytes`,
        name,
        cause,
      );
    }
    if (bytes.length !== entry.bytes) {
      throw damaged(this.file, `it has ${bytes.length} bytes instead of ${entry.bytes}`, name);
    }
    if (zlib.crc32(bytes) !== entry.crc) {
      throw damaged(this.file, 'its checksum is another one', name);
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #packed({ name, offset, packedBytes }: ZipEntry): Promise<Buffer> {
    const header = await readAt(this.#handle, offset, LOCAL_BYTES, this.file);
    if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw damaged(this.file, 'its header is not one', name);
    }
    const start = offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    return await readAt(this.#handle, start, packedBytes, this.file);
  }

  #fail(code: 'IMPORT_VERSION' | 'IMPORT_TOO_LARGE', state: string, name?: string): ImportError {
    const place = name === undefined ? {} : { place: JSON.stringify(name.slice(0, 200)) };
    return new ImportError(code, state, { file: this.file, ...place });
  }
}
