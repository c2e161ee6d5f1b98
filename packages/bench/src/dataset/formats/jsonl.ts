import type { DatasetEntry, DatasetReader } from '@testbench/types/stores';

import { firstByte, isBlank, isBlankText, parseRecord } from './parse-record.js';
import { type Line, readLines } from './read-lines.js';

const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

/**
 * JSON Lines: one object on each line. Blank lines are skipped.
 *
 * @see https://jsonlines.org
 */
export const jsonlReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'jsonl',
  extensions: ['.jsonl', '.ndjson'],
  placeUnit: 'line',
  matches: (start) => firstByte(start) === OPENING_BRACE,
  async *read(input): AsyncGenerator<DatasetEntry> {
    for await (const entries of readJsonl(input.bytes())) yield* entries;
  },
};

/** An entry with the place where its line begins. */
export interface LocatedEntry extends DatasetEntry {
  /** In bytes, after a byte order mark. */
  readonly offset: number;
  /** Offset after its last byte. */
  readonly end: number;
}

/** Reads JSON Lines; entries come in lists, which are parsed while they are iterated. */
export async function* readJsonl(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Iterable<LocatedEntry>> {
  for await (const lines of readLines(bytes)) yield parseLines(lines);
}

function* parseLines(lines: readonly Line[]): Generator<LocatedEntry> {
  for (const line of lines) {
    const { number, text, offset } = line;
    if (text === undefined ? isBlank(line.bytes) : isBlankText(text)) continue;
    const record = parseRecord(text ?? line.bytes, number, () => whyNoRecord(line.bytes));
    yield { record, place: number, offset, end: line.end };
  }
}

/** The problem, if the reason is known and the parser's message would be misleading. */
function whyNoRecord(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 65_536)).toString();
  // Such a file is one line to us, and the parser only sees that something follows the first object.
  if (/\}\r+\s*\{/.test(start)) return 'the lines end with CR alone, save the file with LF';
  if (firstByte(bytes) === OPENING_BRACKET && /^\s*\[\s*(\{|$)/.test(start)) {
    return 'expected a JSON object, found a list; if the file is one list, say `format: json`';
  }
  if (/^\s*\{\s*$/.test(start)) {
    return 'expected a whole JSON object on one line, it goes on in the next; write each record on one line';
  }
  return undefined;
}
