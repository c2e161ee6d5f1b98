import { isObject } from '../is-object.js';
import type { PlanContent } from '../plan/plan.js';
import type { StoredRun } from '../results/read-run.js';
import type { SystemName } from '../results/score-board.js';
import { damagedRun } from '../results/check-row.js';
import type { MetricKind } from './run-summary.js';

/** The weighted mean of all evaluators. An evaluator of this name hides it. */
const WEIGHTED = 'score';
/** Whether all thresholds were reached. */
const PASSED = 'passed';

/** A metric of a plan, with the data for its signature. */
export interface Metric {
  readonly metric: string;
  readonly kind: MetricKind;
  readonly threshold?: number;
  readonly weight?: number;
  readonly version?: string;
  readonly digest?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Evaluators in the order of the plan; then the weighted mean if there are several, and whether cases passed if there are thresholds. */
export function metricsOf({ evaluators }: Pick<PlanContent, 'evaluators'>): Metric[] {
  const metrics = evaluators.map((evaluator): Metric => {
    const { as, threshold, weight, version, digest, config } = evaluator;
    return {
      metric: as,
      kind: 'evaluator',
      ...(threshold === undefined ? {} : { threshold }),
      weight,
      version,
      digest,
      config,
    };
  });
  const names = new Set(metrics.map(({ metric }) => metric));
  if (evaluators.length > 1 && !names.has(WEIGHTED)) {
    metrics.push({ metric: WEIGHTED, kind: 'weighted' });
  }
  if (evaluators.some(({ threshold }) => threshold !== undefined) && !names.has(PASSED)) {
    metrics.push({ metric: PASSED, kind: 'passed' });
  }
  return metrics;
}

/** Prompts, providers and models of a plan, in the order of its rows. */
export function systemsOf({
  prompts,
  providers,
}: Pick<PlanContent, 'prompts' | 'providers'>): SystemName[] {
  return prompts.flatMap(({ name: prompt }) =>
    providers.flatMap(({ as: provider, models }) =>
      models.map(({ name: model }) => ({ prompt, provider, model })),
    ),
  );
}

/**
 * Checks the parts of a stored plan that statistics use; it may come from anywhere.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function checkPlan({ path, plan }: Pick<StoredRun, 'path' | 'plan'>): void {
  const { evaluators, prompts, providers, epochs, onError, dataset } = Object(
    plan,
  ) as unknown as Record<string, unknown>;
  const isRight =
    listOf(prompts, ({ name }) => typeof name === 'string') &&
    listOf(
      providers,
      ({ as, models }) =>
        typeof as === 'string' && listOf(models, ({ name }) => typeof name === 'string'),
    ) &&
    listOf(evaluators, isEvaluator) &&
    isObject(epochs) &&
    Number.isSafeInteger(epochs['count']) &&
    typeof epochs['reducer'] === 'string' &&
    (onError === 'missing' || onError === 'wrong') &&
    isObject(dataset) &&
    typeof dataset['digest'] === 'string';
  if (!isRight) throw damagedRun(path, 'its plan.json is no plan');
}

function isEvaluator(value: Readonly<Record<string, unknown>>): boolean {
  const { as, threshold, weight, version, digest, config } = value;
  return (
    [as, version, digest].every((text) => typeof text === 'string') &&
    (threshold === undefined || typeof threshold === 'number') &&
    typeof weight === 'number' &&
    isObject(config)
  );
}

function listOf(
  value: unknown,
  isItem: (item: Readonly<Record<string, unknown>>) => boolean,
): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && isItem(item));
}
