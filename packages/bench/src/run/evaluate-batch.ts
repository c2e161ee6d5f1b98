import type { BatchResult, PipelineItem } from '@testbench/core';
import type { EvaluatorResult, ProviderResult } from '@testbench/types';
import { CallError } from '@testbench/types/errors';

import type { Sample } from '../dataset/selection/read-sample.js';
import type { ResultRow } from '../results/result-row.js';
import { cancelled, toFailure } from './call-failure.js';
import { CasePipeline } from './case-pipeline.js';
import { haveSameParameters } from './provider-input.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { filterRows } from './filter-rows.js';
import { judgeCase } from './judge-case.js';
import type { EvaluatorStage } from './load-pipeline.js';
import type { PreparedRun } from './prepare-run.js';
import {
  beginRow,
  type Draft,
  finishRow,
  readText,
  renderPrompt,
  takeAnswer,
  takeVerdicts,
  toVerdict,
  type Verdict,
} from './row-draft.js';
import type { RunCase } from './run-cases.js';
import type { BenchSystem, Stage } from './stage.js';

/** The rows of one record, or the reason why it has none. */
export type RecordOutcome = { readonly rows: readonly ResultRow[] } | { readonly error: unknown };

/** A case being evaluated. */
interface CaseInFlight {
  /** Number of its record in the batch. */
  readonly record: number;
  readonly case: RunCase;
  readonly draft: Draft;
  /** Set once it is known. */
  row?: ResultRow;
}

type Begun = Map<
  CasePipeline,
  { readonly flights: CaseInFlight[]; readonly items: PipelineItem[] }
>;

/**
 * Evaluates many records at a time, if no stage waits for anything: each record goes to the plugins once and comes back as rows,
 * identical to those of `evaluateRecord`.
 */
export class BatchEvaluator {
  readonly #execute: NonNullable<BenchSystem['executePipeline']>;
  /** By provider and model. */
  readonly #pipelines = new Map<RunCase['model'], CasePipeline>();

  private constructor(execute: NonNullable<BenchSystem['executePipeline']>) {
    this.#execute = execute;
  }

  /** @returns Undefined if records have to go one by one: a stage waits, records name their own evaluators, prompts or records have their own parameters, an
   * evaluator gets a field of the record as `tool_calls`, answers come from an earlier run, or cases have tools or further turns. */
  static for({ config, pipeline }: PreparedRun, system: BenchSystem): BatchEvaluator | undefined {
    if (system.executePipeline === undefined || pipeline.recordStages !== undefined)
      return undefined;
    // Files belong to one call.
    if (config.dataset.attachments !== undefined) return undefined;
    if (pipeline.stages.some(({ waits }) => waits)) return undefined;
    if (!haveSameParameters(pipeline.prompts, config.dataset.fields)) return undefined;
    const { turns, tools = pipeline.tools } = config.dataset.fields;
    if ((turns ?? tools ?? pipeline.conversation) !== undefined) return undefined;
    if (config.evaluators.some(({ per }) => per === 'turn')) return undefined;
    // Such a field replaces the model's own tool calls, or else takes a separate place: a pipeline has only one place.
    if (pipeline.evaluators.some(isGivenToolCalls)) return undefined;
    if (pipeline.providers.some(({ replay }) => replay !== undefined)) return undefined;
    return new BatchEvaluator((...call) => system.executePipeline!(...call));
  }

  /** @returns One outcome per record, in order. */
  async evaluate(samples: readonly Sample[], options: EvaluateOptions): Promise<RecordOutcome[]> {
    const failed = new Map<number, unknown>();
    const begun: Begun = new Map();
    const cases = samples.map((sample, record): CaseInFlight[] => {
      try {
        return this.#begin(sample, record, options, begun);
      } catch (error) {
        failed.set(record, error);
        return [];
      }
    });
    const { signal } = options;
    await Promise.all(
      Array.from(begun, async ([pipeline, { flights, items }]) => {
        const results = await this.#run(pipeline, items, signal);
        for (const [index, flight] of flights.entries()) {
          if (failed.has(flight.record)) continue;
          try {
            const sample = samples[flight.record]!;
            const result = results[index]!;
            flight.row = score(flight, sample, result, options);
          } catch (error) {
            failed.set(flight.record, error);
          }
        }
      }),
    );
    const { filters } = options.pipeline;
    const outcomes = cases.map((made, record): RecordOutcome => {
      if (failed.has(record)) return { error: failed.get(record) };
      return { rows: made.map(({ row }) => row!) };
    });
    if (filters.length === 0) return outcomes;
    return await Promise.all(
      outcomes.map(async (outcome, record) => {
        if ('error' in outcome) return outcome;
        try {
          let rows = [...outcome.rows];
          for (const filter of filters) {
            rows = await filterRows(filter, samples[record]!, options, rows);
          }
          return { rows };
        } catch (error) {
          return { error };
        }
      }),
    );
  }

  async #run(
    { stages }: CasePipeline,
    items: readonly PipelineItem[],
    signal: AbortSignal,
  ): Promise<readonly (readonly (BatchResult | undefined)[])[]> {
    try {
      return await this.#execute(stages, items, { signal });
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    }
  }

  #begin(sample: Sample, record: number, options: EvaluateOptions, begun: Begun): CaseInFlight[] {
    let text: string | undefined;
    const row = (): string => (text ??= JSON.stringify(sample.row));
    const cases = options.cases.map((one) => {
      const asked = renderPrompt(one.prompt, sample);
      const pipeline = this.#pipelineOf(one, options);
      return { one, asked, pipeline, item: pipeline.item(sample, one, asked, row) };
    });
    // Only after this check: a record that lacks a field is not asked at all.
    return cases.map(({ one, asked, pipeline, item }) => {
      const draft = beginRow(sample, one, asked);
      let batch = begun.get(pipeline);
      if (batch === undefined) {
        batch = { flights: [], items: [] };
        begun.set(pipeline, batch);
      }
      const flight: CaseInFlight = { record, case: one, draft };
      batch.flights.push(flight);
      batch.items.push(item);
      return flight;
    });
  }

  #pipelineOf({ provider, model }: RunCase, { pipeline }: EvaluateOptions): CasePipeline {
    let found = this.#pipelines.get(model);
    if (found === undefined) {
      found = new CasePipeline(provider, model, pipeline);
      this.#pipelines.set(model, found);
    }
    return found;
  }
}

function isGivenToolCalls({ fields }: EvaluatorStage): boolean {
  return fields.some(([name]) => name === 'tool_calls');
}

/** Makes the row of a case from its outcome. @throws Like `toFailure`. */
function score(
  { case: { provider }, draft }: CaseInFlight,
  sample: Sample,
  results: readonly (BatchResult | undefined)[],
  options: EvaluateOptions,
): ResultRow {
  const { pipeline, evaluators, onError } = options;
  const { transforms } = pipeline;
  let stage = provider.stage;
  let name = 'provider';
  let given: string | undefined;
  let isAnswered = false;
  try {
    given = takeAnswer(draft, take(draft, stage, name, results[0]) as ProviderResult);
    let answer = given;
    for (const [index, transform] of transforms.entries()) {
      stage = transform;
      name = stage.name;
      answer = readText(take(draft, stage, name, results[1 + index]));
    }
    draft.output = answer;
    if (answer !== given) draft.answer = given;
    isAnswered = true;
  } catch (error) {
    if (given !== undefined) draft.answer = given;
    draft.failure = { stage: name, ...toFailure(stage, sample, options, error) };
  }
  if (isAnswered) {
    const verdicts = pipeline.evaluators.map((evaluator, index): Verdict => {
      const result = results[1 + transforms.length + index];
      try {
        const said = take(draft, evaluator.stage, evaluator.config.name, result);
        return toVerdict(evaluator.stage, said as EvaluatorResult);
      } catch (error) {
        return { failure: toFailure(evaluator.stage, sample, options, error) };
      }
    });
    takeVerdicts(draft, verdicts, pipeline.evaluators);
  }
  judgeCase(draft, evaluators, onError);
  return finishRow(draft);
}

/** Returns the result of a call, and notes its usage. @throws The error of a failed call. */
function take(draft: Draft, stage: Stage, name: string, result: BatchResult | undefined): unknown {
  if (result?.status === 'fulfilled') {
    const { data, metadata } = result.value;
    stage.addUsage(metadata);
    draft.fuel[name] = metadata.fuelUsed;
    return data;
  }
  const reason: unknown =
    result?.reason ?? new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled');
  if (reason instanceof CallError) stage.addUsage(reason.usage);
  throw reason;
}
