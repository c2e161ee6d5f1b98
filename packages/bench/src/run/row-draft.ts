import { type EvaluatorResult, type ProviderResult, validateOutputData } from '@testbench/types';
import { WireError } from '@testbench/types/errors';
import { readToolCalls, type ToolCall } from '@testbench/types/tools';

import { readTokenUsage } from '../calls/token-usage.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { invalidRecord } from '../dataset/dataset-error.js';
import { missingField, type Sample } from '../dataset/selection/read-sample.js';
import { selectField } from '../dataset/selection/select-field.js';
import { readJudgements } from '../judging/judgement.js';
import { TemplateError } from '../prompts/parse-template.js';
import type { Prompt, PromptContent } from '../prompts/prompt.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import { setOwn } from '../set-own.js';
import { invalidOutput } from './call-failure.js';
import type { EvaluatorStage } from './load-pipeline.js';
import type { RunCase } from './run-cases.js';
import type { Stage } from './stage.js';

/** A row that is being made. */
export type Draft = { -readonly [Key in keyof ResultRow]: ResultRow[Key] } & {
  /** Fuel of stages whose calls depend only on their input. */
  readonly fuel: Record<string, number>;
  /** Fuel of stages that wait for a network, which depends on what servers send. */
  readonly paidFuel: Record<string, number>;
};

/** The score of an evaluator for an answer. */
export interface ScoreVerdict {
  readonly score: number;
  readonly details: ScoreDetails | undefined;
}

/** The result of an evaluator for an answer. */
export type Verdict = ScoreVerdict | { readonly failure: CallFailure };

/** The additional record fields that an evaluator gets. @throws {BenchError} `BENCH_DATASET_INVALID`. */
export function readFields({ path, fields }: EvaluatorStage, sample: Sample): object {
  const entries = fields.map(([name, field]) => {
    const value = selectField(sample.row, field);
    if (value === undefined) {
      throw missingField(sample, field, `${path}.fields.${name}`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

/** @throws {BenchError} `BENCH_DATASET_INVALID`: the record lacks a field of the template, or the prompt becomes too long. */
export function renderPrompt(prompt: Prompt, sample: Sample): PromptContent {
  try {
    return prompt.render(sample);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    const state = `prompt ${JSON.stringify(prompt.name)}: ${cause.message}`;
    throw invalidRecord(sample, state, cause);
  }
}

/** The row of a case before any plugin is called. */
export function beginRow(
  { index, id, line, group, columns, expected }: Sample,
  { prompt, provider, model, epoch }: RunCase,
  asked: PromptContent,
): Draft {
  // Fields in the order of the row's JSON, one by one: copies of objects take longer than everything else here.
  const draft: Omit<Draft, 'scores'> & { scores?: Draft['scores'] } = {
    fuel: {},
    paidFuel: {},
    index,
    id,
    line,
    prompt: prompt.name,
    provider: provider.config.name,
    model: model.name,
    epoch,
  };
  if (group !== undefined) draft.group = group;
  if (columns !== undefined) draft.columns = columns;
  if ('messages' in asked) draft.messages = asked.messages;
  else draft.input = asked.prompt;
  if (expected !== undefined && expected !== null) draft.expected = expected;
  draft.scores = {};
  return draft as Draft;
}

/** Names a case in the logs of plugins. */
export function requestIdOf(
  { index }: Sample,
  { prompt, provider, model, epoch }: RunCase,
): string {
  return `${index}/${prompt.name}/${provider.config.name}/${model.name}/${epoch}`;
}

/** Copies what a provider says in addition to its text. @returns The text. */
export function takeAnswer(
  draft: Draft,
  answer: Pick<ProviderResult, 'text' | 'usage' | 'finish_reason'>,
): string {
  const usage = readTokenUsage(answer.usage);
  if (answer.finish_reason !== undefined) draft.finishReason = answer.finish_reason;
  if (usage !== undefined) draft.usage = usage;
  const toolCalls = toolCallsOf(answer);
  if (toolCalls !== undefined) draft.toolCalls = toolCalls;
  return answer.text;
}

/** Tools that a model wants to be called. @throws {CallError} `CALL_INVALID_OUTPUT`. */
export function toolCallsOf(answer: object): readonly ToolCall[] | undefined {
  try {
    return readToolCalls(answer);
  } catch (error) {
    throw error instanceof WireError ? invalidOutput(error.message) : error;
  }
}

/** @throws {CallError} `CALL_INVALID_OUTPUT` if it is not what an evaluator gives. */
export function toVerdict(stage: Stage, result: EvaluatorResult): ScoreVerdict {
  if (stage.plugin.metadata.pluginType === 'custom') checkScore(result);
  return { score: result.score, details: detailsOf(result) };
}

/** Copies the verdicts of evaluators, in order. */
export function takeVerdicts(
  draft: Draft,
  verdicts: readonly Verdict[],
  evaluators: readonly EvaluatorStage[],
): void {
  const scores: Record<string, number> = {};
  let details: Record<string, ScoreDetails> | undefined;
  let errors: Record<string, CallFailure> | undefined;
  for (const [index, verdict] of verdicts.entries()) {
    const { name } = evaluators[index]!.config;
    if ('failure' in verdict) setOwn((errors ??= {}), name, verdict.failure);
    else {
      setOwn(scores, name, verdict.score);
      if (verdict.details !== undefined) setOwn((details ??= {}), name, verdict.details);
    }
  }
  draft.scores = scores;
  if (details !== undefined) draft.details = details;
  if (errors !== undefined) draft.errors = errors;
}

/** Finishes a row, with its usage after its results. */
export function finishRow({ fuel, paidFuel, measured, ...rest }: Draft): ResultRow {
  const row: { -readonly [Key in keyof ResultRow]: ResultRow[Key] } = rest;
  if (!isEmpty(fuel)) row.fuel = fuel;
  if (!isEmpty(paidFuel)) row.measured = { ...measured, fuel: paidFuel };
  else if (measured !== undefined) row.measured = measured;
  return row;
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

/** What an evaluator said in addition to its score. */
function detailsOf(result: EvaluatorResult): ScoreDetails | undefined {
  const { metrics, explanation, confidence } = result;
  const { judgements: given } = result as { readonly judgements?: unknown };
  const judgements = readJudgements(given, invalidOutput);
  if ((metrics ?? explanation ?? confidence ?? judgements) === undefined) return undefined;
  // Most evaluators give metrics only, for each row.
  return (explanation ?? confidence ?? judgements) === undefined
    ? { metrics: metrics! }
    : withoutUndefined({ metrics, explanation, confidence, judgements });
}

/** A custom plugin may return anything; used as an evaluator, it must return the result of an evaluator. */
function checkScore(result: unknown): void {
  try {
    validateOutputData('evaluator', result);
  } catch (error) {
    throw error instanceof WireError ? invalidOutput(error.message) : error;
  }
}

/** The text that a transform returned: in an object, or bare. @throws {CallError} `CALL_INVALID_OUTPUT` if there is none. */
export function readText(data: unknown): string {
  if (typeof data === 'string') return data;
  const text = (data as { text?: unknown } | null)?.text;
  if (typeof text === 'string') return text;
  const fields = typeof data === 'object' && data !== null ? Object.keys(data).slice(0, 20) : [];
  throw invalidOutput(
    `expected an object with a text in "data.text", its fields: ${fields.join(', ') || 'none'}`,
  );
}
