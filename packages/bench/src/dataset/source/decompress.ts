// oxlint-disable-next-line no-restricted-imports -- its streams pass through absorbStreamErrors()
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';

import { absorbStreamErrors } from '@testbench/types';
import { DatasetFormatError } from '@testbench/types/errors';

import { MAX_EXPANSION, MAX_FREE_EXPANSION_BYTES } from '../limits.js';

/** A way to compress a file. */
interface Compression {
  readonly name: string;
  /** Extension of file names. */
  readonly extension: string;
  /** The first bytes of every such file. */
  readonly magic: readonly number[];
  /** Undefined if this version of Node does not have it. */
  readonly create: (() => Transform) | undefined;
  /** The Node version that has it. */
  readonly since?: string;
}

// Node 20 does not have it; its types do.
const createZstd = (zlib as Partial<typeof zlib>).createZstdDecompress;

/**
 * No library is used where Node has no zstd: the small and well-maintained one does not check checksums, and returned wrong
 * records from a damaged file.
 */
const COMPRESSIONS: readonly Compression[] = [
  {
    name: 'gzip',
    extension: '.gz',
    magic: [0x1f, 0x8b],
    create: () => zlib.createGunzip(),
  },
  {
    name: 'zstd',
    extension: '.zst',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    create: createZstd === undefined ? undefined : () => createZstd(),
    since: '22.15',
  },
];

/** Number of bytes that identify a compression. */
export const MAGIC_BYTES = 4;

/** Detects the compression of a file by its first bytes; undefined if there is none. */
export function findCompression(start: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find(({ magic }) => magic.every((byte, index) => start[index] === byte));
}

/** A file name without the extension of a compression, in lower case. */
export function withoutCompression(name: string): string {
  const lower = name.toLowerCase();
  const found = COMPRESSIONS.find(({ extension }) => lower.endsWith(extension));
  return found === undefined ? lower : lower.slice(0, -found.extension.length);
}

/** The compression that a file's name indicates. */
export function namedCompression(name: string): string | undefined {
  return COMPRESSIONS.find(({ extension }) => name.toLowerCase().endsWith(extension))?.name;
}

/**
 * Decompresses a stream, in constant memory.
 *
 * @throws {DatasetFormatError} The stream is damaged, truncated or a bomb, or this version of Node does not have the compression.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  { name, create, since }: Compression,
): AsyncGenerator<Uint8Array> {
  if (create === undefined) {
    const state = `it is compressed with ${name}, which takes Node ${since} or newer; decompress it, or use gzip`;
    throw new DatasetFormatError(state);
  }
  let taken = 0;
  let given = 0;
  let sourceFailure: { readonly error: unknown } | undefined;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        taken += chunk.length;
        yield chunk;
      }
    } catch (error) {
      sourceFailure = { error };
      throw error;
    }
  };
  const stream = absorbStreamErrors(create());
  pipeline(absorbStreamErrors(Readable.from(counted(), { objectMode: true })), stream, () => {});
  try {
    for await (const piece of stream) {
      const chunk = piece as Uint8Array;
      given += chunk.length;
      if (given > MAX_FREE_EXPANSION_BYTES && given > MAX_EXPANSION * taken) {
        const state = `expected at most ${MAX_EXPANSION} times its size after decompression, it becomes more; decompress it if that is right`;
        throw new DatasetFormatError(state);
      }
      yield chunk;
    }
  } catch (error) {
    if (sourceFailure !== undefined) throw sourceFailure.error;
    if (error instanceof DatasetFormatError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const isCut = code === 'Z_BUF_ERROR';
    const state = isCut
      ? 'it ends too early, it may have been cut off'
      : `it is damaged (${message})`;
    throw new DatasetFormatError(`expected whole ${name} data, ${state}`, undefined, {
      cause: error,
    });
  }
}
