import { parseWireJson, PluginError } from '@testbench/types';

import { invalidLine } from './dataset-error.js';
import type { DatasetRecord } from './dataset-record.js';
import { type Line, readLines } from './read-lines.js';

/**
 * Reads JSON Lines: one object on each line. Blank lines are skipped.
 *
 * A record goes to plugins as it is, so the rules of the wire hold: valid UTF-8, at most 64 levels.
 *
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE` or `BENCH_DATASET_INVALID`.
 * @see https://jsonlines.org
 */
export async function* readJsonl(file: string): AsyncGenerator<DatasetRecord> {
  let index = 0;
  for await (const line of readLines(file)) {
    if (isBlank(line.bytes)) continue;
    yield { index, line: line.number, endByte: line.endByte, row: parseRow(file, line) };
    index += 1;
  }
}

function parseRow(file: string, line: Line): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseWireJson(line.bytes);
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    // Such a file is one line to us, and the parser only sees that something follows the first object.
    const hasOldLines = /\}\r+\s*\{/.test(Buffer.from(line.bytes.subarray(0, 65_536)).toString());
    const state = hasOldLines
      ? 'the lines end with CR alone, save the file with LF'
      : `expected a JSON object, ${cause.message}`;
    throw invalidLine(file, line.number, state, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
    throw invalidLine(file, line.number, `expected a JSON object, found ${found}`);
  }
  return value as Record<string, unknown>;
}

/** JSON's white space is one byte each: space, tab, CR. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
