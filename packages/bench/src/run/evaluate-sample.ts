import {
  type EvaluatorResult,
  type ProviderResult,
  validateOutputData,
  WireError,
} from '@testbench/types';

import type { ResolvedModelConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { missingField, type Sample } from '../dataset/selection/read-sample.js';
import { selectField } from '../dataset/selection/select-field.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import { invalidOutput, toFailure } from './call-failure.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { filterRows } from './filter-rows.js';
import type { EvaluatorStage, Pipeline } from './load-pipeline.js';
import type { Stage } from './stage.js';

/**
 * Sends one sample to every model, and each answer through transforms and evaluators; then all of them
 * through the filter, in one call.
 *
 * The filter sees one sample at a time, so it can compare models but needs no memory for the whole run,
 * and its verdict does not hang on how the dataset is cut into shards.
 *
 * @returns One row for each model, in the order of `models`. A failed call is in the row, not thrown.
 * @throws {BenchError} `BENCH_DATASET_INVALID` if the record lacks a field that an evaluator is to get; `BENCH_CALL_FAILED` with
 *   `failFast`; `BENCH_CANCELLED`.
 */
export async function evaluateSample(
  pipeline: Pipeline,
  sample: Sample,
  options: EvaluateOptions,
): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  // Before the provider is asked, which may cost money.
  const fields = pipeline.evaluators.map((evaluator) => readFields(evaluator, sample));
  for (const model of options.models) {
    rows.push(await new SampleRun(pipeline, sample, options, model, fields).row());
  }
  const { filter } = pipeline;
  return filter === undefined ? rows : await filterRows(filter, sample, options, rows);
}

/** What an evaluator gets of the record besides the rest. */
function readFields({ path, fields }: EvaluatorStage, sample: Sample): object {
  const entries = fields.map(([name, field]) => {
    const value = selectField(sample.row, field);
    if (value === undefined) throw missingField(sample, field, `${path}.fields.${name}`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

/** The way of one sample with one model. */
class SampleRun {
  readonly #pipeline: Pipeline;
  readonly #sample: Sample;
  readonly #options: EvaluateOptions;
  readonly #model: ResolvedModelConfig;
  /** By evaluator. */
  readonly #fields: readonly object[];

  constructor(
    pipeline: Pipeline,
    sample: Sample,
    options: EvaluateOptions,
    model: ResolvedModelConfig,
    fields: readonly object[],
  ) {
    this.#pipeline = pipeline;
    this.#sample = sample;
    this.#options = options;
    this.#model = model;
    this.#fields = fields;
  }

  async row(): Promise<ResultRow> {
    const { index, line, id, group, columns, input, expected } = this.#sample;
    const model = this.#model.name;
    const head = withoutUndefined({ index, line, id, group, columns, model, input, expected });
    const answer = await this.#answer();
    if (typeof answer !== 'string') return { ...head, scores: {}, failure: answer };
    const output = await this.#transform(answer);
    if (typeof output !== 'string') return { ...head, answer, scores: {}, failure: output };
    const changed = output === answer ? {} : { answer };
    return { ...head, output, ...changed, ...(await this.#score(output)) };
  }

  async #answer(): Promise<string | NonNullable<ResultRow['failure']>> {
    const { provider } = this.#pipeline;
    const { input: prompt, messages, row: record } = this.#sample;
    const { name: model, parameters } = this.#model;
    const conversation = messages === undefined ? {} : { messages };
    const data = { ...parameters, model, prompt, ...conversation, record };
    try {
      return (await this.#call<ProviderResult>(provider, data)).text;
    } catch (error) {
      return { stage: provider.name, ...this.#toFailure(provider, error) };
    }
  }

  async #transform(answer: string): Promise<string | NonNullable<ResultRow['failure']>> {
    let text = answer;
    for (const stage of this.#pipeline.transforms) {
      try {
        const data = await this.#call<unknown>(stage, { text, record: this.#sample.row });
        text = readText(data);
      } catch (error) {
        return { stage: stage.name, ...this.#toFailure(stage, error) };
      }
    }
    return text;
  }

  async #score(output: string): Promise<Pick<ResultRow, 'scores' | 'details' | 'errors'>> {
    const { input, expected, row: record } = this.#sample;
    const scores: [string, number][] = [];
    const details: [string, ScoreDetails][] = [];
    const errors: [string, CallFailure][] = [];
    const common = { input, output, ...(expected === undefined ? {} : { expected }) };
    for (const [index, { stage }] of this.#pipeline.evaluators.entries()) {
      try {
        const data = { ...common, ...this.#fields[index], record };
        const result = await this.#call<EvaluatorResult>(stage, data);
        if (stage.plugin.metadata.pluginType === 'custom') checkScore(result);
        const { score, metrics, explanation, confidence } = result;
        scores.push([stage.name, score]);
        const more = withoutUndefined({ metrics, explanation, confidence });
        if (Object.keys(more).length > 0) details.push([stage.name, more]);
      } catch (error) {
        errors.push([stage.name, this.#toFailure(stage, error)]);
      }
    }
    return {
      scores: Object.fromEntries(scores),
      ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
      ...(errors.length === 0 ? {} : { errors: Object.fromEntries(errors) }),
    };
  }

  async #call<Data>(stage: Stage, data: unknown): Promise<Data> {
    const requestId = `${this.#sample.index}/${this.#model.name}`;
    return await stage.call<Data>(data, requestId, this.#options.signal);
  }

  #toFailure(stage: Stage, error: unknown): CallFailure {
    return toFailure(stage, this.#sample, this.#options, error);
  }
}

/** A custom plugin may give anything; in the place of an evaluator it has to give what an evaluator gives. */
function checkScore(result: unknown): void {
  try {
    validateOutputData('evaluator', result);
  } catch (error) {
    throw error instanceof WireError ? invalidOutput(error.message) : error;
  }
}

/** The text that a transform gave: in an object, or bare. */
function readText(data: unknown): string {
  if (typeof data === 'string') return data;
  const text = (data as { text?: unknown } | null)?.text;
  if (typeof text === 'string') return text;
  const fields = typeof data === 'object' && data !== null ? Object.keys(data).slice(0, 20) : [];
  throw invalidOutput(
    `expected an object with a text in "data.text", its fields: ${fields.join(', ') || 'none'}`,
  );
}
