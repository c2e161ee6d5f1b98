import { type FileHandle } from 'node:fs/promises';

import { absorbStreamErrors } from '@testbench/types';

const CHUNK_BYTES = 256 * 1024;

/** Reads an open file from its start, chunk by chunk; the file stays open. Each chunk has its own memory. */
export async function* readHandle(
  handle: FileHandle,
  isSeekable: boolean,
): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    // A pipe has no positions.
    const at = isSeekable ? position : null;
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafeSlow(CHUNK_BYTES),
      0,
      CHUNK_BYTES,
      at,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads the standard input of this process to its end. */
export async function* readStandardInput(): AsyncGenerator<Uint8Array> {
  for await (const chunk of absorbStreamErrors(process.stdin)) yield chunk as Uint8Array;
}

/** Bytes of which the first have already been examined. */
export interface PeekedBytes {
  readonly start: Uint8Array;
  /** All bytes, from the first; can be read once. */
  readonly bytes: AsyncGenerator<Uint8Array>;
}

/** Examines the first bytes: as many as requested, unless there are fewer. */
export async function peekBytes(
  source: AsyncGenerator<Uint8Array>,
  length: number,
): Promise<PeekedBytes> {
  const chunks: Uint8Array[] = [];
  let found = 0;
  while (found < length) {
    const next = await source.next();
    if (next.done === true) break;
    chunks.push(next.value);
    found += next.value.length;
  }
  const start = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (start.length > 0) yield start;
      yield* source;
    } finally {
      await source.return(undefined);
    }
  };
  return { start: start.subarray(0, length), bytes: all() };
}
