import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { RunSegment } from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { HELD_SEGMENT_BYTES, MAX_ROW_BYTES } from '../limits.js';
import { unreadable } from './guard-files.js';
import { openRegular } from './open-regular.js';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/**
 * The rows of a segment, in order; memory does not grow with their number. No row is yielded before all of them have been compared
 * with the manifest's digest.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED` if the file has changed since it was written; `BENCH_RUN_UNREADABLE`.
 */
export async function* readSegment(file: string, segment: RunSegment): AsyncGenerator<string> {
  await using handle = await openRegular(file);
  if (handle === undefined) {
    throw new BenchError(
      'BENCH_RUN_UNREADABLE',
      `Cannot read the run's file ${JSON.stringify(file)}: no such file`,
      { file },
    );
  }
  if (segment.bytes <= HELD_SEGMENT_BYTES) {
    const parts: (readonly string[])[] = [];
    for await (const rows of checkedRows(handle, file, segment)) parts.push(rows);
    for (const rows of parts) yield* rows;
    return;
  }
  const first = checkedRows(handle, file, segment);
  while ((await first.next()).done !== true);
  // Compared again, since the file may have changed in the meantime.
  for await (const rows of checkedRows(handle, file, segment)) yield* rows;
}

/** Reads a file from its start; throws at its end unless it matches the manifest. */
async function* checkedRows(
  handle: FileHandle,
  file: string,
  segment: RunSegment,
): AsyncGenerator<readonly string[]> {
  const hash = createHash('sha256');
  let bytes = 0;
  let count = 0;
  for await (const { rows, chunk } of readRows(handle, file, segment)) {
    hash.update(chunk);
    bytes += chunk.length;
    count += rows.length;
    yield rows;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (bytes !== segment.bytes) {
    const found = bytes > segment.bytes ? `more than ${segment.bytes}` : `${bytes}`;
    throw damaged(file, `it has ${found} bytes instead of ${segment.bytes}`);
  }
  if (digest !== segment.digest) {
    throw damaged(file, `it has the digest ${digest}, and was written with ${segment.digest}`);
  }
  if (count !== segment.rows) {
    throw damaged(file, `it has ${count} rows, and the manifest says ${segment.rows}`);
  }
}

async function* readRows(
  handle: FileHandle,
  file: string,
  segment: RunSegment,
): AsyncGenerator<{ readonly rows: readonly string[]; readonly chunk: Uint8Array }> {
  const size = Math.max(1, Math.min(CHUNK_BYTES, segment.bytes));
  /** Parts of a row whose end has not been read yet. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let position = 0;
  // One byte more than expected: this detects a file that has grown, and ends an endless one.
  while (position <= segment.bytes) {
    const read = await handle
      .read(Buffer.allocUnsafe(size), 0, size, position)
      .catch((error: unknown) => {
        throw unreadable(file, error);
      });
    if (read.bytesRead === 0) break;
    position += read.bytesRead;
    const chunk = read.buffer.subarray(0, read.bytesRead);
    const rows: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const last = chunk.subarray(start, end);
      rows.push(begun.length === 0 ? last.toString() : Buffer.concat([...begun, last]).toString());
      begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
    begunBytes += chunk.length - start;
    if (begunBytes > MAX_ROW_BYTES) throw damaged(file, 'one of its rows does not end');
    yield { rows, chunk };
  }
  // A truncated file is detected by its length.
  if (begunBytes > 0 && position === segment.bytes) {
    throw damaged(file, 'its last row does not end');
  }
}

function damaged(file: string, state: string): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read ${JSON.stringify(file)}: ${state}; restore the file, or remove it and resume, and its records are run again`,
    { file },
  );
}
