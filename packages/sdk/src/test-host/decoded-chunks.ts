import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

import { TestHostError } from './test-host-error.js';

/** The most that the host accepts of an answer. */
const MAX_BYTES = 64 * 1024 * 1024;

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
};

/**
 * Undoes the content coding of an answer: unchanged if there is none, otherwise in one chunk.
 *
 * @throws {TestHostError} `TEST_BAD_FILE` for a coding that cannot be undone, so that the content is unknown.
 */
export function decodedChunks(
  chunks: readonly Uint8Array[],
  coding: string,
): readonly Uint8Array[] {
  const name = coding.trim().toLowerCase();
  if (name === '' || name === 'identity' || chunks.length === 0) return chunks;
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  try {
    if (decode === undefined) throw new TypeError('unknown content coding');
    return [decode(Buffer.concat(chunks), { maxOutputLength: MAX_BYTES })];
  } catch (cause) {
    throw new TestHostError(
      'TEST_BAD_FILE',
      `Cannot record an answer: its content coding ${JSON.stringify(name.slice(0, 40))} cannot be undone`,
      { cause },
    );
  }
}
