// oxlint-disable-next-line no-restricted-imports -- its streams pass through hearErrors()
import { pipeline, Readable } from 'node:stream';

import { hearErrors } from '@testbench/types';
import { CsvError, type Info, parse } from 'csv-parse';

import { invalidLine } from './dataset-error.js';
import type { DatasetRecord } from './dataset-record.js';
import { MAX_LINE_BYTES, readLines } from './read-lines.js';

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: Info;
}

/**
 * Reads comma-separated values (RFC 4180): a header line with the names of the fields, then records of
 * as many fields. All values are texts. Blank lines are skipped.
 *
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE` or `BENCH_DATASET_INVALID`.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* readCsv(file: string): AsyncGenerator<DatasetRecord> {
  let lastLine = 0;
  const parser = parse({
    info: true,
    // An error takes the records with it that wait to be read; their lines are noted here before.
    on_record: (record, { lines }) => {
      lastLine = lines;
      return record;
    },
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    // Counted here, so that the message can say what was expected.
    relax_column_count: true,
    max_record_size: MAX_LINE_BYTES,
  });
  // An error of the source destroys the parser with it, and leaving the loop below closes the file.
  pipeline(hearErrors(Readable.from(decodeLines(file))), hearErrors(parser), () => {});

  let header: readonly string[] | undefined;
  let index = 0;
  try {
    for await (const parsed of parser) {
      const { record, info } = parsed as ParsedRecord;
      if (header === undefined) {
        header = checkHeader(file, info.lines, record);
        continue;
      }
      if (record.length !== header.length) {
        const state = `expected ${header.length} fields as in the header, found ${record.length}`;
        throw invalidLine(file, info.lines, state);
      }
      // fromEntries defines own properties, so a field named `__proto__` stays data.
      const row = Object.fromEntries(header.map((name, column) => [name, record[column]]));
      yield { index, line: info.lines, endByte: info.bytes, row };
      index += 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const state = CSV_STATES[error.code] ?? error.message;
    // The parser says where it gave up; the record at fault begins after the last good one.
    throw invalidLine(file, lastLine + 1, state, error);
  }
}

const CSV_STATES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'expected a closing quote, but the file ends inside a quoted field',
  CSV_INVALID_CLOSING_QUOTE: 'expected a comma or the end of the line after a closing quote',
  INVALID_OPENING_QUOTE: 'expected quotes around the whole field, found one inside of it',
  CSV_MAX_RECORD_SIZE: `expected at most ${MAX_LINE_BYTES} bytes, the record is longer`,
};

/** Gives the lines as text, so that bytes that are not UTF-8 are found with their line. */
async function* decodeLines(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const line of readLines(file)) {
    let text: string;
    try {
      text = decoder.decode(line.bytes);
    } catch (cause) {
      throw invalidLine(file, line.number, 'expected UTF-8, found other bytes', cause);
    }
    yield `${text}\n`;
  }
}

function checkHeader(file: string, line: number, header: readonly string[]): readonly string[] {
  for (const [column, name] of header.entries()) {
    if (name === '') {
      throw invalidLine(file, line, `expected a name for column ${column + 1}, found an empty one`);
    }
    if (header.indexOf(name) !== column) {
      const state = `expected different names, found ${JSON.stringify(name)} twice`;
      throw invalidLine(file, line, state);
    }
  }
  return header;
}
