import { CallError } from '@testbench/types/errors';

import { addUsage } from '../calls/add-up.js';
import type { CallCache } from '../calls/call-cache.js';
import { callKey } from '../calls/call-key.js';
import type { TokenUsage } from '../calls/token-usage.js';
import { readKeptAnswer } from '../run/asking/kept-round.js';
import {
  judgeRequest,
  keyParts,
  PaidFailure,
  type PaidStageAnswer,
  type PaidStageCall,
  type StageCalls,
} from '../run/paid-stages.js';
import type { Stage } from '../run/stage.js';
import type { CallTally } from './call-tally.js';

/** Signals that a call would have been made. */
const NOT_MADE = new CallError('CALL_PLUGIN_FAILED', 'Cannot call: this is a dry run');

/** Stands in for paid calls: answers those found in the cache, counts the others, and makes none. */
export class DryCalls implements StageCalls {
  readonly #cache: CallCache | undefined;
  readonly #tallyOf: (stage: Stage, model: string) => CallTally | undefined;
  /** Calls that would have been made, so that a second identical call counts as cached. */
  readonly #seen = new Set<string>();

  /** @param tallyOf Undefined for a stage whose calls are not counted. */
  constructor(
    cache: CallCache | undefined,
    tallyOf: (stage: Stage, model: string) => CallTally | undefined,
  ) {
    this.#cache = cache;
    this.#tallyOf = tallyOf;
  }

  /** True if a failure only signals that a call would have been made. */
  static isNotMade(failure: { readonly message: string } | undefined): boolean {
    return failure?.message === NOT_MADE.message;
  }

  has(stage: Stage): boolean {
    return stage.waits;
  }

  async call<Data>(stage: Stage, call: PaidStageCall): Promise<PaidStageAnswer<Data>> {
    const { data } = call;
    const tally = this.#tallyOf(stage, String(data['model']));
    const request = requestOf(stage, data);
    tally?.addDue();
    const parts = keyParts(stage, call);
    const key = callKey(parts);
    const found = await this.#cache?.read(key);
    if (found !== undefined) {
      const isAsked = stage.asks && data['stream'] !== true;
      const answer = isAsked
        ? await this.#goOn<Data>(stage, call)
        : { data: found.answer as Data, usage: found.usage, fuelUsed: found.fuelUsed };
      if (answer !== undefined) {
        tally?.addCached(request, answer.usage);
        return { ...answer, measured: {} };
      }
    }
    if (this.#cache !== undefined && this.#seen.has(key)) tally?.addCached(request, undefined);
    else tally?.addToMake(request);
    this.#seen.add(key);
    throw new PaidFailure(NOT_MADE, {});
  }

  /**
   * Runs a plugin that makes requests on the answers that the cache has for them.
   *
   * @returns Undefined if one of them is missing.
   */
  async #goOn<Data>(
    stage: Stage,
    call: PaidStageCall,
  ): Promise<Omit<PaidStageAnswer<Data>, 'measured'> | undefined> {
    const { data, requestId, signal } = call;
    const parts = keyParts(stage, call);
    let isMissing = false;
    let usage: TokenUsage | undefined;
    try {
      const output = await stage.call<Data>(
        data,
        requestId,
        signal,
        async (round) => {
          const read = round.asks.map(
            async (_, index) =>
              await this.#cache!.read(callKey({ ...parts, ask: round.firstAsk + index })),
          );
          const found = await Promise.all(read);
          const kept = found.map((entry) => readKeptAnswer(entry?.answer));
          for (const entry of found) usage = addUsage(usage, entry?.usage);
          const answers = kept.flatMap((one) => (one === undefined ? [] : [one.answer]));
          isMissing = answers.length < kept.length;
          if (isMissing) throw NOT_MADE;
          return { answers, continue: kept[0]?.continue ?? round.continue };
        },
        call.attachments,
      );
      return { data: output.data, usage, fuelUsed: output.fuelUsed };
    } catch (error) {
      if (isMissing) return undefined;
      throw new PaidFailure(error, {});
    }
  }

  /** Counts the call of an evaluator whose case has no answer yet, so its input is unknown too. */
  addUnknown(stage: Stage, data: Readonly<Record<string, unknown>>): void {
    const tally = this.#tallyOf(stage, '');
    tally?.addDue();
    tally?.addToMake(requestOf(stage, data));
  }
}

/** The model's input: for a provider its own input, for an evaluator the request that it makes from its input. */
function requestOf(
  stage: Stage,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isProvider = stage.plugin.metadata.pluginType === 'provider';
  return isProvider ? data : judgeRequest(stage, data);
}
