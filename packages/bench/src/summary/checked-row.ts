import { BenchError } from '../errors.js';
import { isObject } from '../is-object.js';
import type { ResultRow } from '../results/result-row.js';

/** What a problem with a row is called. */
type Problem = string | undefined;

/**
 * A row of a stored run, of which all that statistics use was checked: a folder may come from anywhere, and its digests say only that it
 * was not changed since.
 *
 * @param path Of the run, for errors.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function checkRow(row: unknown, path: string): ResultRow {
  const problem = isObject(row) ? problemOf(row) : 'a row is no object';
  if (problem === undefined) return row as ResultRow;
  throw damagedRun(path, problem);
}

/** The error for a run whose rows do not fit its plan. */
export function damagedRun(path: string, state: string): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read run ${JSON.stringify(path)}: ${state}; restore it, or run its configuration again`,
    { file: path },
  );
}

function problemOf(row: Readonly<Record<string, unknown>>): Problem {
  const { index, epoch, scores, errors, failure, dropped, measured, usage } = row;
  if (!isCount(index, 0)) return 'a row has no "index"';
  const place = `the row of record ${index}`;
  for (const name of ['prompt', 'provider', 'model'] as const) {
    if (typeof row[name] !== 'string') return `${place} has no "${name}"`;
  }
  if (!isCount(epoch, 1)) return `${place} has no "epoch"`;
  for (const name of ['id', 'group'] as const) {
    if (row[name] !== undefined && typeof row[name] !== 'string') {
      return `"${name}" of ${place} is no text`;
    }
  }
  if (!isObject(scores)) return `${place} has no "scores"`;
  for (const score of [...Object.values(scores), row['score']]) {
    if (score !== undefined && !isScore(score)) {
      return `${place} has a score that is no number from 0 to 1`;
    }
  }
  if (row['passed'] !== undefined && typeof row['passed'] !== 'boolean') {
    return `"passed" of ${place} is neither true nor false`;
  }
  const failures = [failure, ...(isObject(errors) ? Object.values(errors) : [errors])];
  for (const each of failures) {
    if (each !== undefined && !(isObject(each) && typeof each['code'] === 'string')) {
      return `${place} has a failure without a code`;
    }
  }
  if (dropped !== undefined && !isObject(dropped)) return `"dropped" of ${place} is no object`;
  if (!hasAmounts(measured, ['queueMs', 'firstTokenMs', 'totalMs', 'cost'])) {
    return `${place} has a measured value that is no number from 0`;
  }
  if (!hasAmounts(usage, ['promptTokens', 'completionTokens', 'cachedTokens'])) {
    return `${place} has a number of tokens that is none`;
  }
  return judgesProblem(measured, place);
}

function judgesProblem(measured: unknown, place: string): Problem {
  const judges = isObject(measured) ? measured['judges'] : undefined;
  if (judges === undefined) return undefined;
  if (!isObject(judges)) return `"measured.judges" of ${place} is no object`;
  const isWrong = Object.values(judges).some(
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

function isCount(value: unknown, minimum: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= minimum;
}

function isScore(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
