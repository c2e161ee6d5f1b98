import { BenchError } from '../errors.js';
import { isObject } from '../is-object.js';
import { isStoredJudgement } from '../judging/judgement.js';
import type { ResultRow } from './result-row.js';
import { MAX_RUN_DEPTH } from './limits.js';
import { isTooDeep } from './stored-shape.js';

/** Description of a problem with a row. */
type Problem = string | undefined;

/**
 * Reads a row of a stored run.
 *
 * @param file File of the run or the row, for error messages.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function parseRow(json: string, file: string): ResultRow {
  let row: unknown;
  try {
    row = JSON.parse(json);
  } catch (cause) {
    throw damagedRun(file, 'a row is not JSON', cause);
  }
  // Each level takes two characters.
  if (json.length > 2 * MAX_RUN_DEPTH && isTooDeep(row)) {
    throw damagedRun(file, `a row nests deeper than ${MAX_RUN_DEPTH} levels`);
  }
  return checkRow(row, file);
}

/**
 * A row of a stored run, with every field that is used checked: a folder may come from anywhere, and its digests prove only that it
 * has not changed since.
 *
 * @param path Path of the run, for error messages.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function checkRow(row: unknown, path: string): ResultRow {
  const problem = isObject(row) ? problemOf(row) : 'a row is no object';
  if (problem === undefined) return row as ResultRow;
  throw damagedRun(path, problem);
}

/** The error for a run whose rows do not fit its plan. */
export function damagedRun(path: string, state: string, cause?: unknown): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read run ${JSON.stringify(path)}: ${state}; restore it, or run its configuration again`,
    { file: path, cause },
  );
}

/** Fields that are texts if present. */
const TEXTS = ['id', 'group', 'input', 'output', 'answer', 'finishReason'] as const;

function problemOf(row: Readonly<Record<string, unknown>>): Problem {
  const { index, epoch, scores, errors, failure, dropped } = row;
  if (!isCount(index, 0)) return 'a row has no "index"';
  const place = `the row of record ${index}`;
  for (const name of ['prompt', 'provider', 'model'] as const) {
    if (typeof row[name] !== 'string') return `${place} has no "${name}"`;
  }
  if (!isCount(epoch, 1)) return `${place} has no "epoch"`;
  for (const name of TEXTS) {
    if (row[name] !== undefined && typeof row[name] !== 'string') {
      return `"${name}" of ${place} is no text`;
    }
  }
  for (const name of ['columns', 'details'] as const) {
    if (row[name] !== undefined && !isMap(row[name])) return `"${name}" of ${place} is no object`;
  }
  if (!isMap(scores)) return `${place} has no "scores"`;
  for (const score of [...Object.values(scores), row['score']]) {
    if (score !== undefined && !isScore(score)) {
      return `${place} has a score that is no number from 0 to 1`;
    }
  }
  if (row['passed'] !== undefined && typeof row['passed'] !== 'boolean') {
    return `"passed" of ${place} is neither true nor false`;
  }
  const failures = [failure, ...(isMap(errors) ? Object.values(errors) : [errors])];
  if (failures.some((each) => each !== undefined && !isFailure(each))) {
    return `${place} has a failure without a code and a message`;
  }
  if (isObject(failure) && typeof failure['stage'] !== 'string') {
    return `${place} has a failure without a stage`;
  }
  if (dropped !== undefined && !(isMap(dropped) && isTextOrAbsent(dropped['reason']))) {
    return `"dropped" of ${place} is no object with a text`;
  }
  return contentProblem(row, place) ?? measuredProblem(row, place);
}

/** Checks the texts and lists of a row; returns the problem, if any. */
function contentProblem(row: Readonly<Record<string, unknown>>, place: string): Problem {
  const { line, messages, attachments, toolCalls, details } = row;
  if (line !== undefined && !isCount(line, 0)) return `"line" of ${place} is no whole number`;
  if (messages !== undefined && !isListOf(messages, ({ role }) => typeof role === 'string')) {
    return `"messages" of ${place} is not a list of messages`;
  }
  const isFile = (file: Readonly<Record<string, unknown>>): boolean =>
    typeof file['field'] === 'string' &&
    typeof file['mediaType'] === 'string' &&
    isCount(file['bytes'], 0) &&
    typeof file['digest'] === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(file['digest']);
  if (attachments !== undefined && !isListOf(attachments, isFile)) {
    return `"attachments" of ${place} is no list of files`;
  }
  const isCall = ({ name, arguments: given }: Readonly<Record<string, unknown>>): boolean =>
    typeof name === 'string' && typeof given === 'string';
  if (toolCalls !== undefined && !isListOf(toolCalls, isCall)) {
    return `"toolCalls" of ${place} is no list of calls`;
  }
  const { transcript, steps, turns, ended } = row;
  if (transcript !== undefined && !isListOf(transcript, isTranscriptEntry(isCall))) {
    return `"transcript" of ${place} is no list of messages`;
  }
  for (const [name, value] of Object.entries({ steps, turns })) {
    if (value !== undefined && !isCount(value, 0))
      return `"${name}" of ${place} is no whole number`;
  }
  if (!isTextOrAbsent(ended)) return `"ended" of ${place} is no text`;
  for (const each of isObject(details) ? Object.values(details) : []) {
    if (!isMap(each)) return `"details" of ${place} has an entry that is no object`;
    const { explanation, reply, metrics, confidence, judgements, selfJudged } = each;
    if (!isTextOrAbsent(explanation) || !isTextOrAbsent(reply)) {
      return `"details" of ${place} has an explanation or a reply that is no text`;
    }
    if (!areNumbers(metrics) || !areNumbers(confidence === undefined ? {} : { confidence })) {
      return `"details" of ${place} has a metric that is no number`;
    }
    if (each['turns'] !== undefined && !isListOf(each['turns'], isTurnScore)) {
      return `"details" of ${place} has turns that are no list of scores`;
    }
    if (judgements !== undefined && !isListOf(judgements, isStoredJudgement)) {
      return `"details" of ${place} has judgements that are no list of texts and numbers`;
    }
    if (selfJudged !== undefined && typeof selfJudged !== 'boolean') {
      return `"details" of ${place} has "selfJudged" that is neither true nor false`;
    }
  }
  return undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const SPEAKERS: ReadonlySet<unknown> = new Set(['user', 'assistant', 'tool']);

function isTranscriptEntry(isCall: (call: Fields) => boolean): (entry: Fields) => boolean {
  return ({ role, content, toolCalls, usage, fuel, simulated, ...texts }) =>
    SPEAKERS.has(role) &&
    typeof content === 'string' &&
    (toolCalls === undefined || isListOf(toolCalls, isCall)) &&
    hasAmounts(usage, USAGE_AMOUNTS) &&
    hasAmounts({ fuel }, ['fuel']) &&
    (simulated === undefined || simulated === true) &&
    (['finishReason', 'toolCallId', 'name', 'error'] as const).every((name) =>
      isTextOrAbsent(texts[name]),
    );
}

function isTurnScore({ turn, score, explanation }: Fields): boolean {
  return isCount(turn, 1) && isScore(score) && isTextOrAbsent(explanation);
}

/** Checks the amounts; returns the problem, if any. */
function measuredProblem(row: Readonly<Record<string, unknown>>, place: string): Problem {
  const { measured, usage, fuel } = row;
  const waited = isObject(measured) ? measured['fuel'] : undefined;
  if (!areNumbers(fuel) || !areNumbers(waited)) return `"fuel" of ${place} has no numbers`;
  if (!hasAmounts(measured, ['queueMs', 'firstTokenMs', 'totalMs', 'cost'])) {
    return `${place} has a measured value that is no number from 0`;
  }
  if (!hasAmounts(usage, USAGE_AMOUNTS)) {
    return `${place} has a number of tokens that is none`;
  }
  return judgesProblem(measured, place);
}

const NO_FIELDS: Fields = {};
const USAGE_AMOUNTS = ['promptTokens', 'completionTokens', 'cachedTokens'] as const;

function judgesProblem(measured: unknown, place: string): Problem {
  const { judges = {}, user } = isObject(measured) ? measured : NO_FIELDS;
  if (!isObject(judges)) return `"measured.judges" of ${place} is no object`;
  const isWrong = [...Object.values(judges), ...(user === undefined ? [] : [user])].some(
    (judge) =>
      !isObject(judge) ||
      !hasAmounts(judge, ['totalMs', 'cost']) ||
      !hasAmounts(judge['usage'], ['promptTokens', 'completionTokens']),
  );
  return isWrong ? `${place} has a measured value that is no number from 0` : undefined;
}

function hasAmounts(value: unknown, names: readonly string[]): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  return names.every((name) => {
    const amount = value[name];
    return (
      amount === undefined || (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0)
    );
  });
}

function isFailure(value: unknown): boolean {
  return isMap(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isListOf(
  value: unknown,
  isItem: (item: Readonly<Record<string, unknown>>) => boolean,
): boolean {
  return Array.isArray(value) && value.every((item) => isMap(item) && isItem(item));
}

function areNumbers(value: unknown): boolean {
  if (value === undefined) return true;
  return isMap(value) && Object.values(value).every((each) => Number.isFinite(each));
}

/** An object that is not a list. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

function isCount(value: unknown, minimum: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= minimum;
}

function isScore(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
