import { MAX_FIELDS, MAX_RECORD_BYTES, MAX_RECORDS } from '../limits.js';

/** A row of a data set. */
export type DataRecord = Readonly<Record<string, unknown>>;

/** The roles of a record's fields. Empty for none. */
export interface Mapping {
  readonly output: string;
  readonly expected: string;
  readonly input: string;
}

/**
 * Reads records from JSON lines, or from a JSON list.
 *
 * @throws {SyntaxError} With the line number, if a line is not a JSON object; or if there are too many.
 */
export function parseRecords(text: string): DataRecord[] {
  if (text.length > MAX_RECORD_BYTES)
    throw new SyntaxError('Cannot read the records: more than 64 MB');
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') throw new SyntaxError('Cannot read the records: there are none');
  const whole = trimmed.startsWith('[') ? tryParse(trimmed) : undefined;
  if (Array.isArray(whole)) return whole.slice(0, MAX_RECORDS).map((row, at) => asRecord(row, at));
  const lines = trimmed.split('\n');
  const records: DataRecord[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    if (records.length === MAX_RECORDS) break;
    records.push(asRecord(tryParse(line), at));
  }
  return records;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(row: unknown, at: number): DataRecord {
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as DataRecord;
  throw new SyntaxError(`Cannot read record ${at + 1}: expected a JSON object`);
}

/** Paths of the fields that the records have, with dots between the parts, as evaluators read them. */
export function fieldsOf(records: readonly DataRecord[]): string[] {
  const paths = new Set<string>();
  for (const record of records.slice(0, 20)) collectPaths(record, '', 0, paths);
  return [...paths];
}

function collectPaths(value: DataRecord, prefix: string, depth: number, paths: Set<string>): void {
  for (const [key, inner] of Object.entries(value)) {
    if (paths.size >= MAX_FIELDS) return;
    const path = `${prefix}${key}`;
    const isDeeper =
      depth < 3 && typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (isDeeper) collectPaths(inner as DataRecord, `${path}.`, depth + 1, paths);
    else paths.add(path);
  }
}

/** The value of a field; a field named like the whole path takes precedence. */
export function fieldAt(record: DataRecord, path: string): unknown {
  if (path === '') return undefined;
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as DataRecord)[key];
  }
  return value;
}

const USUAL = {
  output: ['output', 'answer', 'response', 'completion', 'prediction', 'solution', 'text'],
  expected: ['expected', 'ground_truth', 'target', 'reference', 'ideal', 'label', 'gold', 'answer'],
  input: ['input', 'question', 'prompt', 'query'],
} as const;

/** Guesses the roles of fields from their names. */
export function guessMapping(fields: readonly string[]): Mapping {
  const taken = new Set<string>();
  const guess = (names: readonly string[]): string => {
    const found =
      names.flatMap((name) => fields.filter((field) => field === name && !taken.has(field)))[0] ??
      names.flatMap((name) =>
        fields.filter((field) => field.endsWith(`.${name}`) && !taken.has(field)),
      )[0] ??
      '';
    taken.add(found);
    return found;
  };
  const expected = guess(USUAL.expected.slice(0, -1));
  const input = guess(USUAL.input);
  const output = guess(USUAL.output);
  return { output, expected: expected === '' ? guess(['answer']) : expected, input };
}

/** The data passed to an evaluator for a record; a plugin of another type gets the record itself. */
export function dataFor(record: DataRecord, mapping: Mapping): Readonly<Record<string, unknown>> {
  const entries = (['input', 'output', 'expected'] as const)
    .map((name) => [name, fieldAt(record, mapping[name])] as const)
    .filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(entries), record };
}
