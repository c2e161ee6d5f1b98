import type { ChatMessage } from '@testbench/types';

import type { SampleAttachments } from '../../attachments/attachment-plan.js';
import type { ResolvedDatasetConfig } from '../../config/dataset-config.js';
import type { BenchError } from '../../errors.js';
import { isObject } from '../../is-object.js';
import { invalidRecord, type RecordPlace } from '../dataset-error.js';
import { MAX_GROUP_CHARACTERS, MAX_ID_CHARACTERS } from '../limits.js';
import { readMessages, textOfMessages } from './read-messages.js';
import { type RecordTool, readTools } from './read-tools.js';
import { type RecordTurn, readTurns } from './read-turns.js';
import { selectField } from './select-field.js';

/** One record of a data set, as read. */
export interface DatasetRecord extends RecordPlace {
  /** Number of the record in the data set, from 0, in the order of files and records, regardless of how many are taken. */
  readonly index: number;
  /** Identifies the record in results: its own id, or else its index. Unique in the data set. */
  readonly id: string;
  /** The whole record: an object; in CSV all values are texts. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** A record with the fields that every benchmark needs. */
export interface Sample extends DatasetRecord {
  /** The question; for a conversation, the last turn of the user. */
  readonly input: string;
  /** The right answer, unchanged from the record: any JSON. */
  readonly expected: unknown;
  /** The conversation, if `fields.messages` names one. */
  readonly messages?: readonly ChatMessage[];
  /** The JSON Schema that the answer is to fit, if `fields.schema` names one. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** The turns of the user that follow the prompt, if `fields.turns` names a field that the record has. */
  readonly turns?: readonly RecordTurn[];
  /** The first of the record's turns, if it is the input. */
  readonly firstTurn?: RecordTurn;
  /** The tools of the record, if `fields.tools` names a field that it has. */
  readonly tools?: readonly RecordTool[];
  /** The group by which results are divided, if `fields.group` names one. */
  readonly group?: string;
  /** The fields listed in `columns`, by name; fields that the record lacks are absent. */
  readonly columns?: Readonly<Record<string, unknown>>;
  /** Its files, if `attachments` of the configuration names fields that it has. Bytes that it has itself are not in `row`. */
  readonly attachments?: SampleAttachments;
}

/** The parts of the configuration that say how a record is read. */
export type SampleOptions = Pick<ResolvedDatasetConfig, 'fields' | 'columns'>;

/** Maximum number of fields that a message lists. */
const MAX_KNOWN_FIELDS = 20;

/** Reads the id of a record: a text or a number in its field, or else its index. @throws {BenchError} `BENCH_DATASET_INVALID`. */
export function readId(
  row: DatasetRecord['row'],
  index: number,
  place: RecordPlace,
  field: string | undefined,
): string {
  const found = selectField(row, field ?? 'id');
  const isName = typeof found === 'string' || typeof found === 'number';
  if (isName && found !== '') {
    const id = String(found);
    if (id.length > MAX_ID_CHARACTERS) {
      const state = `expected at most ${MAX_ID_CHARACTERS} characters in field ${JSON.stringify(field ?? 'id')}, found ${id.length}; name another field as \`fields.id\``;
      throw invalidRecord(place, state);
    }
    return id;
  }
  if (field === undefined) return String(index);
  if (found === undefined) throw missingField({ ...place, row }, field, 'dataset.fields.id');
  throw wrongField(place, field, 'a text or a number', 'dataset.fields.id');
}

/** @throws {BenchError} `BENCH_DATASET_INVALID`: a field is missing or invalid. */
export function readSample(record: DatasetRecord, { fields, columns }: SampleOptions): Sample {
  const { row } = record;
  const messages =
    fields.messages === undefined ? undefined : readConversation(record, fields.messages);
  const given = readField(record, fields, 'turns', readTurns);
  const tools = readField(record, fields, 'tools', readTools);
  // A record that has nothing else to begin with begins with its first turn.
  const isFirst =
    given !== undefined &&
    messages === undefined &&
    toText(selectField(row, fields.input)) === undefined;
  const input = isFirst ? given[0]!.content : readInput(record, fields, messages);
  const turns = isFirst ? given.slice(1) : given;
  const expected = selectField(row, fields.expected ?? 'expected');
  // An explicitly named field must exist; the default one may be missing.
  if (expected === undefined && fields.expected !== undefined) {
    throw missingField(record, fields.expected, 'dataset.fields.expected');
  }
  const { file, line, unit, index, id } = record;
  // Made in steps: copies of objects take longer than reading their fields.
  const sample: { -readonly [Key in keyof Sample]: Sample[Key] } = {
    file,
    line,
    unit,
    index,
    id,
    row,
    input,
    expected,
  };
  if (messages !== undefined) sample.messages = messages;
  if (fields.schema !== undefined) sample.schema = readSchema(record, fields.schema);
  if (isFirst) sample.firstTurn = given[0]!;
  if (turns !== undefined) sample.turns = turns;
  if (tools !== undefined) sample.tools = tools;
  if (fields.group !== undefined) sample.group = readGroup(record, fields.group);
  if (columns !== undefined) sample.columns = readColumns(row, columns);
  return sample;
}

function readInput(
  record: DatasetRecord,
  { input: field }: SampleOptions['fields'],
  messages: readonly ChatMessage[] | undefined,
): string {
  const found = selectField(record.row, field);
  const text = toText(found);
  if (text !== undefined) return text;
  if (messages !== undefined) return textOfMessages(messages);
  if (found === undefined) throw missingField(record, field, 'dataset.fields.input');
  throw wrongField(record, field, 'a text', 'dataset.fields.input');
}

function readConversation(record: DatasetRecord, field: string): readonly ChatMessage[] {
  const found = selectField(record.row, field);
  if (found === undefined) throw missingField(record, field, 'dataset.fields.messages');
  return readMessages(found, (state) =>
    invalidRecord(record, `${state} (dataset.fields.messages: ${JSON.stringify(field)})`),
  );
}

/** In CSV a schema is a text. */
function readSchema(record: DatasetRecord, field: string): Readonly<Record<string, unknown>> {
  const found = selectField(record.row, field);
  if (found === undefined) throw missingField(record, field, 'dataset.fields.schema');
  const value = typeof found === 'string' ? parseObject(found) : found;
  if (isObject(value) && !Array.isArray(value)) return value;
  throw wrongField(record, field, 'a JSON Schema, an object', 'dataset.fields.schema');
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a field that a record may lack. */
function readField<Value>(
  record: DatasetRecord,
  fields: SampleOptions['fields'],
  name: 'turns' | 'tools',
  read: (value: unknown, fail: (state: string) => Error) => Value,
): Value | undefined {
  const field = fields[name];
  const found = field === undefined ? undefined : selectField(record.row, field);
  if (found === undefined || found === null) return undefined;
  return read(found, (state) =>
    invalidRecord(record, `${state} (dataset.fields.${name}: ${JSON.stringify(field)})`),
  );
}

function readGroup(record: DatasetRecord, field: string): string {
  const found = selectField(record.row, field);
  if (found === undefined) throw missingField(record, field, 'dataset.fields.group');
  const group = toText(found);
  if (group === undefined || group.length > MAX_GROUP_CHARACTERS) {
    const what = `a text of at most ${MAX_GROUP_CHARACTERS} characters`;
    throw wrongField(record, field, what, 'dataset.fields.group');
  }
  return group;
}

function readColumns(row: DatasetRecord['row'], names: readonly string[]): Record<string, unknown> {
  const found = names.map((name) => [name, selectField(row, name)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Numbers and truth values are written out; anything else is not a text. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * The error for a record that lacks a field which the configuration names.
 *
 * @param setting The setting in the configuration that names it.
 */
export function missingField(
  record: RecordPlace & Pick<DatasetRecord, 'row'>,
  field: string,
  setting: string,
): BenchError {
  return invalidRecord(
    record,
    `expected a field ${JSON.stringify(field)} (${setting}), the record has: ${knownFields(record.row)}`,
  );
}

/** Lists the fields of a record, for a message. */
export function knownFields(row: DatasetRecord['row']): string {
  const names = Object.keys(row);
  const more = names.length > MAX_KNOWN_FIELDS ? ', …' : '';
  const known = names
    .slice(0, MAX_KNOWN_FIELDS)
    .map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name));
  return names.length === 0 ? 'nothing' : known.join(', ') + more;
}

function wrongField(place: RecordPlace, field: string, what: string, setting: string): BenchError {
  return invalidRecord(place, `expected ${what} in field ${JSON.stringify(field)} (${setting})`);
}
