import type { PaidOutcome } from '../../calls/paid-calls.js';
import type { TokenUsage } from '../../calls/token-usage.js';
import { withoutUndefined } from '../../config/without-undefined.js';
import type { CallMeasured } from '../../results/result-row.js';

/** What the asks of one call took, and came to. */
export class AskTrail {
  /** Keys of what was asked or found; what they stand for is forgotten if the plugin can make nothing of it. */
  readonly keys: string[] = [];
  /** Why the call cannot go on, where that is not an answer to the plugin. */
  failure: { readonly error: unknown } | undefined;
  readonly #measured: CallMeasured[] = [];
  #usage: TokenUsage | undefined;

  /** Tokens of all answers, if any told. */
  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  add(measured: CallMeasured, outcome: PaidOutcome): void {
    this.#measured.push(measured);
    const usage = outcome.ok ? outcome.call.usage : undefined;
    if (usage === undefined) return;
    const { promptTokens, cachedTokens, completionTokens } = this.#usage ?? NONE;
    this.#usage = {
      promptTokens: promptTokens + usage.promptTokens,
      cachedTokens: cachedTokens + usage.cachedTokens,
      completionTokens: completionTokens + usage.completionTokens,
    };
  }

  /** Of one ask as it is; of several, their sums from the first on. */
  get measured(): CallMeasured {
    const [first, ...others] = this.#measured;
    if (first === undefined) return { attempts: 0 };
    if (others.length === 0) return first;
    const sum = (field: 'queueMs' | 'totalMs' | 'attempts' | 'cost'): number | undefined => {
      const values = this.#measured.map((one) => one[field]).filter((one) => one !== undefined);
      if (values.length === 0) return undefined;
      return values.reduce((total, value) => total + value, 0);
    };
    const isCached = this.#measured.every(({ cached }) => cached === true);
    return withoutUndefined({
      startedAt: first.startedAt,
      queueMs: sum('queueMs'),
      totalMs: sum('totalMs'),
      attempts: sum('attempts'),
      cached: isCached ? true : undefined,
      cost: sum('cost'),
    });
  }
}

const NONE: TokenUsage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
