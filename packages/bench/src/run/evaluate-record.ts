import type { EvaluatorResult, ProviderResult } from '@testbench/types';

import { type AttachmentOutcome, attachedFiles } from '../attachments/attached-files.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { addUsage, sumMeasured } from '../calls/add-up.js';
import type { TokenUsage } from '../calls/token-usage.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { isSameModel, judgeModels } from '../judging/self-judging.js';
import type { PromptContent } from '../prompts/prompt.js';
import type { BenchError } from '../errors.js';
import { ReplayedFailure } from '../replay/replay-run.js';
import type { CallFailure, CallMeasured, ResultRow } from '../results/result-row.js';
import { pluginFailure, toFailure } from './call-failure.js';
import { Conversation, goesOn, offeredTools } from './conversation/conversation.js';
import { ConversationFailure, takeConversation } from './conversation/take-conversation.js';
import { scoreTurns, turnsOf } from './conversation/score-turns.js';
import { givesAnswer, TOOL_CHECK, USER_STAGE } from './conversation/stage-names.js';
import type { OfferedTools } from './conversation/tool-stages.js';
import { trajectoryOf, wireTranscript } from './conversation/transcript.js';
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
  type ScoreVerdict,
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
  /** Measurements of the calls of a stage. */
  readonly #parts = new Map<string, CallMeasured[]>();

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
        Object.entries(fuel ?? {}).filter(([name]) => kept.has(name) || givesAnswer(name)),
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
      if (replayed?.conversation !== undefined) Object.assign(draft, replayed.conversation);
      const { pipeline } = this.#options;
      const offered = offeredTools(pipeline, this.#sample);
      given =
        replayed === undefined && goesOn(offered, this.#sample, pipeline)
          ? await this.#converse(draft, asked, offered, data)
          : takeAnswer(
              draft,
              replayed ??
                (await this.#call<ProviderResult>(draft, stage, name, {
                  ...data,
                  ...offered.wire(true),
                })),
            );
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
      if (error instanceof ReplayedFailure) draft.failure = error.failure;
      else if (error instanceof ConversationFailure) {
        draft.failure = { stage: error.name, ...this.#toFailure(error.stage, error.cause) };
      } else draft.failure = { stage: name, ...this.#toFailure(stage, error) };
      return false;
    }
  }

  /** Goes on after the first answer, and keeps what was said even if it fails. @returns The last answer of the model. */
  async #converse(
    draft: Draft,
    asked: PromptContent,
    offered: OfferedTools,
    { prompt: _prompt, messages: _messages, ...given }: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const { pipeline } = this.#options;
    const { user } = pipeline;
    const call = async <Data>(stage: Stage, name: string, data: object): Promise<Data> => {
      try {
        return await this.#call<Data>(draft, stage, name, data);
      } catch (error) {
        throw new ConversationFailure(stage, name, error);
      }
    };
    const conversation = new Conversation(asked, this.#sample, offered, pipeline, {
      model: (data) => call(this.#case.provider.stage, 'provider', { ...given, ...data }),
      user: async (messages) => {
        const { stage, config } = user!;
        const { model, parameters } = config;
        const data = { ...parameters, model, messages, record: this.#sample.row };
        return readText(await call(stage, USER_STAGE, data));
      },
      tool: async (stage, data) => {
        const before = draft.fuel[stage.name] ?? 0;
        try {
          const answer = await this.#call<unknown>(draft, stage, stage.name, data, false);
          const waits = this.#options.paid.has(stage);
          return { data: answer, fuel: waits ? undefined : draft.fuel[stage.name]! - before };
        } catch (error) {
          if (stage.name === TOOL_CHECK) throw new ConversationFailure(stage, stage.name, error);
          throw pluginFailure(error, this.#options.signal);
        }
      },
    });
    try {
      return await conversation.run();
    } finally {
      takeConversation(draft, conversation);
    }
  }

  /** Asks the evaluators concurrently; those whose score the row already has are not asked. */
  async #score(draft: Draft): Promise<void> {
    const evaluators = this.#scoring.map(({ evaluator }) => evaluator);
    const { input, messages, expected } = this.#sample;
    const hasTranscript = draft.transcript !== undefined;
    const common = {
      input: messages ?? input,
      output: draft.output,
      ...(draft.toolCalls === undefined ? {} : { tool_calls: draft.toolCalls }),
      ...(expected === undefined ? {} : { expected }),
      ...(hasTranscript
        ? { transcript: wireTranscript(draft), trajectory: trajectoryOf(draft) }
        : {}),
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
    const ask = async (own: object): Promise<ScoreVerdict> => {
      const data = { ...common, ...own, ...fields, record: this.#sample.row };
      return toVerdict(stage, await this.#call<EvaluatorResult>(draft, stage, config.name, data));
    };
    try {
      const verdict =
        config.per === 'turn' ? await scoreTurns(turnsOf(draft, this.#sample), ask) : await ask({});
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

  /** @param isHanded False for data that is already what the plugin is to get. */
  async #call<Data>(
    draft: Draft,
    stage: Stage,
    name: string,
    all: object,
    isHanded = true,
  ): Promise<Data> {
    const files = isHanded ? attachedFiles(stage, this.#files) : undefined;
    const described = files === undefined ? all : { ...all, attachments: files.described };
    const data = isHanded ? stage.handed(described) : all;
    const attachments = files?.attachments;
    const { epoch } = this.#case;
    const { paid, signal } = this.#options;
    const requestId = requestIdOf(this.#sample, this.#case);
    if (!paid.has(stage)) {
      const answer = await stage.call<Data>(data, requestId, signal, undefined, attachments);
      draft.fuel[name] = (draft.fuel[name] ?? 0) + answer.fuelUsed;
      return answer.data;
    }
    try {
      const given = data as Readonly<Record<string, unknown>>;
      const call = { data: given, requestId, epoch, signal, attachments };
      const answer = await paid.call<Data>(stage, call);
      if (answer.fuelUsed !== undefined) {
        draft.paidFuel[name] = (draft.paidFuel[name] ?? 0) + answer.fuelUsed;
      }
      this.#measure(draft, stage, name, answer);
      return answer.data;
    } catch (error) {
      if (!(error instanceof PaidFailure)) throw error;
      this.#measure(draft, stage, name, { measured: error.measured });
      throw error.cause;
    }
  }

  /** The measurements of the row are those of the provider's calls; those of others are stored apart. */
  #measure(
    draft: Draft,
    stage: Stage,
    name: string,
    {
      measured,
      usage,
    }: { readonly measured: CallMeasured; readonly usage?: TokenUsage | undefined },
  ): void {
    const { judges, user } = draft.measured ?? {};
    const parts = this.#parts.get(name) ?? [];
    parts.push(measured);
    this.#parts.set(name, parts);
    const all = sumMeasured(parts);
    if (stage === this.#case.provider.stage) {
      draft.measured = withoutUndefined({ ...all, judges, user });
    } else if (stage === this.#options.pipeline.user?.stage) {
      const sum = addUsage(user?.usage, usage);
      draft.measured = { ...draft.measured, user: withoutUndefined({ ...all, usage: sum }) };
    } else if (!givesAnswer(name)) {
      const sum = addUsage(judges?.[name]?.usage, usage);
      const judge = withoutUndefined({ ...all, usage: sum });
      draft.measured = { ...draft.measured, judges: { ...judges, [name]: judge } };
    }
    // A tool that waits for a network is not paid for by the token.
  }

  #toFileFailure(error: BenchError): CallFailure {
    if (this.#options.failFast) throw error;
    return { code: error.code, message: error.message };
  }

  #toFailure(stage: Stage, error: unknown): CallFailure {
    return toFailure(stage, this.#sample, this.#options, error);
  }
}
