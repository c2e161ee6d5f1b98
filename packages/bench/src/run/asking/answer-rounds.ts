import type { AnsweredRound, AskedRound } from '@testbench/core';
import { HostCode } from '@testbench/types/abi';
import {
  type Ask,
  type AskAnswer,
  type AskError,
  dataOfAsk,
  isProviderAsk,
  problemOfOutput,
} from '@testbench/types/asking';
import { CallError } from '@testbench/types/errors';

import { problemOfAnswer } from '../../calls/answer-problem.js';
import { usageOfAnswer } from '../../calls/answer-usage.js';
import type { CallCache } from '../../calls/call-cache.js';
import { callKey, type CallKeyParts } from '../../calls/call-key.js';
import type { CallProblem } from '../../calls/call-problem.js';
import type { PaidAnswer, PaidCalls, PaidOutcome } from '../../calls/paid-calls.js';
import { readTokenUsage } from '../../calls/token-usage.js';
import type { CallMeasured } from '../../results/result-row.js';
import type { CallNote } from '../call-journal.js';
import type { AskTrail } from './ask-trail.js';
import { type AskCost, type AskCostOptions, costOfAsk } from './cost-of-ask.js';
import { type KeptAnswer, readKeptAnswer, roundName } from './kept-round.js';

/** Has the host answer an ask. */
type AskHost = (ask: Ask, signal?: AbortSignal) => Promise<AskAnswer>;

/** How the asks of a plugin are answered. */
export interface AnswerRoundsOptions {
  readonly calls: PaidCalls;
  /** @default none: nothing is kept */
  readonly cache: CallCache | undefined;
  /** All parts except the number of the ask. */
  readonly key: Omit<CallKeyParts, 'ask'>;
  readonly cost: AskCostOptions;
  readonly signal: AbortSignal;
  readonly trail: AskTrail;
  /** Opens the note of a call in flight. */
  readonly note: (key: string) => CallNote;
  readonly measure: (outcome: PaidOutcome) => CallMeasured;
  /** Answers on behalf of the configuration's providers; undefined for a plugin that may not ask them. */
  readonly complete:
    | ((provider: string) => CompletingProvider | MissingProvider | undefined)
    | undefined;
}

/** A provider of the configuration that another plugin asks. */
export interface CompletingProvider {
  readonly calls: PaidCalls;
  readonly complete: (data: object, signal: AbortSignal) => Promise<unknown>;
}

/** There is no provider of the name that a plugin asks; it would have to be one of these. */
export interface MissingProvider {
  readonly known: readonly string[];
}

/** Carries a failed answer through cache and control. */
class FailedAnswer extends Error {
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(
    readonly answer: AskAnswer,
    { retryable, retryAfterMs, status }: CallProblem,
  ) {
    super('the ask failed');
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.status = status;
  }
}

/**
 * Answers the rounds of one call in a run: from the cache, or else by a call that keeps to the budget and the stage's call control, and is then cached.
 *
 * Each ask has its own key, reservation and retries; if all retries fail, the plugin decides what to report.
 */
export class AnswerRounds {
  readonly #of: AnswerRoundsOptions;

  constructor(of: AnswerRoundsOptions) {
    this.#of = of;
  }

  /** @throws If the call cannot continue: the budget is spent, the time is up, or it was cancelled. */
  readonly answer = async (asked: AskedRound, ask: AskHost): Promise<AnsweredRound> => {
    try {
      return await this.#answer(asked, ask);
    } catch (error) {
      this.#of.trail.failure ??= { error };
      throw error;
    }
  };

  async #answer(asked: AskedRound, ask: AskHost): Promise<AnsweredRound> {
    const { asks, firstAsk } = asked;
    const round = (await this.#keptRound(asked)) ?? { ...asked, round: roundName(asked) };
    const makeAll = asks.map(
      async (_, index) => await this.#make(round, index, firstAsk + index, ask, false),
    );
    const made = await settleAll(makeAll);
    // Another call with the same keys may have been first: its round is the one that continues.
    const first = made.find((one) => one.kept !== undefined)?.kept ?? round;
    const isOther = ({ kept }: MadeAsk): boolean =>
      kept !== undefined && kept.round !== first.round;
    const answers = await settleAll(
      made.map(async (one, index) =>
        isOther(one)
          ? (await this.#make(first, index, firstAsk + index, ask, true)).answer
          : one.answer,
      ),
    );
    return { answers, continue: first.continue };
  }

  /** The round with all or some of its answers in the cache. */
  async #keptRound({ asks, firstAsk }: AskedRound): Promise<KeptRound | undefined> {
    const { cache, key } = this.#of;
    // A single ask is looked up and made in one step.
    if (cache === undefined || asks.length === 1) return undefined;
    const found = await Promise.all(
      asks.map((_, index) => cache.read(callKey({ ...key, ask: firstAsk + index }))),
    );
    return found
      .map((call) => readKeptAnswer(call?.answer))
      .find((kept) => kept?.asks.length === asks.length);
  }

  async #make(
    round: KeptRound,
    index: number,
    number: number,
    askHost: AskHost,
    isFresh: boolean,
  ): Promise<MadeAsk> {
    const { key, signal, trail, note, measure } = this.#of;
    const parts = { ...key, ask: number };
    const name = callKey(parts);
    const ask = round.asks[index]!;
    const { calls, cost, make } = this.#wayOf(ask, askHost);
    trail.keys.push(name);
    const noted = note(name);
    const outcome = await calls.make({
      key: parts,
      ...cost,
      signal,
      ...(isFresh ? { fresh: true } : {}),
      onSpent: (spent) => noted.spend(spent),
      ask: async (_attempt, attemptSignal, most) => {
        noted.begin(most);
        const { answer, ...facts } = await make(attemptSignal);
        const { asks, continue: state, round: called } = round;
        const kept: KeptAnswer = { answer, asks, continue: state, round: called };
        return { ...facts, answer: kept };
      },
    });
    noted.end();
    trail.add(measure(outcome), outcome);
    if (!outcome.ok) {
      const { error } = outcome;
      if (error instanceof FailedAnswer) return { answer: error.answer, kept: undefined };
      throw error;
    }
    const kept = readKeptAnswer(outcome.call.answer);
    if (kept === undefined) throw new RangeError('Cannot read a kept answer: it is damaged');
    return { answer: kept.answer, kept };
  }

  /** Who answers an ask, at which price and how. */
  #wayOf(
    ask: Ask,
    askHost: AskHost,
  ): {
    readonly calls: PaidCalls;
    readonly cost: AskCost;
    readonly make: (signal: AbortSignal) => Promise<PaidAnswer & { readonly answer: AskAnswer }>;
  } {
    const { calls, cost, complete } = this.#of;
    const own = { calls, cost: costOfAsk(ask, cost) };
    if (isProviderAsk(ask)) {
      const provider = complete?.(ask.provider);
      if (provider !== undefined && 'known' in provider) {
        const state = `there is no provider ${JSON.stringify(ask.provider)}; the providers: ${provider.known.join(', ')}`;
        return { ...own, make: () => Promise.reject(failedOutput(HostCode.notFound, state)) };
      }
      if (provider !== undefined) {
        return {
          ...own,
          calls: provider.calls,
          make: async (signal) => {
            const output = await provider.complete(dataOfAsk(ask), signal);
            const problem = problemOfOutput(ask, output);
            if (problem !== undefined) throw failedOutput(HostCode.inputOutput, problem);
            const { usage } = Object(output) as { usage?: unknown };
            return { answer: { output }, usage: readTokenUsage(usage) };
          },
        };
      }
    }
    return {
      ...own,
      make: async (signal) => {
        const answer = await askHost(ask, signal);
        const failure = failureOf(answer, signal);
        if (failure !== undefined) throw failure;
        const body = 'status' in answer ? answer.body : undefined;
        return { answer, usage: body === undefined ? undefined : usageOfAnswer(body) };
      },
    };
  }
}

/** An answer of a provider that is not what was asked for: the plugin reports it in its own words. */
function failedOutput(code: AskError['code'], message: string): FailedAnswer {
  const answer = { error: { code, message, retryable: false } };
  const status = UNSENT.has(code) ? REFUSED_STATUS : undefined;
  return new FailedAnswer(answer, { retryable: false, status });
}

const UNSENT: ReadonlySet<number> = new Set([
  HostCode.notFound,
  HostCode.invalidArgument,
  HostCode.permissionDenied,
]);
const REFUSED_STATUS = 403;

type KeptRound = Pick<KeptAnswer, 'asks' | 'continue' | 'round'>;

interface MadeAsk {
  readonly answer: AskAnswer;
  /** Undefined for a failure. */
  readonly kept: KeptAnswer | undefined;
}

/** Waits for all, so that nothing continues in the background, and then fails if one failed. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function failureOf(answer: AskAnswer, signal: AbortSignal): Error | undefined {
  if ('status' in answer) {
    const problem = problemOfAnswer(answer);
    return problem && new FailedAnswer(answer, problem);
  }
  if (!('error' in answer)) return undefined;
  const { code, retryable, retry_after_ms: retryAfterMs } = answer.error;
  if (code === HostCode.cancelled && !signal.aborted) {
    const message = 'Cannot finish call: no answer within the time limit of the stage';
    return new CallError('CALL_DEADLINE_EXCEEDED', message, { retryable: true });
  }
  // A request that never left the host costs nothing, as if a server had refused it.
  const status = UNSENT.has(code) ? REFUSED_STATUS : undefined;
  return new FailedAnswer(answer, { retryable: retryable ?? false, retryAfterMs, status });
}
