import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

import type { RunSegment } from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { MAX_ROW_BYTES } from '../limits.js';
import { unreadable } from './guard-files.js';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/**
 * The rows of a segment, in order; memory does not grow with their number.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED` if the file is not what was written, at the latest behind the last row;
 *   `BENCH_RUN_UNREADABLE`.
 */
export async function* readSegment(file: string, segment: RunSegment): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const { rows, chunk } of readRows(file, segment)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield* rows;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest === segment.digest) return;
  const found =
    bytes === segment.bytes
      ? `has the digest ${digest}`
      : `has ${bytes} bytes instead of ${segment.bytes}, and the digest ${digest}`;
  throw damaged(file, `it ${found}, and was written with ${segment.digest}`);
}

async function* readRows(
  file: string,
  segment: RunSegment,
): AsyncGenerator<{ readonly rows: readonly string[]; readonly chunk: Uint8Array }> {
  try {
    await using handle = await open(file, 'r');
    const size = Math.max(1, Math.min(CHUNK_BYTES, segment.bytes));
    /** Parts of a row whose end has not come yet. */
    let begun: Buffer[] = [];
    let begunBytes = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      const rows: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
        const last = chunk.subarray(start, end);
        rows.push(
          begun.length === 0 ? last.toString() : Buffer.concat([...begun, last]).toString(),
        );
        begun = [];
        begunBytes = 0;
        start = end + 1;
      }
      if (start < chunk.length) begun.push(chunk.subarray(start));
      begunBytes += chunk.length - start;
      if (begunBytes > MAX_ROW_BYTES) throw damaged(file, 'one of its rows does not end');
      yield { rows, chunk };
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function damaged(file: string, state: string): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read ${JSON.stringify(file)}: ${state}; restore the file, or remove it and resume, and its records are run again`,
    { file },
  );
}
