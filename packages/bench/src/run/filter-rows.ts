import type { FilterResult } from '@testbench/types';

import { withoutUndefined } from '../config/without-undefined.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { selectField } from '../dataset/selection/select-field.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import { invalidOutput, toFailure } from './call-failure.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { Stage } from './stage.js';

/**
 * Sends the results of one sample through the filter, in one call, and takes back which of them count and their texts.
 *
 * A row that the filter drops, or that it cannot judge, loses its texts: what a filter should have redacted must not reach the results
 * because a call failed.
 */
export async function filterRows(
  filter: Stage,
  sample: Sample,
  options: EvaluateOptions,
  rows: readonly ResultRow[],
): Promise<ResultRow[]> {
  const judged = rows.filter((row) => row.failure === undefined);
  try {
    const kept = judged.length === 0 ? new Map() : await judge(filter, sample, options, judged);
    return rows.map((row) => {
      const verdict = kept.get(row.model) as ResultRow | undefined;
      if (row.failure !== undefined || verdict === undefined) return withoutTexts(row);
      return verdict.dropped === undefined || options.droppedTexts
        ? verdict
        : withoutTexts(verdict);
    });
  } catch (error) {
    // Nobody knows which rows would have stayed, so none of them counts.
    const failure = { stage: filter.name, ...toFailure(filter, sample, options, error) };
    return rows.map((row) => withoutTexts(row.failure === undefined ? { ...row, failure } : row));
  }
}

/** The rows by model: rewritten, or with `dropped` set. */
async function judge(
  filter: Stage,
  sample: Sample,
  options: EvaluateOptions,
  rows: readonly ResultRow[],
): Promise<Map<string, ResultRow>> {
  const data = { items: rows.map((row) => toItem(row, sample)), record: sample.row };
  const result = await filter.call<FilterResult>(data, `${sample.index}`, options.signal);
  const verdicts = new Map<string, ResultRow>(
    rows.map((row) => [row.model, { ...row, dropped: {} }]),
  );
  for (const { index, reason } of result.dropped ?? []) {
    const row = rows[index];
    if (row !== undefined && typeof reason === 'string') {
      verdicts.set(row.model, { ...row, dropped: { reason } });
    }
  }
  const left = new Map(rows.map((row) => [row.model, row]));
  for (const item of result.items) {
    const model = (item as { model?: unknown } | null)?.model;
    const row = typeof model === 'string' ? left.get(model) : undefined;
    if (row === undefined) {
      throw invalidOutput('"data.items" has an item that was not among those given');
    }
    left.delete(row.model);
    verdicts.set(row.model, takeTexts(row, item as Record<string, unknown>));
  }
  return verdicts;
}

/** What a filter sees of a row. */
function toItem(row: ResultRow, sample: Sample): object {
  const { index, model, input, expected, output, answer, scores, details, errors } = row;
  const id = selectField(sample.row, 'id');
  const values = Object.values(scores);
  const score = values.reduce((sum, value) => sum + value, 0) / values.length;
  return withoutUndefined({
    index,
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    model,
    input,
    expected,
    output,
    answer,
    scores,
    score: values.length === 0 ? undefined : score,
    details,
    errors,
  });
}

/** A kept row with the texts that came back; what is not among them stays as it was. */
function takeTexts(row: ResultRow, item: Record<string, unknown>): ResultRow {
  const output = readText(item, 'output', row.output);
  const rewritten = output !== row.output;
  const answer = readText(item, 'answer', row.answer);
  // Both say what the answer was: if that was rewritten, they must not give it away.
  const isStale = rewritten && answer === row.answer;
  const { details, errors } = row;
  return withoutUndefined({
    ...row,
    input: readText(item, 'input', row.input),
    expected: Object.hasOwn(item, 'expected') ? (item['expected'] ?? undefined) : row.expected,
    output,
    answer: isStale ? undefined : answer,
    details: details && mapValues(details, (own, name) => takeDetails(own, item, name, rewritten)),
    errors: errors && mapValues(errors, (own, name) => takeMessage(own, item, name)),
  });
}

function takeDetails(
  own: ScoreDetails,
  item: Record<string, unknown>,
  name: string,
  rewritten: boolean,
): ScoreDetails {
  const given = fieldOf(fieldOf(item, 'details'), name);
  const explanation = readText(given, 'explanation', own.explanation);
  const isStale = rewritten && explanation === own.explanation;
  return withoutUndefined({ ...own, explanation: isStale ? undefined : explanation });
}

function takeMessage(own: CallFailure, item: Record<string, unknown>, name: string): CallFailure {
  const given = fieldOf(fieldOf(item, 'errors'), name);
  return { ...own, message: readText(given, 'message', own.message) ?? own.message };
}

/** The text in a field of what came back; `own` if there is no such field, or there was none before. */
function readText(given: unknown, key: string, own: string | undefined): string | undefined {
  const text = fieldOf(given, key);
  if (text === undefined || own === undefined) return own;
  if (typeof text === 'string') return text;
  throw invalidOutput(`"data.items" has an item with a "${key}" that is no text`);
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function mapValues<T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, map(value, name)]),
  );
}

/** What names a row, its numbers, and what failed. */
function withoutTexts(row: ResultRow): ResultRow {
  const { input: _i, expected: _e, output: _o, answer: _a, columns: _c, details, ...rest } = row;
  return withoutUndefined({
    ...rest,
    details:
      details && mapValues(details, ({ explanation: _x, ...numbers }): ScoreDetails => numbers),
  });
}
