import { withoutUndefined } from '../config/without-undefined.js';
import type { CallMeasured } from '../results/result-row.js';
import type { TokenUsage } from './token-usage.js';

const AMOUNTS = ['queueMs', 'totalMs', 'attempts', 'cost'] as const;

/** The measurements of a single call; for several, their sums, from the start of the first. */
export function sumMeasured(parts: readonly CallMeasured[]): CallMeasured {
  const [first, ...others] = parts;
  if (first === undefined) return { attempts: 0 };
  if (others.length === 0) return first;
  const sums = AMOUNTS.map((field) => {
    const values = parts.map((one) => one[field]).filter((one) => one !== undefined);
    const sum = values.reduce((total, value) => total + value, 0);
    return [field, values.length === 0 ? undefined : sum] as const;
  });
  return withoutUndefined({
    startedAt: first.startedAt,
    ...(Object.fromEntries(sums) as Pick<CallMeasured, (typeof AMOUNTS)[number]>),
    cached: parts.every(({ cached }) => cached === true) ? true : undefined,
  });
}

/** Tokens of several calls; undefined if none of them reports any. */
export function addUsage(
  sum: TokenUsage | undefined,
  more: TokenUsage | undefined,
): TokenUsage | undefined {
  if (sum === undefined || more === undefined) return sum ?? more;
  return {
    promptTokens: sum.promptTokens + more.promptTokens,
    cachedTokens: sum.cachedTokens + more.cachedTokens,
    completionTokens: sum.completionTokens + more.completionTokens,
  };
}
