import { CsvError, parse } from 'csv-parse/sync';

import { invalidLine } from './dataset-error.js';
import type { DatasetRecord } from './dataset-record.js';
import { MAX_COLUMNS, MAX_LINE_BYTES } from './limits.js';
import { readLines } from './read-lines.js';

/** Records are parsed together, since beginning costs as much as parsing three of them; so much text at a time. */
const BATCH_CHARACTERS = 16 * 1024;
/** An open record is looked at when it has so many bytes, and whenever they have doubled. */
const FIRST_LOOK_BYTES = 64 * 1024;

/** The text of one record: a line, or several where quotes enclose line ends. */
interface RecordText {
  readonly text: string;
  /** Line on which it begins, from 1. */
  readonly firstLine: number;
  /** Line on which it ends. */
  readonly line: number;
  /** Offset of the next line, in bytes. */
  readonly endByte: number;
}

/**
 * Reads comma-separated values (RFC 4180): a header line with the names of the fields, then records of
 * as many fields. All values are texts. Blank lines are skipped.
 *
 * A record is looked at only when it is asked for, so that a mistake further down fails nobody who does not read so far.
 *
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE` or `BENCH_DATASET_INVALID`.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* readCsv(file: string): AsyncGenerator<DatasetRecord> {
  let header: readonly string[] | undefined;
  let index = 0;
  for await (const { values, place } of readRecords(file)) {
    if (header === undefined) {
      header = checkHeader(file, place.line, values);
      continue;
    }
    if (values.length !== header.length) {
      const state = `expected ${header.length} fields as in the header, found ${values.length}`;
      throw invalidLine(file, place.line, state);
    }
    // fromEntries defines own properties, so a field named `__proto__` stays data.
    const row = Object.fromEntries(header.map((name, column) => [name, values[column]]));
    yield { index, line: place.line, endByte: place.endByte, row };
    index += 1;
  }
}

interface CsvRecord {
  readonly values: readonly string[];
  readonly place: RecordText;
}

/** Gives records with their places; what is wrong is thrown after the records before it were given. */
async function* readRecords(file: string): AsyncGenerator<CsvRecord> {
  let batch: RecordText[] = [];
  let characters = 0;
  let failure: { readonly error: unknown } | undefined;
  const texts = readRecordTexts(file);
  try {
    while (failure === undefined) {
      try {
        const next = await texts.next();
        if (next.done === true) break;
        batch.push(next.value);
        characters += next.value.text.length;
      } catch (error) {
        failure = { error };
      }
      if (characters < BATCH_CHARACTERS) continue;
      yield* parseBatch(file, batch);
      batch = [];
      characters = 0;
    }
    yield* parseBatch(file, batch);
  } finally {
    await texts.return(undefined);
  }
  if (failure !== undefined) throw failure.error;
}

function* parseBatch(file: string, batch: readonly RecordText[]): Generator<CsvRecord> {
  let records: readonly (readonly string[])[] | undefined;
  try {
    records = parseText(batch.map(({ text }) => text).join(''));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  if (records?.length === batch.length) {
    for (const [position, place] of batch.entries()) yield { values: records[position]!, place };
    return;
  }
  // One of them is wrong. Alone each shows whether it is, and those before it count.
  for (const place of batch) yield* parseAlone(file, place);
}

function* parseAlone(file: string, place: RecordText): Generator<CsvRecord> {
  let records: readonly (readonly string[])[];
  try {
    records = parseText(place.text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw invalidLine(file, place.firstLine, CSV_STATES.get(error.code) ?? error.message, error);
  }
  for (const values of records) yield { values, place };
}

function parseText(text: string): readonly (readonly string[])[] {
  return parse(text, {
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    // Counted here, so that the message can say what was expected.
    relax_column_count: true,
  });
}

const CSV_STATES: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'expected a closing quote, but the file ends inside a quoted field'],
  ['CSV_INVALID_CLOSING_QUOTE', 'expected a comma or the end of the line after a closing quote'],
  ['INVALID_OPENING_QUOTE', 'expected quotes around the whole field, found one inside of it'],
]);

/** Puts lines together to records: where quotes are right, a record has an even number of them. */
async function* readRecordTexts(file: string): AsyncGenerator<RecordText, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let lines: string[] = [];
  let bytes = 0;
  let firstLine = 0;
  let isOpen = false;
  let look = FIRST_LOOK_BYTES;
  let last: { readonly number: number; readonly endByte: number } | undefined;
  const finish = ({ number, endByte }: NonNullable<typeof last>): RecordText => {
    const record = { text: lines.join(''), firstLine, line: number, endByte };
    lines = [];
    bytes = 0;
    return record;
  };
  for await (const line of readLines(file)) {
    let text: string;
    try {
      text = decoder.decode(line.bytes);
    } catch (cause) {
      throw invalidLine(file, line.number, 'expected UTF-8, found other bytes', cause);
    }
    if (text.includes('\0')) {
      throw invalidLine(file, line.number, 'expected text, found a zero byte');
    }
    last = line;
    if (lines.length === 0) {
      if (text === '' || text === '\r') continue;
      firstLine = line.number;
    }
    lines.push(`${text}\n`);
    bytes += line.bytes.length + 1;
    if (hasOddQuotes(text)) isOpen = !isOpen;
    if (!isOpen) {
      yield finish(line);
      look = FIRST_LOOK_BYTES;
    } else if (bytes > look) {
      checkOpenRecord(file, { text: lines.join(''), firstLine, line: line.number, endByte: 0 });
      if (look === MAX_LINE_BYTES) throw tooLong(file, firstLine);
      look = Math.min(2 * look, MAX_LINE_BYTES);
    }
  }
  if (lines.length > 0) yield finish(last!);
  return undefined;
}

/** Mostly a record goes on and on because a quote is wrong in its first line; then that is told, and early. */
function checkOpenRecord(file: string, place: RecordText): void {
  try {
    for (const record of parseAlone(file, place)) void record;
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof CsvError) || cause.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
  }
}

function tooLong(file: string, line: number): Error {
  const state = `expected at most ${MAX_LINE_BYTES} bytes, the record is longer`;
  return invalidLine(file, line, state);
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function checkHeader(file: string, line: number, header: readonly string[]): readonly string[] {
  if (header.length > MAX_COLUMNS) {
    const state = `expected at most ${MAX_COLUMNS} columns, found ${header.length}`;
    throw invalidLine(file, line, state);
  }
  const names = new Set<string>();
  for (const [column, name] of header.entries()) {
    if (name === '') {
      throw invalidLine(file, line, `expected a name for column ${column + 1}, found an empty one`);
    }
    if (name.includes('\r')) {
      throw invalidLine(file, line, 'the lines end with CR alone, save the file with LF or CR LF');
    }
    if (names.has(name)) {
      const state = `expected different names, found ${JSON.stringify(name)} twice`;
      throw invalidLine(file, line, state);
    }
    names.add(name);
  }
  return header;
}
