import { realpath } from 'node:fs/promises';

import { describeFileError } from '@testbench/core/files';

import { BenchError, type BenchErrorCode } from '../errors.js';
import { isObject } from '../is-object.js';
import { readRegular } from '../results/store/open-regular.js';
import { checkPlan } from '../summary/metric-list.js';
import { MAX_BASELINE_BYTES } from '../summary/limits.js';
import { type Baseline, BASELINE_VERSION, type BaselineColumn } from './baseline.js';
import { areBaselineSums } from './baseline-sums.js';
import { baselineDigest } from './make-baseline.js';

/**
 * Reads a baseline, treating it as untrusted.
 *
 * @throws {BenchError} `BENCH_BASELINE_UNREADABLE` if there is no regular file of at most 64 MiB; `BENCH_BASELINE_DAMAGED` if its content is not what was written;
 *   `BENCH_BASELINE_VERSION` if another version of this package wrote it, in a format that this one does not know.
 */
export async function readBaseline(file: string): Promise<Baseline> {
  return parseBaseline(await readText(file), file);
}

/**
 * Reads a baseline from its text.
 *
 * @param file Its path, for errors.
 */
export function parseBaseline(text: string, file: string): Baseline {
  const damaged = (state: string, cause?: unknown): BenchError =>
    failure(
      'BENCH_BASELINE_DAMAGED',
      file,
      `${state}; make it again with "testbench baseline"`,
      cause,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  if (!isObject(value) || value['type'] !== 'testbench-baseline') {
    throw damaged('it is no baseline, whose "type" would be "testbench-baseline"');
  }
  const { formatVersion } = value;
  if (formatVersion !== BASELINE_VERSION) {
    if (!Number.isSafeInteger(formatVersion)) throw damaged('it does not say its "formatVersion"');
    throw failure(
      'BENCH_BASELINE_VERSION',
      file,
      `it has format ${JSON.stringify(formatVersion)}, and this version reads format ${BASELINE_VERSION}; use the version that wrote it, or make it again with "testbench baseline"`,
    );
  }
  const problem = problemOf(value);
  if (problem !== undefined) throw damaged(problem);
  const baseline = value as unknown as Baseline;
  const { digest, ...content } = baseline;
  let found: string;
  try {
    found = baselineDigest(content);
  } catch (cause) {
    throw damaged('it holds what JSON cannot write', cause);
  }
  if (found !== digest) throw damaged('it was changed after it was written');
  return baseline;
}

function problemOf(value: Readonly<Record<string, unknown>>): string | undefined {
  const { run, evaluators, columns, fields, records, sums } = value;
  if (!isFacts(run)) return '"run" does not say what run it is of';
  try {
    const plan = { prompts: [], providers: [], ...run, evaluators };
    checkPlan({ path: '', plan: plan as never });
  } catch {
    return '"evaluators" is no list of evaluators';
  }
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isColumn)) {
    return '"columns" is no list of columns';
  }
  if (!['["index"]', '["index","id"]'].includes(JSON.stringify(fields))) {
    return '"fields" is no list of fields';
  }
  if (!Array.isArray(records)) return '"records" is no list';
  const wrong = records.findIndex(
    (record) => !isRecord(record, fields as readonly string[], columns.length),
  );
  if (wrong !== -1) return `entry ${wrong} of "records" is no record`;
  if (sums !== undefined && !areBaselineSums(sums, records.length)) {
    return '"sums" is no list of sums for all records';
  }
  return undefined;
}

function isFacts(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const { run, name, plan, dataset, records, isComplete } = value;
  return (
    [run, name, plan].every((text) => typeof text === 'string') &&
    isObject(dataset) &&
    Number.isSafeInteger(dataset['records']) &&
    Number.isSafeInteger(records) &&
    typeof isComplete === 'boolean'
  );
}

function isColumn(value: unknown): value is BaselineColumn {
  if (!isObject(value)) return false;
  const { prompt, provider, model, metric, kind } = value;
  return (
    [prompt, provider, model, metric].every((text) => typeof text === 'string') &&
    ['evaluator', 'weighted', 'passed'].includes(kind as string)
  );
}

function isRecord(value: unknown, fields: readonly string[], columns: number): boolean {
  if (!Array.isArray(value) || value.length !== fields.length + columns) return false;
  return value.every((item: unknown, place) => {
    const field = fields[place];
    if (field === 'index') return Number.isSafeInteger(item) && (item as number) >= 0;
    if (field === 'id') return typeof item === 'string';
    return item === null || (typeof item === 'number' && item >= 0 && item <= 1);
  });
}

async function readText(file: string): Promise<string> {
  try {
    // A link may lead to it: the file belongs to the user.
    const bytes = await readRegular(await realpath(file), MAX_BASELINE_BYTES);
    if (bytes !== undefined) return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof BenchError && cause.code === 'BENCH_RUN_DAMAGED') {
      throw failure(
        'BENCH_BASELINE_UNREADABLE',
        file,
        `it is no regular file of at most ${MAX_BASELINE_BYTES} bytes`,
        cause,
      );
    }
    const state = describeFileError(cause instanceof BenchError ? cause.cause : cause);
    if (state === undefined) throw cause;
    throw failure('BENCH_BASELINE_UNREADABLE', file, state, cause);
  }
  throw failure('BENCH_BASELINE_UNREADABLE', file, 'there is no such file');
}

function failure(
  code: BenchErrorCode & `BENCH_BASELINE_${string}`,
  file: string,
  state: string,
  cause?: unknown,
): BenchError {
  return new BenchError(code, `Cannot read baseline ${JSON.stringify(file)}: ${state}`, {
    file,
    cause,
  });
}
