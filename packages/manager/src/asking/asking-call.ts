import { encodeInput, type RoundOutput } from '@testbench/runtime';
import type { PluginInput, PluginOutput, ResourceLimits } from '@testbench/types';
import {
  type Ask,
  type AskAnswer,
  type AskRound,
  MAX_ASK_ROUNDS,
  type RoundInput,
} from '@testbench/types/asking';
import { CallError, type CallUsage } from '@testbench/types/errors';

import { AbortableWait } from '../isolation/abortable-wait.js';
import type { CallControls } from '../isolation/executor.js';
import { requestIdOf } from '../request-id.js';
import type { AskHost } from './ask-host.js';
import type { AnsweredRound, AskedRound } from './asking.js';
import { fitAnswers } from './fit-answers.js';
import { joinSignals } from './join-signals.js';

/** Call numbers stay below it, so that a round of one call never draws the random numbers of another call. */
const STREAMS_OF_A_ROUND = 2 ** 32;

/** Options of an {@link AskingCall}. */
export interface AskingCallOptions {
  readonly input: PluginInput;
  readonly options: CallControls;
  /** The plugin's limits. */
  readonly limits: ResourceLimits;
  readonly host: AskHost;
  /** Holds its wait, so that the wait can be ended. */
  readonly waiting: Set<AbortableWait>;
  /** Runs one more round. */
  readonly run: (input: RoundInput, options: CallControls) => RoundOutput | Promise<RoundOutput>;
}

/** One call of a plugin that asks, from its first output on: its limits apply to all rounds together. */
export class AskingCall {
  readonly #of: AskingCallOptions;
  readonly #timeoutMs: number;
  readonly #maxFuel: number;
  #usage: CallUsage = { executionTimeMs: 0, memoryUsedBytes: 0, fuelUsed: 0 };
  #startMs = 0;
  #asks = 0;
  #waitTimeMs = 0;

  constructor(of: AskingCallOptions) {
    const { options, limits } = of;
    this.#of = of;
    this.#timeoutMs = options.timeoutMs ?? limits.timeoutMs;
    this.#maxFuel = options.maxFuel ?? limits.maxFuel;
  }

  /**
   * Answers and calls again until there is a result.
   *
   * @throws {CallError} `CALL_ASKS_EXCEEDED`; whatever a round throws.
   */
  async finish(first: RoundOutput, firstRound: AskRound): Promise<PluginOutput> {
    // Its own time began with its turn.
    this.#startMs = performance.now() - first.metadata.executionTimeMs;
    this.#spend(first.metadata);
    let output = first;
    let round: AskRound | undefined = firstRound;
    let rounds = 0;
    for (; round !== undefined; round = output.round) {
      rounds += 1;
      if (rounds > MAX_ASK_ROUNDS) {
        throw this.#failure(
          new CallError(
            'CALL_ASKS_EXCEEDED',
            `Cannot finish call: the plugin asks again after ${MAX_ASK_ROUNDS} rounds`,
          ),
        );
      }
      output = await this.#next(round, rounds);
    }
    const { data, metadata } = output;
    const asking = { rounds, asks: this.#asks, waitTimeMs: this.#waitTimeMs };
    return { data, metadata: { metrics: metadata.metrics, ...this.#usage, asking } };
  }

  async #next(round: AskRound, number: number): Promise<RoundOutput> {
    const { input, options, limits, run } = this.#of;
    const { answers, continue: state = round.continue } = await this.#answers(round, number);
    const unanswered: RoundInput = { ...input, continue: state, answers: [] };
    const room = limits.maxInputBytes - Buffer.byteLength(encodeInput(unanswered, 'envelope'));
    const next: RoundInput = { ...unanswered, answers: fitAnswers(answers, room) };
    try {
      const output = await run(next, this.#roundControls(options, number));
      this.#spend(output.metadata);
      return output;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #answers(round: AskRound, number: number): Promise<AnsweredRound> {
    const { options } = this.#of;
    const asked: AskedRound = { ...round, round: number, firstAsk: this.#asks };
    this.#asks += round.asks.length;
    const startMs = performance.now();
    const work = (): Promise<AnsweredRound> => this.#ask(asked);
    try {
      return await (options.aside === undefined ? work() : options.aside(work));
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#waitTimeMs += performance.now() - startMs;
    }
  }

  /** Waits for the answers without holding an instance or a place. */
  async #ask(round: AskedRound): Promise<AnsweredRound> {
    const { options, waiting } = this.#of;
    const { answerAsks, signal } = options;
    // The time of an `answerAsks` callback is not limited.
    const wait = new AbortableWait(answerAsks === undefined ? this.#leftMs : undefined, signal);
    const totals = { calls: 0, denied: 0 };
    waiting.add(wait);
    const ask = (one: Ask, own?: AbortSignal): Promise<AskAnswer> =>
      this.#askOne(one, wait, own, totals);
    try {
      const answered =
        answerAsks === undefined
          ? Promise.all(round.asks.map((one) => ask(one))).then((answers) => ({ answers }))
          : answerAsks(round, ask).catch((cause: unknown) => {
              throw cause instanceof CallError ? cause : givenUp(cause);
            });
      return checkCount(await wait.race(answered), round);
    } finally {
      waiting.delete(wait);
      options.onReport?.({ ...totals, callsByName: { ask: totals.calls } });
    }
  }

  async #askOne(
    ask: Ask,
    wait: AbortableWait,
    own: AbortSignal | undefined,
    totals: { calls: number; denied: number },
  ): Promise<AskAnswer> {
    const { host, input } = this.#of;
    const joined = joinSignals(wait.signal, own);
    totals.calls += 1;
    try {
      const { answer, denied } = await host.answer(ask, {
        requestId: requestIdOf(input),
        attachments: this.#of.options.attachments,
        signal: joined.signal,
        deadlineMs: performance.now() + (wait.timeoutMs ?? this.#timeoutMs),
      });
      if (denied) totals.denied += 1;
      return answer;
    } finally {
      joined.end();
    }
  }

  /** Time left for the call: waiting counts, unless the caller provides the answers. */
  get #leftMs(): number {
    const spentMs =
      this.#of.options.answerAsks === undefined
        ? performance.now() - this.#startMs
        : this.#usage.executionTimeMs;
    return Math.max(1, Math.ceil(this.#timeoutMs - spentMs));
  }

  /** Limits and callbacks of a round. @param number From 1; the call that asked first is 0. */
  #roundControls(
    { signal, onChunk, randomStream, verifying }: CallControls,
    number: number,
  ): CallControls {
    const { options } = this.#of;
    return {
      timeoutMs: this.#leftMs,
      maxFuel: Math.max(1, this.#maxFuel - this.#usage.fuelUsed),
      signal,
      onChunk,
      attachments: options.attachments,
      // A round that drew the random numbers of the previous one would repeat its choices.
      ...(randomStream === undefined
        ? {}
        : { randomStream: randomStream + number * STREAMS_OF_A_ROUND }),
      ...(verifying === undefined ? {} : { verifying }),
      onReport: (report) => options.onReport?.(report),
    };
  }

  #spend({ executionTimeMs, memoryUsedBytes, fuelUsed }: CallUsage): void {
    const { executionTimeMs: timeMs, memoryUsedBytes: bytes, fuelUsed: fuel } = this.#usage;
    this.#usage = {
      executionTimeMs: timeMs + executionTimeMs,
      memoryUsedBytes: Math.max(bytes, memoryUsedBytes),
      fuelUsed: fuel + fuelUsed,
    };
  }

  /** The failure of a round, with the usage of all rounds. */
  #failure(error: unknown): unknown {
    if (!(error instanceof CallError)) return error;
    if (error.usage !== undefined) this.#spend(error.usage);
    const { code, message, cause, pluginCode, pluginMessage, pluginDetails } = error;
    const { retryable, retryAfterMs } = error;
    return new CallError(code, message, {
      ...(cause === undefined ? {} : { cause }),
      pluginCode,
      pluginMessage,
      pluginDetails,
      retryable,
      retryAfterMs,
      usage: this.#usage,
    });
  }
}

/** @throws {CallError} If the `answerAsks` callback did not answer every ask. */
function checkCount(answered: AnsweredRound, { asks }: AskedRound): AnsweredRound {
  if (answered.answers.length === asks.length) return answered;
  throw givenUp(new RangeError(`expected ${asks.length} answers, got ${answered.answers.length}`));
}

function givenUp(cause: unknown): CallError {
  return new CallError('CALL_CANCELLED', 'Cannot finish call: what it asks was not answered', {
    cause,
  });
}
