import type { FilterResult } from '@testbench/types';

import { withoutUndefined } from '../config/without-undefined.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { withoutReplies } from '../judging/judgement.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import { invalidOutput, toFailure } from './call-failure.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { FilterStage } from './load-pipeline.js';

/**
 * Sends the results of one sample through the filter, in one call, which returns the results that count, with their texts.
 *
 * A row that the filter drops or cannot judge loses its texts: text that a filter should have redacted must not reach the results
 * because a call failed.
 */
export async function filterRows(
  filter: FilterStage,
  sample: Sample,
  options: EvaluateOptions,
  rows: readonly ResultRow[],
): Promise<ResultRow[]> {
  const judged = rows.filter((row) => row.failure === undefined && row.dropped === undefined);
  if (judged.length === 0) return rows.map((row) => withoutTexts(row, filter));
  try {
    const verdicts = await judge(filter, sample, options, judged);
    const filtered = rows.map((row) => {
      const verdict = verdicts.get(row);
      if (verdict === undefined) return withoutTexts(row, filter);
      return verdict.dropped === undefined ? verdict : withoutTexts(verdict, filter);
    });
    return filtered;
  } catch (error) {
    // It is unknown which rows would have been kept, so none counts.
    const { stage } = filter;
    const failure = { stage: stage.name, ...toFailure(stage, sample, options, error) };
    return rows.map((row) =>
      withoutTexts(verdictless(row) ? row : { ...unscored(row), failure }, filter),
    );
  }
}

/** Whether an earlier stage or filter has already decided about a row. */
function verdictless(row: ResultRow): boolean {
  return row.failure !== undefined || row.dropped !== undefined;
}

/** A row whose scores do not count. */
function unscored({ score: _score, passed: _passed, ...row }: ResultRow): ResultRow {
  return row;
}

/** The rows after the filter: rewritten, or with `dropped` set. */
async function judge(
  { stage }: FilterStage,
  sample: Sample,
  options: EvaluateOptions,
  rows: readonly ResultRow[],
): Promise<Map<ResultRow, ResultRow>> {
  const data = stage.handed({ items: rows.map((row) => toItem(row)), record: sample.row });
  const answer = await stage.call<FilterResult>(data, `${sample.index}`, options.signal);
  const result = answer.data;
  const verdicts = new Map<ResultRow, ResultRow>(rows.map((row) => [row, { ...row, dropped: {} }]));
  for (const { index, reason } of result.dropped ?? []) {
    const row = rows[index];
    if (row !== undefined && typeof reason === 'string') {
      verdicts.set(row, { ...row, dropped: { reason } });
    }
  }
  const left = new Set(rows);
  for (const item of result.items) {
    const row = rowOf(item, left);
    left.delete(row);
    verdicts.set(row, takeTexts(row, item as Record<string, unknown>));
  }
  // One call covers all cases of the record; the first of its rows gets the fuel.
  const [first] = rows;
  const verdict = verdicts.get(first!)!;
  verdicts.set(first!, {
    ...verdict,
    fuel: { ...verdict.fuel, [stage.name]: answer.fuelUsed },
  });
  return verdicts;
}

/** The one row that an item refers to: by its model, and by prompt, provider and epoch if the item has them. */
function rowOf(item: unknown, left: ReadonlySet<ResultRow>): ResultRow {
  const name = Object(item) as Partial<Record<(typeof NAME_FIELDS)[number], unknown>>;
  const found = [...left].filter(
    (row) =>
      row.model === name.model &&
      NAME_FIELDS.every((field) => !Object.hasOwn(name, field) || name[field] === row[field]),
  );
  if (found.length === 1) return found[0]!;
  throw invalidOutput(
    found.length === 0
      ? '"data.items" has an item that was not among those given'
      : '"data.items" has an item that does not say which case it is: keep its "prompt", "provider", "model" and "epoch"',
  );
}

const NAME_FIELDS = ['prompt', 'provider', 'model', 'epoch'] as const;

/** What a filter sees of a row. */
function toItem(row: ResultRow): object {
  const { index, id, prompt, provider, model, epoch, input, messages, expected } = row;
  const { output, answer, transcript, scores, score, passed, details, errors } = row;
  const values = Object.values(scores);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return withoutUndefined({
    index,
    id,
    prompt,
    provider,
    model,
    epoch,
    input,
    messages,
    expected,
    output,
    answer,
    transcript,
    scores,
    score: score ?? (values.length === 0 ? undefined : mean),
    passed,
    details,
    errors,
  });
}

/** A kept row with the texts that came back; its other texts stay as they were. */
function takeTexts(row: ResultRow, item: Record<string, unknown>): ResultRow {
  const output = readText(item, 'output', row.output);
  const rewritten = output !== row.output;
  const answer = readText(item, 'answer', row.answer);
  // Both reveal the original answer: if it was rewritten, they must be removed.
  const isStale = rewritten && answer === row.answer;
  const { details, errors } = row;
  return withoutUndefined({
    ...row,
    input: readText(item, 'input', row.input),
    expected: Object.hasOwn(item, 'expected') ? (item['expected'] ?? undefined) : row.expected,
    output,
    answer: isStale ? undefined : answer,
    toolCalls: rewritten ? undefined : row.toolCalls,
    transcript: takeTranscript(row.transcript, item['transcript'], rewritten),
    details: details && mapValues(details, (own, name) => takeDetails(own, item, name, rewritten)),
    errors: errors && mapValues(errors, (own, name) => takeMessage(own, item, name, rewritten)),
  });
}

/**
 * A transcript with the texts that came back, entry by entry; calls and results of tools stay only if nothing was rewritten: they may repeat what was
 * taken away. It is left out if the answer was rewritten and the transcript was not.
 */
function takeTranscript(
  own: ResultRow['transcript'],
  given: unknown,
  rewritten: boolean,
): ResultRow['transcript'] {
  if (own === undefined) return undefined;
  const entries = Array.isArray(given) && given.length === own.length ? given : [];
  const texts = own.map(({ content }, index) => readText(entries[index], 'content', content) ?? '');
  const isChanged = texts.some((text, index) => text !== own[index]!.content);
  if (!isChanged) return rewritten ? undefined : own;
  return own.map(({ toolCalls: _calls, ...entry }, index) => ({
    ...entry,
    content: texts[index]!,
  }));
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
  const reply = rewritten ? undefined : own.reply;
  const judgements = rewritten ? own.judgements && withoutReplies(own.judgements) : own.judgements;
  return withoutUndefined({
    ...own,
    explanation: isStale ? undefined : explanation,
    reply,
    judgements,
  });
}

function takeMessage(
  own: CallFailure,
  item: Record<string, unknown>,
  name: string,
  rewritten: boolean,
): CallFailure {
  const given = fieldOf(fieldOf(item, 'errors'), name);
  const { details, ...rest } = own;
  const message = readText(given, 'message', own.message) ?? own.message;
  // Details may repeat the answer.
  return withoutUndefined({ ...rest, message, details: rewritten ? undefined : details });
}

/** The text in a field of the returned item; `own` if the item has no such field, or the row had none before. */
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

/** The fields that identify a row, its numbers, and its failures. */
function withoutTexts(row: ResultRow, { droppedTexts }: FilterStage): ResultRow {
  if (droppedTexts && row.failure === undefined) return row;
  const {
    input: _i,
    messages: _m,
    expected: _e,
    output: _o,
    answer: _a,
    toolCalls: _t,
    transcript: _s,
    columns: _c,
    attachments: _f,
    ...rest
  } = row;
  const { details, errors } = row;
  return withoutUndefined({
    ...rest,
    details: details && mapValues(details, numbersOf),
    errors: errors && mapValues(errors, ({ details: _d, ...error }): CallFailure => error),
  });
}

function numbersOf({
  explanation: _x,
  reply: _r,
  judgements,
  ...rest
}: ScoreDetails): ScoreDetails {
  return judgements === undefined ? rest : { ...rest, judgements: withoutReplies(judgements) };
}
