import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { CallAttachment } from '@testbench/types/abi';

import { Budget, type BudgetAccount } from '../calls/budget.js';
import type { CallGate } from '../calls/call-gate.js';
import { CallCache } from '../calls/call-cache.js';
import { CallControl } from '../calls/call-control.js';
import { callKey, type CallKeyParts } from '../calls/call-key.js';
import type { CallProblem } from '../calls/call-problem.js';
import { greatestCost } from '../calls/greatest-cost.js';
import { DEFAULT_MAX_CONCURRENCY } from '../calls/limits.js';
import { PaidCalls, type PaidOutcome } from '../calls/paid-calls.js';
import { PriceTable } from '../calls/price-table.js';
import { readTokenUsage, type TokenUsage } from '../calls/token-usage.js';
import type {
  CallsConfig,
  PriceConfig,
  ResolvedBenchmarkConfig,
} from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { CallMeasured } from '../results/result-row.js';
import {
  AnswerRounds,
  type CompletingProvider,
  type MissingProvider,
} from './asking/answer-rounds.js';
import { AskTrail } from './asking/ask-trail.js';
import type { AskCostOptions } from './asking/cost-of-ask.js';
import { CallJournal, type CallNote, NO_NOTE } from './call-journal.js';
import { problemOfPlugin } from './call-failure.js';
import type { PreparedRun } from './prepare-run.js';
import type { UserStage } from './conversation/simulated-user.js';
import type { Stage } from './stage.js';

/** Folder of cached paid answers, within `outputDir`. */
const CACHE_FOLDER = '.cache';
/** Tokens of a judge's answer if its configuration does not say: more than any known judge needs. */
const JUDGE_ANSWER_TOKENS = 4096;

/** One call of a stage that waits for a network. */
export interface PaidStageCall {
  readonly data: Readonly<Record<string, unknown>>;
  /** Names the call in the plugin's log. */
  readonly requestId: string;
  /** From 1. */
  readonly epoch: number;
  readonly signal: AbortSignal;
  /** Files of the record; `data` has their digests. @default the stage gets none */
  readonly attachments?: readonly CallAttachment[] | undefined;
}

/** The result of a paid call. */
export interface PaidStageAnswer<Data> {
  readonly data: Data;
  readonly usage: TokenUsage | undefined;
  readonly fuelUsed: number | undefined;
  readonly measured: CallMeasured;
}

/** Carries a failed attempt's information about its server to the call control, and the failure itself back. */
class FailedAttempt extends Error {
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(cause: unknown, { retryable, retryAfterMs, status }: CallProblem) {
    super('the attempt failed', { cause });
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.status = status;
  }
}

/** A paid call that failed, and its usage. */
export class PaidFailure extends Error {
  readonly measured: CallMeasured;

  constructor(cause: unknown, measured: CallMeasured) {
    super('the call failed', { cause });
    this.measured = measured;
  }
}

/** Makes the calls of stages that wait for a network. */
export interface StageCalls {
  /** True if the calls of a stage must be made here. */
  has(stage: Stage): boolean;
  /** @throws {PaidFailure} The call failed; its cause says why. */
  call<Data>(stage: Stage, call: PaidStageCall): Promise<PaidStageAnswer<Data>>;
}

interface PaidStage {
  readonly calls: PaidCalls;
  readonly control: CallControl;
  readonly account: BudgetAccount;
  /** The model that a judge asks; undefined if the input names it. */
  readonly judge: string | undefined;
  readonly prices: PriceTable;
}

/** What the paid stages of a process need in addition to their run. */
export interface PaidStagesOptions {
  /** Folder of the run, if there is one: calls in flight are then recorded there. */
  readonly path?: string | undefined;
  /** Called for damaged entries of the cache. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Limits shared with other processes. */
  readonly gate?: CallGate | undefined;
  /** Start of the run, in milliseconds: answers refreshed since then count. @default as the folder says, or else now */
  readonly freshFrom?: number | undefined;
}

/** Makes the calls of all stages that wait for a network: through cache, budget and control, each noted in the journal. */
export class PaidStages implements StageCalls {
  /** Most calls of one stage at once; undefined if no stage waits. */
  readonly maxCalls: number | undefined;
  readonly #stages: ReadonlyMap<Stage, PaidStage>;
  readonly #budget: Budget;
  readonly #journal: CallJournal | undefined;
  readonly #cache: CallCache | undefined;
  readonly #gate: CallGate | undefined;
  /** By their names in the configuration. */
  readonly #providers: ReadonlyMap<string, Stage>;

  private constructor(
    stages: ReadonlyMap<Stage, PaidStage>,
    budget: Budget,
    journal: CallJournal | undefined,
    maxCalls: number | undefined,
    cache?: CallCache,
    providers: ReadonlyMap<string, Stage> = new Map(),
    gate?: CallGate,
  ) {
    this.#gate = gate;
    this.#cache = cache;
    this.#providers = providers;
    this.#stages = stages;
    this.#budget = budget;
    this.#journal = journal;
    this.maxCalls = maxCalls;
  }

  /**
   * Checks, before anything is written or paid for, that the cost of every call can be known.
   *
   * @throws {ConfigError} There is a budget, and a model has no price, or its answers have no maximum length.
   */
  static checkPrices({ config, pipeline }: PreparedRun): void {
    const budget = new Budget(withoutUndefined({ ...config.budgets }));
    const { user } = pipeline;
    if (user?.stage.waits === true) {
      const { model, parameters } = user.config;
      greatestCost(budget, userPrices(user), { model, input: parameters }, USER_PATH);
    }
    for (const [index, { stage, config: use }] of pipeline.providers.entries()) {
      if (!stage.waits) continue;
      const place = `providers[${index}].models`;
      const prices = new PriceTable(pricesOf(use.models), place);
      for (const { name: model, parameters } of use.models) {
        greatestCost(budget, prices, { model, input: parameters }, place);
      }
    }
  }

  /**
   * @throws {BenchError} `BENCH_CACHE_UNUSABLE`, `BENCH_OUTPUT_FAILED`.
   */
  static async open(
    { config, pipeline }: PreparedRun,
    { path, onNotice = () => {}, gate, freshFrom }: PaidStagesOptions = {},
  ): Promise<PaidStages> {
    const waiting = pipeline.stages.filter((stage) => stage.waits);
    if (waiting.length === 0) return new PaidStages(new Map(), new Budget(), undefined, undefined);
    const cache = await openCache(config, path, onNotice, freshFrom);
    const journal = path === undefined ? undefined : await CallJournal.open(path);
    const spent = journal?.report.spent;
    const budget = new Budget(withoutUndefined({ ...config.budgets, spent }));
    const stages = new Map<Stage, PaidStage>();
    let maxCalls = 1;
    const add = (
      stage: Stage,
      account: BudgetAccount,
      calls: CallsConfig = {},
      prices: PriceTable,
      place: string,
    ): void => {
      const given =
        config.concurrency === undefined || calls.concurrency !== undefined
          ? calls
          : { ...calls, concurrency: config.concurrency };
      const control = new CallControl({ ...given, seed: config.seed });
      maxCalls = Math.max(
        maxCalls,
        given.concurrency ?? given.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
      );
      const options = withoutUndefined({
        control,
        cache,
        budget,
        prices,
        account,
        gate,
        path: place,
      });
      const model = stage.config['model'];
      const judge = account === 'judge' ? (typeof model === 'string' ? model : '') : undefined;
      stages.set(stage, { calls: new PaidCalls(options), control, account, judge, prices });
    };
    for (const [index, { stage, config: use }] of pipeline.providers.entries()) {
      if (!stage.waits) continue;
      const place = `providers[${index}].models`;
      const prices = new PriceTable(use.prices ?? pricesOf(use.models), place);
      add(stage, 'model', use.calls, prices, place);
    }
    const { user, tools } = pipeline;
    // The user is part of what it takes to get an answer, like the model.
    if (user?.stage.waits === true) {
      add(user.stage, 'model', user.config.calls, userPrices(user), USER_PATH);
    }
    for (const [index, { stage }] of (tools?.tools ?? []).entries()) {
      const place = `tools[${index}]`;
      if (stage?.waits === true) add(stage, 'model', {}, new PriceTable({}, place), place);
    }
    for (const { stage, config: use, path: place } of pipeline.evaluators) {
      if (stage.waits) add(stage, 'judge', use.calls, new PriceTable(use.prices ?? {}), place);
    }
    const providers = new Map(
      pipeline.providers.map(({ stage, config: use }) => [use.name, stage]),
    );
    return new PaidStages(stages, budget, journal, maxCalls, cache, providers, gate);
  }

  /** Calls that were in flight when an earlier process was killed. */
  get interrupted(): number {
    return this.#journal?.report.interrupted ?? 0;
  }

  /** True if an attempt at a call has begun in this process. */
  get hasPaid(): boolean {
    return this.#journal?.hasNoted ?? false;
  }

  /** Paid calls currently in flight. */
  get inFlight(): number {
    let inFlight = 0;
    for (const { control } of this.#stages.values()) inFlight += control.state.inFlight;
    return inFlight;
  }

  /** What this run has cost so far. */
  get cost(): number {
    const { model, judge } = this.#budget.spent;
    return model.money + judge.money;
  }

  /** True if the calls of a stage are paid for and have to be made here. */
  has(stage: Stage): boolean {
    return this.#stages.has(stage);
  }

  /** @throws {PaidFailure} The call failed; its cause says why. */
  async call<Data>(stage: Stage, call: PaidStageCall): Promise<PaidStageAnswer<Data>> {
    const paidStage = this.#stages.get(stage)!;
    const { calls, account, judge } = paidStage;
    const { data, signal } = call;
    // A stream comes from the plugin's own request, and has no asks.
    if (stage.asks && data['stream'] !== true)
      return await this.#callAsking(stage, paidStage, call);
    const parts = keyParts(stage, call);
    const key = callKey(parts);
    const noted = this.#note(key, account);
    const outcome = await calls.make({
      key: parts,
      model: judge ?? modelOf(stage, data),
      ...(judge === undefined ? {} : { request: judgeRequest(stage, data) }),
      signal,
      onSpent: (spent) => noted.spend(spent),
      ask: async (_attempt, attemptSignal, most) => {
        noted.begin(most);
        return await ask(stage, { ...call, signal: attemptSignal });
      },
    });
    noted.end();
    const measured = measure(outcome);
    if (!outcome.ok) {
      const { error } = outcome;
      throw new PaidFailure(error instanceof FailedAttempt ? error.cause : error, measured);
    }
    const { answer, usage, fuelUsed } = outcome.call;
    return { data: answer as Data, usage, fuelUsed, measured };
  }

  /** Makes the call of a plugin that asks: each ask is a separate paid call. */
  async #callAsking<Data>(
    stage: Stage,
    { calls, control, account, judge }: PaidStage,
    call: PaidStageCall,
  ): Promise<PaidStageAnswer<Data>> {
    const { data, requestId, signal } = call;
    const trail = new AskTrail();
    const rounds = new AnswerRounds({
      calls,
      cache: this.#cache,
      key: keyParts(stage, call),
      cost: costOptions(stage, data, judge),
      signal,
      trail,
      note: (key) => this.#note(key, account),
      measure,
      // A provider that may ask providers could ask itself.
      complete:
        account === 'judge'
          ? (provider) => this.#completing(provider, stage, control, requestId)
          : undefined,
    });
    try {
      const { data: answer, fuelUsed } = await stage.call<Data>(
        data,
        requestId,
        signal,
        rounds.answer,
        call.attachments,
      );
      return { data: answer, usage: trail.usage, fuelUsed, measured: trail.measured };
    } catch (error) {
      // An answer that the plugin could not use is requested again when the case is run again.
      const cache = this.#cache;
      if (cache !== undefined && trail.failure === undefined && !signal.aborted) {
        await Promise.all(trail.keys.map(async (key) => await cache.forget(key)));
      }
      throw new PaidFailure(trail.failure?.error ?? error, trail.measured);
    }
  }

  #note(key: string, account: BudgetAccount): CallNote {
    return this.#journal?.note(key, account) ?? NO_NOTE;
  }

  /** A provider of the configuration that a judge asks, charged to the judge's budget. */
  #completing(
    name: string,
    judge: Stage,
    control: CallControl,
    requestId: string,
  ): CompletingProvider | MissingProvider | undefined {
    // The host tells the plugin and the log that it is not permitted.
    if (judge.plugin.permissions.network !== true) return undefined;
    const provider = this.#providers.get(name);
    if (provider === undefined) return { known: [...this.#providers.keys()] };
    const paid = this.#stages.get(provider);
    const options = {
      control,
      cache: this.#cache,
      account: 'judge' as const,
      // A provider that computes its answers costs nothing.
      ...(paid === undefined
        ? {}
        : { budget: this.#budget, prices: paid.prices, gate: this.#gate }),
    };
    return {
      calls: new PaidCalls(withoutUndefined(options)),
      complete: async (given, signal) => {
        const data = given as Readonly<Record<string, unknown>>;
        return (await ask(provider, { data, requestId, signal, epoch: 1 })).answer;
      },
    };
  }

  /** @param isDone True if the run is complete. */
  close(isDone: boolean): void {
    this.#journal?.close(isDone);
  }
}

/** The parts of a call that determine its answer. */
export function keyParts(stage: Stage, { data, epoch }: PaidStageCall): CallKeyParts {
  const { plugin, config } = stage;
  return { plugin: plugin.digest ?? '', config, input: data, epoch: epoch - 1, ask: 0 };
}

/** The cache of a run, if it has one. @param path Folder of the run, if there is one. */
export async function openCache(
  config: ResolvedBenchmarkConfig,
  path: string | undefined,
  onNotice: (message: string) => void,
  begunAt?: number,
): Promise<CallCache | undefined> {
  const { cache: mode, cacheDir, outputDir } = config;
  const folder = cacheDir ?? (outputDir === undefined ? undefined : join(outputDir, CACHE_FOLDER));
  if (folder === undefined || mode === 'off') return undefined;
  // Answers that this run has already refreshed are not paid for again when it continues.
  const freshFrom =
    begunAt ??
    (path === undefined ? Date.now() : Math.floor((await stat(join(path, 'plan.json'))).mtimeMs));
  return await CallCache.open({
    folder,
    mode,
    freshFrom,
    onProblem: ({ message }) => onNotice(message),
  });
}

const USER_PATH = 'conversation.user';

function userPrices({ config: { model, price } }: UserStage): PriceTable {
  return new PriceTable(pricesOf([withoutUndefined({ name: model, price })]), USER_PATH);
}

/** Prices of the models of a provider. */
export function pricesOf(
  models: readonly { readonly name: string; readonly price?: PriceConfig }[],
): Record<string, PriceConfig> {
  return Object.fromEntries(
    models.flatMap(({ name, price }) => (price === undefined ? [] : [[name, price]])),
  );
}

function costOptions(
  stage: Stage,
  data: Readonly<Record<string, unknown>>,
  judge: string | undefined,
): AskCostOptions {
  if (judge === undefined) {
    const model = modelOf(stage, data);
    const maxAnswerTokens = undefined;
    return { model, fallbackModel: model, maxAnswerTokens, request: data };
  }
  const request = judgeRequest(stage, data);
  const maxAnswerTokens = Number(request['max_tokens']);
  return { model: undefined, fallbackModel: judge, maxAnswerTokens, request };
}

/** What prices and messages call the one that is asked; a tool has no model. */
function modelOf(stage: Stage, data: Readonly<Record<string, unknown>>): string {
  const model = data['model'];
  return typeof model === 'string' ? model : stage.name;
}

/** A judge composes its own request; it is not longer than its configuration and its input together. */
export function judgeRequest(stage: Stage, data: object): Readonly<Record<string, unknown>> {
  const { max_tokens: limit, attachments: isSent } = stage.config;
  const { attachments } = data as { readonly attachments?: unknown };
  return {
    ...(isSent === true && attachments !== undefined ? { attachments } : {}),
    prompt: JSON.stringify([stage.config, data]),
    max_tokens: Number.isSafeInteger(limit) ? limit : JUDGE_ANSWER_TOKENS,
  };
}

async function ask(
  stage: Stage,
  { data, requestId, signal, attachments }: PaidStageCall,
): Promise<{
  readonly answer: unknown;
  readonly usage: TokenUsage | undefined;
  readonly fuelUsed: number;
}> {
  try {
    const { data: answer, fuelUsed } = await stage.call<unknown>(
      data,
      requestId,
      signal,
      undefined,
      attachments,
    );
    const { usage, metrics } = Object(answer) as { usage?: unknown; metrics?: unknown };
    return { answer, usage: readTokenUsage(usage) ?? readTokenUsage(metrics), fuelUsed };
  } catch (error) {
    throw new FailedAttempt(error, problemOfPlugin(error));
  }
}

function measure(outcome: PaidOutcome): CallMeasured {
  const attempts = outcome.timing?.attempts ?? 0;
  if (!outcome.ok) {
    const { queueMs, durationMs } = outcome.timing ?? {};
    return withoutUndefined({ queueMs: tenths(queueMs), totalMs: tenths(durationMs), attempts });
  }
  const { latency, answeredAt, cost } = outcome.call;
  return withoutUndefined({
    startedAt: new Date(answeredAt - latency.durationMs).toISOString(),
    queueMs: tenths(latency.queueMs),
    firstTokenMs: tenths(latency.firstTokenMs),
    totalMs: tenths(latency.durationMs),
    attempts,
    ...(outcome.source === 'asked' ? {} : { cached: true }),
    cost,
  });
}

function tenths(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
