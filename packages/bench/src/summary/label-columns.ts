import { cohenKappa, percentAgreement, spearmanCorrelation } from '@testbench/statistics/agreement';
import { normalQuantile } from '@testbench/statistics/distributions';

import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';
import { MAX_LABELS } from './limits.js';
import { NumberColumn } from './number-column.js';
import type { Metric } from './metric-list.js';
import type { AgreementSummary, Interval } from './run-summary.js';
import { scoreSignature } from './score-signature.js';

/** Scores of one evaluator, with the human labels of the same cases. */
export class LabelColumns {
  readonly #scores = new NumberColumn();
  readonly #labels = new NumberColumn();

  /** @param column Column of the data set with the labels. */
  constructor(
    readonly evaluator: string,
    readonly column: string,
  ) {}

  /** Counts a case that has both a score and a label. */
  add({ scores, columns, dropped }: ResultRow): void {
    const score = ownValue(scores, this.evaluator);
    const label = labelOf(ownValue(columns ?? {}, this.column));
    if (score === undefined || label === undefined || dropped !== undefined) return;
    this.#scores.add(score);
    this.#labels.add(label);
  }

  /**
   * @param metric Metric of the plan, for the signature.
   * @param confidence Confidence level of the interval.
   */
  summary(metric: Metric | undefined, confidence: number): AgreementSummary {
    const scores = this.#scores.present();
    const labels = this.#labels.present();
    const { version, digest, config } = metric ?? {};
    const signatureOf = (statistic: string, interval: Interval | null): string =>
      scoreSignature({
        metric: this.evaluator,
        ...(version === undefined ? {} : { version }),
        ...(digest === undefined ? {} : { digest }),
        ...(config === undefined ? {} : { config }),
        against: this.column,
        n: scores.length,
        onError: 'missing',
        statistic,
        ...(interval === null ? {} : { interval: interval.method }),
      });
    const facts = { evaluator: this.evaluator, labels: this.column, n: scores.length };
    const steps = [...new Set([...scores, ...labels])].toSorted((one, other) => one - other);
    if (scores.length === 0) {
      return { ...facts, ...NOTHING, signature: signatureOf('kappa', null) };
    }
    const correlation = steps.length > 2 ? spearmanCorrelation(scores, labels).r : null;
    if (steps.length > MAX_LABELS) {
      return { ...facts, ...NOTHING, correlation, signature: signatureOf('spearman', null) };
    }
    const { observed, expected, kappa, stderr } = cohenKappa(scores, labels, { labels: steps });
    const weighted = (weights: 'linear' | 'quadratic'): number | null =>
      steps.length > 2 ? cohenKappa(scores, labels, { weights, labels: steps }).kappa : null;
    const interval = kappaInterval(kappa, stderr ?? null, confidence);
    const { baseRateA, baseRateB } = percentAgreement(scores, labels);
    return {
      ...facts,
      observed: observed ?? null,
      expected: expected ?? null,
      kappa,
      stderr: stderr ?? null,
      linearKappa: weighted('linear'),
      quadraticKappa: weighted('quadratic'),
      correlation,
      baseRates: steps.map((label) => ({
        label,
        evaluator: baseRateA.get(label) ?? 0,
        people: baseRateB.get(label) ?? 0,
      })),
      interval,
      signature: signatureOf('kappa', interval),
    };
  }
}

const NOTHING = {
  observed: null,
  expected: null,
  kappa: null,
  stderr: null,
  linearKappa: null,
  quadraticKappa: null,
  correlation: null,
  baseRates: [],
  interval: null,
} as const;

/** There is no interval without a standard error above 0: full agreement on a few cases is not certainty. */
export function kappaInterval(
  kappa: number | null,
  stderr: number | null,
  confidence: number,
): Interval | null {
  if (kappa === null || stderr === null || !(stderr > 0)) return null;
  const margin = normalQuantile(0.5 + confidence / 2) * stderr;
  const [low, high] = [Math.max(-1, kappa - margin), Math.min(1, kappa + margin)];
  return { low, high, confidence, method: 'asymptotic' };
}

/** A number from 0 to 1, or a boolean for right or wrong; also as text, as in CSV. */
function labelOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (value === 'true' || value === 'false') return Number(value === 'true');
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
