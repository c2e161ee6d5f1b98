import type { PaidOutcome } from '../../calls/paid-calls.js';
import type { TokenUsage } from '../../calls/token-usage.js';
import { withoutUndefined } from '../../config/without-undefined.js';
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
    const usage = outcome.ok ? outcome.call.usage : undefined;
    if (usage === undefined) return;
    const { promptTokens, cachedTokens, completionTokens } = this.#usage ?? NONE;
    this.#usage = {
      promptTokens: promptTokens + usage.promptTokens,
      cachedTokens: cachedTokens + usage.cachedTokens,
      completionTokens: completionTokens + usage.completionTokens,
    };
  }

  /** The measurements of a single ask; for several, their sums, from the start of the first. */
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
