import { addUsage, sumMeasured } from '../../calls/add-up.js';
import type { PaidOutcome } from '../../calls/paid-calls.js';
import type { TokenUsage } from '../../calls/token-usage.js';
import type { CallMeasured } from '../../results/result-row.js';

/** Usage and outcome of the asks of one call. */
export class AskTrail {
  /** Cache keys of the asks made or found; their entries are removed if the plugin cannot use the answers. */
  readonly keys: string[] = [];
  /** Why the call cannot continue, if the reason is not an answer to the plugin. */
  failure: { readonly error: unknown } | undefined;
  readonly #measured: CallMeasured[] = [];
  #usage: TokenUsage | undefined;

  /** Tokens of all answers, if any answer reported them. */
  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  add(measured: CallMeasured, outcome: PaidOutcome): void {
    this.#measured.push(measured);
    this.#usage = addUsage(this.#usage, outcome.ok ? outcome.call.usage : undefined);
  }

  /** The measurements of a single ask; for several, their sums, from the start of the first. */
  get measured(): CallMeasured {
    return sumMeasured(this.#measured);
  }
}
