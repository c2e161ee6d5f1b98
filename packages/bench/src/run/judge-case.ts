import type { OnError, ResolvedEvaluatorConfig } from '../config/benchmark-config.js';
import type { ResultRow } from '../results/result-row.js';

/**
 * Sets the overall result of a row: `score`, the weighted mean, and `passed`, whether every threshold is reached.
 *
 * An error is not a zero: a row that lacks a score has neither, unless `onError` counts it as wrong.
 */
export function judgeCase(
  row: { -readonly [Key in keyof ResultRow]: ResultRow[Key] },
  evaluators: readonly Pick<ResolvedEvaluatorConfig, 'name' | 'weight' | 'threshold'>[],
  onError: OnError,
): void {
  let sum = 0;
  let weights = 0;
  let isMissing = false;
  let passed: boolean | undefined;
  for (const { name, weight, threshold } of evaluators) {
    const found = Object.hasOwn(row.scores, name) ? row.scores[name] : undefined;
    if (found === undefined && onError === 'missing') isMissing = true;
    const score = found ?? 0;
    sum += weight * score;
    weights += weight;
    if (threshold !== undefined)
      passed = (passed ?? true) && found !== undefined && score >= threshold;
  }
  if (isMissing) return;
  if (weights > 0) row.score = sum / weights;
  if (passed !== undefined) row.passed = passed;
}
