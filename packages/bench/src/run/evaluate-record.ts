import type { EvaluatorResult, ProviderResult } from '@testbench/types';

import { type AttachmentOutcome, attachedFiles } from '../attachments/attached-files.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import type { TokenUsage } from '../calls/token-usage.js';
import { isSameModel, judgeModels } from '../judging/self-judging.js';
import type { PromptContent } from '../prompts/prompt.js';
import type { BenchError } from '../errors.js';
import { ReplayedFailure } from '../replay/replay-run.js';
import type { CallFailure, CallMeasured, ResultRow } from '../results/result-row.js';
import { toFailure } from './call-failure.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { filterRows } from './filter-rows.js';
import type { EvaluatorStage } from './load-pipeline.js';
import { judgeCase } from './judge-case.js';
import { PaidFailure } from './paid-stages.js';
import { providerInput } from './provider-input.js';
import {
  beginRow,
  type Draft,
  finishRow,
  readFields,
  readText,
  renderPrompt,
  requestIdOf,
  takeAnswer,
  takeVerdicts,
  toVerdict,
  type Verdict,
} from './row-draft.js';
import { caseKey, type RunCase } from './run-cases.js';
import type { Stage } from './stage.js';

/**
 * Asks all cases of one record, and sends each answer through transforms and evaluators; then sends all of them
 * through the filters, one call per filter.
 *
 * A filter sees one record at a time, so it can compare models without memory for the whole run,
 * and its verdict does not depend on how the dataset is cut into shards.
 *
 * @param known Rows of the record that need not be made again, by `caseKey`.
 * @returns One row per case, in order. A failed call is recorded in the row, not thrown.
 * @throws {BenchError} `BENCH_DATASET_INVALID` if the record lacks a field that an evaluator needs; `BENCH_CALL_FAILED` with
 *   `failFast`; `BENCH_CANCELLED`.
 */
export async function evaluateRecord(
  sample: Sample,
  options: EvaluateOptions,
  known: ReadonlyMap<string, ResultRow> = NONE,
): Promise<ResultRow[]> {
  const { pipeline, cases } = options;
  // Before a provider is asked, which may cost money.
  const own = (await pipeline.recordStages?.of(sample)) ?? [];
  const evaluators = own.length === 0 ? pipeline.evaluators : [...pipeline.evaluators, ...own];
  const scoring = scoringOf(evaluators, sample);
  return await withAttachments(sample, async (files) => {
    const runs = cases.map(
      async (one) =>
        (known.size === 0 ? undefined : known.get(keyOfCase(one))) ??
        (await new CaseRun(sample, options, one, scoring, files).row()),
    );
    let rows = await waitForAll(runs, options);
    for (const filter of pipeline.filters) rows = await filterRows(filter, sample, options, rows);
    await options.keepImages?.(files, rows);
    return rows;
  });
}

/** Runs `work` with the attachments of a record in memory. */
export async function withAttachments<T>(
  { attachments }: Sample,
  work: (files: AttachmentOutcome) => Promise<T>,
): Promise<T> {
  return attachments === undefined ? await work(NO_FILES) : await attachments.use(work);
}

const NO_FILES: AttachmentOutcome = { attachments: [] };

function scoringOf(evaluators: readonly EvaluatorStage[], sample: Sample): Scoring[] {
  return evaluators.map((evaluator) => ({ evaluator, fields: readFields(evaluator, sample) }));
}

const NONE: ReadonlyMap<string, ResultRow> = new Map();

function keyOfCase({ prompt, provider, model, epoch }: RunCase): string {
  return caseKey({
    prompt: prompt.name,
    provider: provider.config.name,
    model: model.name,
    epoch,
  });
}

/** Nothing continues in the background: the first failure stops the others, and is thrown once they have ended. */
async function waitForAll<T>(runs: readonly Promise<T>[], { fail }: EvaluateOptions): Promise<T[]> {
  if (runs.length === 1) return [await runs[0]!];
  for (const run of runs) run.catch(fail);
  const settled = await Promise.allSettled(runs);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** The stage of a failure before any plugin is called. */
const ATTACHMENTS = 'attachments';

/** An evaluator, and the additional record fields that it gets. */
interface Scoring {
  readonly evaluator: EvaluatorStage;
  readonly fields: object;
}

/** Evaluates one record with one prompt, provider, model and epoch. */
export class CaseRun {
  readonly #sample: Sample;
  readonly #options: EvaluateOptions;
  readonly #case: RunCase;
  readonly #scoring: readonly Scoring[];
  readonly #files: AttachmentOutcome;

  constructor(
    sample: Sample,
    options: EvaluateOptions,
    runCase: RunCase,
    scoring: readonly Scoring[],
    files: AttachmentOutcome,
  ) {
    this.#files = files;
    this.#sample = sample;
    this.#options = options;
    this.#case = runCase;
    this.#scoring = scoring;
  }

  /** Scores an existing answer, and keeps the scores of evaluators that are not asked. */
  async scoreAgain(row: ResultRow): Promise<ResultRow> {
    if (row.failure !== undefined || row.output === undefined) return row;
    if ('error' in this.#files) {
      return { ...row, failure: { stage: ATTACHMENTS, ...this.#toFileFailure(this.#files.error) } };
    }
    const { pipeline, evaluators, onError } = this.#options;
    const asked = new Set(pipeline.evaluators.map(({ config }) => config.name));
    const kept = new Set(evaluators.map(({ name }) => name).filter((name) => !asked.has(name)));
    const pick = <T>(values: Readonly<Record<string, T>> | undefined): Record<string, T> =>
      Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => kept.has(name)));
    const pickFuel = (fuel: ResultRow['fuel']): Record<string, number> =>
      Object.fromEntries(
        Object.entries(fuel ?? {}).filter(
          ([name]) => kept.has(name) || name === 'provider' || name.startsWith('transforms['),
        ),
      );
    const { score: _score, passed: _passed, details, errors, fuel, measured, ...rest } = row;
    const judges = pick(measured?.judges);
    const { fuel: paidFuel, judges: _judges, ...calls } = measured ?? {};
    const kinds = { ...calls, ...(Object.keys(judges).length === 0 ? {} : { judges }) };
    const draft: Draft = {
      ...rest,
      scores: {},
      fuel: pickFuel(fuel),
      paidFuel: pickFuel(paidFuel),
      ...(Object.keys(kinds).length === 0 ? {} : { measured: kinds }),
    };
    await this.#score(draft);
    draft.scores = { ...pick(row.scores), ...draft.scores };
    const allDetails = { ...pick(details), ...draft.details };
    const allErrors = { ...pick(errors), ...draft.errors };
    if (Object.keys(allDetails).length > 0) draft.details = allDetails;
    if (Object.keys(allErrors).length > 0) draft.errors = allErrors;
    judgeCase(draft, evaluators, onError);
    return finishRow(draft);
  }

  async row(): Promise<ResultRow> {
    const asked = renderPrompt(this.#case.prompt, this.#sample);
    const draft = beginRow(this.#sample, this.#case, asked);
    if ('error' in this.#files) {
      draft.failure = { stage: ATTACHMENTS, ...this.#toFileFailure(this.#files.error) };
    } else if (this.#files.attachments.length > 0) {
      draft.attachments = this.#files.attachments.map(({ facts }) => facts);
    }
    if (draft.failure === undefined && (await this.#answer(draft, asked))) {
      await this.#score(draft);
    }
    const { evaluators, onError } = this.#options;
    // A record's own evaluators count like those of the configuration.
    const judging =
      this.#scoring.length === evaluators.length
        ? evaluators
        : this.#scoring.map(({ evaluator }) => evaluator.config);
    judgeCase(draft, judging, onError);
    return finishRow(draft);
  }

  /** Sets `output` and the fields that belong to it, or `failure`. @returns True if there is something to score. */
  async #answer(draft: Draft, asked: PromptContent): Promise<boolean> {
    const { provider } = this.#case;
    const { row: record } = this.#sample;
    const data = providerInput(this.#sample, this.#case, asked);
    let stage = provider.stage;
    let name = 'provider';
    let given: string | undefined;
    try {
      const replayed = provider.replay?.answer(this.#sample, this.#case, asked);
      if (replayed?.fuel !== undefined) draft.fuel[name] = replayed.fuel;
      const answer = replayed ?? (await this.#call<ProviderResult>(draft, stage, name, data));
      given = takeAnswer(draft, answer);
      let text = given;
      for (stage of this.#options.pipeline.transforms) {
        name = stage.name;
        text = readText(await this.#call<unknown>(draft, stage, name, { text, record }));
      }
      draft.output = text;
      if (text !== given) draft.answer = given;
      return true;
    } catch (error) {
      if (given !== undefined) draft.answer = given;
      draft.failure =
        error instanceof ReplayedFailure
          ? error.failure
          : { stage: name, ...this.#toFailure(stage, error) };
      return false;
    }
  }

  /** Asks the evaluators concurrently; those whose score the row already has are not asked. */
  async #score(draft: Draft): Promise<void> {
    const evaluators = this.#scoring.map(({ evaluator }) => evaluator);
    const { input, messages, expected } = this.#sample;
    const common = {
      input: messages ?? input,
      output: draft.output,
      ...(draft.toolCalls === undefined ? {} : { tool_calls: draft.toolCalls }),
      ...(expected === undefined ? {} : { expected }),
    };
    const { paid } = this.#options;
    // Judges run concurrently; the other evaluators' calls are batched with those of other records, and need less memory one at a time.
    const asked = new Map<number, Promise<Verdict>>();
    for (const [index, { stage }] of evaluators.entries()) {
      if (!paid.has(stage)) continue;
      const verdict = this.#ask(draft, index, common);
      // A failure may end the run while other verdicts are pending.
      verdict.catch(this.#options.fail);
      asked.set(index, verdict);
    }
    const results: Verdict[] = [];
    for (let index = 0; index < evaluators.length; index += 1) {
      if (!asked.has(index)) results[index] = await this.#ask(draft, index, common);
    }
    if (asked.size > 0) {
      const judged = await waitForAll([...asked.values()], this.#options);
      for (const [at, index] of [...asked.keys()].entries()) results[index] = judged[at]!;
    }
    takeVerdicts(draft, results, evaluators);
  }

  async #ask(draft: Draft, index: number, common: object): Promise<Verdict> {
    const { evaluator, fields } = this.#scoring[index]!;
    const { stage, config } = evaluator;
    try {
      const data = { ...common, ...fields, record: this.#sample.row };
      const result = await this.#call<EvaluatorResult>(draft, stage, config.name, data);
      const verdict = toVerdict(stage, result);
      if (!this.#isJudgedByItself(stage)) return verdict;
      return { ...verdict, details: { ...verdict.details, selfJudged: true } };
    } catch (error) {
      return { failure: this.#toFailure(stage, error) };
    }
  }

  /** True if the model that answered is among those that the stage asks. */
  #isJudgedByItself(stage: Stage): boolean {
    const { name } = this.#case.model;
    return stage.waits && judgeModels(stage.config).some((judge) => isSameModel(judge.name, name));
  }

  async #call<Data>(draft: Draft, stage: Stage, name: string, all: object): Promise<Data> {
    const files = attachedFiles(stage, this.#files);
    const data = stage.handed(files === undefined ? all : { ...all, attachments: files.described });
    const attachments = files?.attachments;
    const { epoch } = this.#case;
    const { paid, signal } = this.#options;
    const requestId = requestIdOf(this.#sample, this.#case);
    if (!paid.has(stage)) {
      const answer = await stage.call<Data>(data, requestId, signal, undefined, attachments);
      draft.fuel[name] = answer.fuelUsed;
      return answer.data;
    }
    try {
      const given = data as Readonly<Record<string, unknown>>;
      const call = { data: given, requestId, epoch, signal, attachments };
      const answer = await paid.call<Data>(stage, call);
      if (answer.fuelUsed !== undefined) draft.paidFuel[name] = answer.fuelUsed;
      this.#measure(draft, stage, name, answer);
      return answer.data;
    } catch (error) {
      if (!(error instanceof PaidFailure)) throw error;
      this.#measure(draft, stage, name, { measured: error.measured });
      throw error.cause;
    }
  }

  /** The measurements of the row are those of the provider's call; those of judges are stored by name. */
  #measure(
    draft: Draft,
    stage: Stage,
    name: string,
    {
      measured,
      usage,
    }: { readonly measured: CallMeasured; readonly usage?: TokenUsage | undefined },
  ): void {
    if (stage === this.#case.provider.stage) {
      draft.measured = { ...measured, ...draft.measured };
      return;
    }
    const judges = { ...draft.measured?.judges };
    judges[name] = usage === undefined ? measured : { ...measured, usage };
    draft.measured = { ...draft.measured, judges };
  }

  #toFileFailure(error: BenchError): CallFailure {
    if (this.#options.failFast) throw error;
    return { code: error.code, message: error.message };
  }

  #toFailure(stage: Stage, error: unknown): CallFailure {
    return toFailure(stage, this.#sample, this.#options, error);
  }
}
