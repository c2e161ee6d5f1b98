import { CallError } from '@testbench/types/errors';

import type { CallCache } from '../calls/call-cache.js';
import { callKey } from '../calls/call-key.js';
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

/** Says that a call would have been made. */
const NOT_MADE = new CallError('CALL_PLUGIN_FAILED', 'Cannot call: this is a dry run');

/** Stands in for paid calls: answers those that the cache has, counts the others, and makes none. */
export class DryCalls implements StageCalls {
  readonly #cache: CallCache | undefined;
  readonly #tallyOf: (stage: Stage, model: string) => CallTally | undefined;
  /** Calls that would have been made, so that the second of the same counts as cached. */
  readonly #seen = new Set<string>();

  /** @param tallyOf Undefined for a stage whose calls are not counted. */
  constructor(
    cache: CallCache | undefined,
    tallyOf: (stage: Stage, model: string) => CallTally | undefined,
  ) {
    this.#cache = cache;
    this.#tallyOf = tallyOf;
  }

  /** True if a failure says only that a call would have been made. */
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
    const key = callKey(keyParts(stage, call));
    const found = await this.#cache?.read(key);
    if (found !== undefined) {
      tally?.addCached(request, found.usage);
      const { usage, fuelUsed } = found;
      return { data: found.answer as Data, usage, fuelUsed, measured: {} };
    }
    if (this.#cache !== undefined && this.#seen.has(key)) tally?.addCached(request, undefined);
    else tally?.addToMake(request);
    this.#seen.add(key);
    throw new PaidFailure(NOT_MADE, {});
  }

  /** Counts the call of an evaluator whose case has no answer yet, so that its input is not known either. */
  addUnknown(stage: Stage, data: Readonly<Record<string, unknown>>): void {
    const tally = this.#tallyOf(stage, '');
    tally?.addDue();
    tally?.addToMake(requestOf(stage, data));
  }
}

/** What goes to the model: of a provider its input, of an evaluator what it makes of its own. */
function requestOf(
  stage: Stage,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isProvider = stage.plugin.metadata.pluginType === 'provider';
  return isProvider ? data : judgeRequest(stage, data);
}
