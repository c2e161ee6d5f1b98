import {
  CallError,
  type EvaluatorResult,
  type FilterResult,
  PluginError,
  type ProviderResult,
} from '@testbench/types';

import { withoutUndefined } from '../config/without-undefined.js';
import type { Sample } from '../dataset/read-samples.js';
import { BenchError } from '../errors.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import type { Pipeline } from './load-pipeline.js';
import type { Stage } from './stage.js';

/** How samples are evaluated. */
export interface EvaluateOptions {
  readonly models: readonly string[];
  /** Further fields of the provider's input. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Throw at the first failed call. */
  readonly failFast: boolean;
  readonly signal: AbortSignal;
}

/**
 * Sends one sample to every model, and each answer through transforms and evaluators; then all of them
 * through the filter, in one call.
 *
 * The filter sees one sample at a time, so it can compare models but needs no memory for the whole run,
 * and its verdict does not hang on how the dataset is cut into shards.
 *
 * @returns One row for each model, in the order of `models`. A failed call is in the row, not thrown.
 * @throws {BenchError} `BENCH_CALL_FAILED` with `failFast`; `BENCH_CANCELLED`.
 */
export async function evaluateSample(
  pipeline: Pipeline,
  sample: Sample,
  options: EvaluateOptions,
): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for (const model of options.models) {
    rows.push(await new SampleRun(pipeline, sample, options, model).row());
  }
  return await applyFilter(pipeline, sample, options, rows);
}

/** The way of one sample with one model. */
class SampleRun {
  constructor(
    private readonly pipeline: Pipeline,
    private readonly sample: Sample,
    private readonly options: EvaluateOptions,
    private readonly model: string,
  ) {}

  async row(): Promise<ResultRow> {
    const { index, line, input, expected } = this.sample;
    const head = withoutUndefined({ index, line, model: this.model, input, expected });
    const answer = await this.#answer();
    if (typeof answer !== 'string') return { ...head, scores: {}, failure: answer };
    const output = await this.#transform(answer);
    if (typeof output !== 'string') return { ...head, answer, scores: {}, failure: output };
    const changed = output === answer ? {} : { answer };
    return { ...head, output, ...changed, ...(await this.#score(output)) };
  }

  async #answer(): Promise<string | NonNullable<ResultRow['failure']>> {
    const { provider } = this.pipeline;
    const { input: prompt, row: record } = this.sample;
    const data = { ...this.options.parameters, model: this.model, prompt, record };
    try {
      return (await this.#call<ProviderResult>(provider, data)).text;
    } catch (error) {
      return { stage: provider.name, ...this.#toFailure(provider, error) };
    }
  }

  async #transform(answer: string): Promise<string | NonNullable<ResultRow['failure']>> {
    let text = answer;
    for (const stage of this.pipeline.transforms) {
      try {
        const data = await this.#call<unknown>(stage, { text, record: this.sample.row });
        text = readText(data);
      } catch (error) {
        return { stage: stage.name, ...this.#toFailure(stage, error) };
      }
    }
    return text;
  }

  async #score(output: string): Promise<Pick<ResultRow, 'scores' | 'details' | 'errors'>> {
    const { input, expected, row: record } = this.sample;
    const scores: [string, number][] = [];
    const details: [string, ScoreDetails][] = [];
    const errors: [string, CallFailure][] = [];
    for (const stage of this.pipeline.evaluators) {
      try {
        const data = { input, output, ...(expected === undefined ? {} : { expected }), record };
        const { score, metrics, explanation, confidence } = await this.#call<EvaluatorResult>(
          stage,
          data,
        );
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
    const requestId = `${this.sample.index}/${this.model}`;
    return await stage.call<Data>(data, requestId, this.options.signal);
  }

  #toFailure(stage: Stage, error: unknown): CallFailure {
    return toFailure(stage, this.sample, this.options, error);
  }
}

async function applyFilter(
  pipeline: Pipeline,
  sample: Sample,
  options: EvaluateOptions,
  rows: readonly ResultRow[],
): Promise<ResultRow[]> {
  const { filter } = pipeline;
  const judged = rows.filter((row) => row.failure === undefined);
  if (filter === undefined || judged.length === 0) return [...rows];
  const items = judged.map(({ index, model, input, expected, output, scores }) =>
    withoutUndefined({ index, model, input, expected, output, scores }),
  );
  try {
    const data = { items, record: sample.row };
    const result = await filter.call<FilterResult>(data, `${sample.index}`, options.signal);
    const dropped = readDropped(result, judged);
    return rows.map((row) => {
      const verdict = dropped.get(row.model);
      return verdict === undefined ? row : { ...row, dropped: verdict };
    });
  } catch (error) {
    // Nobody knows which rows would have stayed, so none of them counts.
    const failure = { stage: filter.name, ...toFailure(filter, sample, options, error) };
    return rows.map((row) => (row.failure === undefined ? { ...row, failure } : row));
  }
}

/** Which models' rows the filter dropped. Kept items are known by their `model`, so a filter must not rewrite that. */
function readDropped(
  result: FilterResult,
  rows: readonly ResultRow[],
): Map<string, NonNullable<ResultRow['dropped']>> {
  const dropped = new Map<string, { reason?: string }>(rows.map((row) => [row.model, {}]));
  for (const item of result.items) {
    const model = (item as { model?: unknown } | null)?.model;
    if (typeof model !== 'string' || !dropped.delete(model)) {
      throw invalidOutput('"data.items" has an item that was not among those given');
    }
  }
  for (const { index, reason } of result.dropped ?? []) {
    const entry = dropped.get(rows[index]?.model ?? '');
    if (entry !== undefined && typeof reason === 'string') entry.reason = reason;
  }
  return dropped;
}

function readText(data: unknown): string {
  const text = (data as { text?: unknown } | null)?.text;
  if (typeof text !== 'string')
    throw invalidOutput('expected an object with a text in "data.text"');
  return text;
}

/** The plugin kept to the general contract, but not to what the bench asks at this place. */
function invalidOutput(state: string): CallError {
  return new CallError('CALL_INVALID_OUTPUT', `Cannot use the output: ${state}`);
}

/** Turns a failed call into data; anything that is not the plugin's doing goes on upwards. */
function toFailure(
  stage: Stage,
  sample: Sample,
  options: EvaluateOptions,
  error: unknown,
): CallFailure {
  if (options.signal.aborted) throw cancelled();
  if (!PluginError.is(error) || FATAL_CODES.has(error.code)) throw error;
  const { code, message } = error;
  if (options.failFast) {
    throw new BenchError(
      'BENCH_CALL_FAILED',
      `Cannot evaluate record ${sample.index} (line ${sample.line}): ${stage.name} failed with ${code}: ${message}`,
      { cause: error, line: sample.line },
    );
  }
  return { code, message };
}

/** Codes that say that no later call can work either. */
const FATAL_CODES: ReadonlySet<string> = new Set(['CALL_NOT_FOUND', 'CALL_SHUT_DOWN']);

/** The error of a run that was cancelled. */
export function cancelled(): BenchError {
  return new BenchError('BENCH_CANCELLED', 'Cannot finish the benchmark: it was cancelled');
}
