import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetEntry, DatasetReader, DatasetReadOptions } from '@testbench/types/stores';
import { CsvError, parse } from 'csv-parse/sync';

import { MAX_COLUMNS, MAX_LINE_BYTES } from '../limits.js';
import { DELIMITERS, findDelimiter, nameOfDelimiter } from './find-delimiter.js';
import { readLines } from './read-lines.js';
import { decodeLine } from './text.js';

/** Records are parsed together, because each start costs as much as parsing three of them; this much text at a time. */
const BATCH_CHARACTERS = 16 * 1024;
/** An unfinished record is checked at this many bytes, and each time its size has doubled. */
const FIRST_LOOK_BYTES = 64 * 1024;
/** Lines of an unfinished record that are joined at a time. */
const BLOCK_LINES = 1024;

/**
 * Comma-separated values (RFC 4180): a header line with the names of the fields, then records with
 * the same number of fields. All values are texts. Blank lines are skipped. Other delimiters are possible; if none is given, it is detected.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export const csvReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'csv',
  extensions: ['.csv'],
  placeUnit: 'line',
  options: ['delimiter', 'quotes'],
  read: (input, options) => readSeparated(input.bytes(), options),
};

/** The same with tabs. */
export const tsvReader: DatasetReader = {
  ...csvReader,
  name: 'tsv',
  extensions: ['.tsv', '.tab'],
  read: (input, options) => readSeparated(input.bytes(), { delimiter: '\t', ...options }),
};

/** The text of one record: a line, or several where quotes enclose line ends. */
interface RecordText {
  readonly text: string;
  /** Line on which it begins, from 1. */
  readonly firstLine: number;
  /** Line on which it ends. */
  readonly line: number;
}

/** How records are parsed. */
interface Syntax {
  readonly delimiter: string;
  readonly quotes: boolean;
}

/** A record is only parsed on demand, so that a later mistake does not affect earlier readers. */
async function* readSeparated(
  bytes: AsyncIterable<Uint8Array>,
  options: DatasetReadOptions,
): AsyncGenerator<DatasetEntry> {
  let header: readonly string[] | undefined;
  for await (const { values, place } of readRecords(bytes, options)) {
    if (header === undefined) {
      header = checkHeader(place.line, values);
      continue;
    }
    if (values.length !== header.length) {
      const state = `expected ${header.length} fields as in the header, found ${values.length}`;
      throw new DatasetFormatError(state, place.line);
    }
    // fromEntries defines own properties, so a field named `__proto__` stays data.
    const record = Object.fromEntries(header.map((name, column) => [name, values[column]]));
    yield { record, place: place.line };
  }
}

interface CsvRecord {
  readonly values: readonly string[];
  readonly place: RecordText;
}

/** Returns records with their places; an error is thrown after the records before it were returned. */
async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  { delimiter, quotes = true }: DatasetReadOptions,
): AsyncGenerator<CsvRecord> {
  let batch: RecordText[] = [];
  let characters = 0;
  let failure: { readonly error: unknown } | undefined;
  let syntax: Syntax | undefined;
  const takeBatch = function* (): Generator<CsvRecord> {
    const text = batch.map((record) => record.text).join('');
    const given = delimiter === undefined ? { quotes } : { delimiter, quotes };
    syntax ??= { delimiter: findDelimiter(text, given), quotes };
    yield* parseBatch(syntax, batch, text);
  };
  const texts = readRecordTexts(bytes, { delimiter, quotes });
  try {
    while (failure === undefined) {
      try {
        const next = await texts.next();
        if (next.done === true) break;
        checkFieldCount(next.value, syntax?.delimiter ?? delimiter ?? DELIMITERS, quotes);
        batch.push(next.value);
        characters += next.value.text.length;
      } catch (error) {
        failure = { error };
      }
      if (characters < BATCH_CHARACTERS) continue;
      yield* takeBatch();
      batch = [];
      characters = 0;
    }
    if (batch.length > 0) yield* takeBatch();
  } finally {
    await texts.return(undefined);
  }
  if (failure !== undefined) throw failure.error;
}

/**
 * Checked before anything is split: a field costs many times as much as its comma.
 *
 * @param delimiters The possible delimiters between the fields; each one alone.
 */
function checkFieldCount({ text, line }: RecordText, delimiters: string, quotes: boolean): void {
  if (text.length < MAX_COLUMNS) return;
  for (const delimiter of delimiters) {
    let count = 0;
    let isQuoted = false;
    for (let at = 0; at < text.length; at += 1) {
      if (quotes && text[at] === '"') isQuoted = !isQuoted;
      else if (!isQuoted && text[at] === delimiter) count += 1;
    }
    if (count >= MAX_COLUMNS) {
      const state = `expected at most ${MAX_COLUMNS} columns, found ${count + 1}`;
      throw new DatasetFormatError(state, line);
    }
  }
}

function* parseBatch(
  syntax: Syntax,
  batch: readonly RecordText[],
  text: string,
): Generator<CsvRecord> {
  let records: readonly (readonly string[])[] | undefined;
  try {
    records = parseText(text, syntax);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  if (records?.length === batch.length) {
    for (const [position, place] of batch.entries()) yield { values: records[position]!, place };
    return;
  }
  // One of them is wrong. Parsed alone, each shows whether it is, and those before it count.
  for (const place of batch) yield* parseAlone(syntax, place);
}

function* parseAlone(syntax: Syntax, place: RecordText): Generator<CsvRecord> {
  let records: readonly (readonly string[])[];
  try {
    records = parseText(place.text, syntax);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const state = stateOf(error, syntax.delimiter);
    throw new DatasetFormatError(state, place.firstLine, { cause: error });
  }
  for (const values of records) yield { values, place };
}

function parseText(text: string, { delimiter, quotes }: Syntax): readonly (readonly string[])[] {
  return parse(text, {
    delimiter,
    quote: quotes ? '"' : null,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    // Counted here, so that the message can say what was expected.
    relax_column_count: true,
  });
}

function stateOf({ code, message }: CsvError, delimiter: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'expected a closing quote, but the file ends inside a quoted field';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `expected ${nameOfDelimiter(delimiter)} or the end of the line after a closing quote`;
    case 'INVALID_OPENING_QUOTE':
      return 'expected quotes around the whole field, found one inside of it; if quotes are characters like any other, say `quotes: false`';
    default:
      return message;
  }
}

/** Joins lines into records: if quotes are correct, a record has an even number of them. */
async function* readRecordTexts(
  bytes: AsyncIterable<Uint8Array>,
  { delimiter, quotes }: { readonly delimiter: string | undefined; readonly quotes: boolean },
): AsyncGenerator<RecordText, undefined> {
  let lines: string[] = [];
  /** Joined lines: separately, each takes ten times its length. */
  let blocks: string[] = [];
  let byteLength = 0;
  let firstLine = 0;
  let last = 0;
  let isOpen = false;
  let look = FIRST_LOOK_BYTES;
  const textSoFar = (): string => blocks.join('') + lines.join('');
  const finish = (line: number): RecordText => {
    const record = { text: textSoFar(), firstLine, line };
    lines = [];
    blocks = [];
    byteLength = 0;
    return record;
  };
  for await (const some of readLines(bytes)) {
    for (const line of some) {
      const text = decodeLine(line.bytes, line.number);
      last = line.number;
      if (byteLength === 0) {
        if (text === '' || text === '\r') continue;
        firstLine = line.number;
      }
      lines.push(`${text}\n`);
      if (lines.length === BLOCK_LINES) {
        blocks.push(lines.join(''));
        lines = [];
      }
      byteLength += line.bytes.length + 1;
      if (quotes && hasOddQuotes(text)) isOpen = !isOpen;
      if (!isOpen) {
        yield finish(line.number);
        look = FIRST_LOOK_BYTES;
      } else if (byteLength > look) {
        checkOpenRecord({ text: textSoFar(), firstLine, line: line.number }, delimiter);
        if (look === MAX_LINE_BYTES) throw tooLong(firstLine);
        look = Math.min(2 * look, MAX_LINE_BYTES);
      }
    }
  }
  if (byteLength > 0) yield finish(last);
  return undefined;
}

/** A record usually becomes endless because of a misplaced quote in its first line; this is reported early. */
function checkOpenRecord(place: RecordText, given: string | undefined): void {
  const syntax = { delimiter: given ?? findDelimiter(place.text, {}), quotes: true };
  try {
    for (const record of parseAlone(syntax, place)) void record;
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof CsvError) || cause.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
  }
}

function tooLong(line: number): DatasetFormatError {
  const state = `expected at most ${MAX_LINE_BYTES} bytes, the record is longer`;
  return new DatasetFormatError(state, line);
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function checkHeader(line: number, header: readonly string[]): readonly string[] {
  const fail = (state: string): never => {
    throw new DatasetFormatError(state, line);
  };
  if (header.length > MAX_COLUMNS) {
    fail(`expected at most ${MAX_COLUMNS} columns, found ${header.length}`);
  }
  const names = new Set<string>();
  for (const [column, name] of header.entries()) {
    if (name === '') fail(`expected a name for column ${column + 1}, found an empty one`);
    if (name.includes('\r')) {
      fail('the lines end with CR alone, save the file with LF or CR LF');
    }
    if (names.has(name)) fail(`expected different names, found ${JSON.stringify(name)} twice`);
    names.add(name);
  }
  return header;
}
