import { hypergeometricUpperTail } from '../distributions/hypergeometric.js';
import {
  clusteredInterval,
  type ClusteredInterval,
  type ClusterName,
} from '../intervals/clustered-interval.js';
import { meanInterval, type MeanInterval } from '../intervals/mean-interval.js';

/** Samples of one task. */
export interface TaskSamples {
  /** Number of samples. */
  readonly n: number;
  /** Number of right samples. */
  readonly c: number;
}

function isDefined({ n, c }: TaskSamples, k: number): boolean {
  return k >= 1 && k <= n && c >= 0 && c <= n;
}

/**
 * pass@k: probability that at least one of k samples is right, drawn without replacement from n, c of which are right. Unbiased.
 *
 * @returns Null for k > n, n = 0 or k = 0.
 * @see Chen et al. (2021), Evaluating Large Language Models Trained on Code, arXiv:2107.03374
 *
 * @example
 * ```ts
 * import { passAtK } from '@testbench/statistics/trials';
 *
 * passAtK({ n: 10, c: 3 }, 1)?.toFixed(2); // => '0.30'
 * ```
 */
export function passAtK(samples: TaskSamples, k: number): number | null {
  return isDefined(samples, k) ? 1 - drawsOf(samples.n - samples.c, samples.n, k) : null;
}

/**
 * pass^k: probability that all k samples are right.
 *
 * @returns Null for k > n, n = 0 or k = 0.
 * @see Yao et al. (2024), tau-bench, arXiv:2406.12045
 */
export function passHatK(samples: TaskSamples, k: number): number | null {
  return isDefined(samples, k) ? drawsOf(samples.c, samples.n, k) : null;
}

/** C(of, k) / C(n, k). */
function drawsOf(of: number, n: number, k: number): number {
  let share = 1;
  for (let i = 0; i < k; i += 1) share *= Math.max(0, of - i) / (n - i);
  return share;
}

/** Probability that at least m of k samples are right; null where {@link passAtK} is. */
export function atLeastOfK(samples: TaskSamples, k: number, m: number): number | null {
  if (!isDefined(samples, k)) return null;
  return hypergeometricUpperTail(m - 1, {
    population: samples.n,
    good: samples.c,
    drawn: k,
  });
}

/** Probability that more than half of k samples are right: exactly half is not a majority. */
export function majorityOfK(samples: TaskSamples, k: number): number | null {
  return atLeastOfK(samples, k, Math.floor(k / 2) + 1);
}

/** Mean over tasks; with clusters, their number too. */
export type TaskMean = MeanInterval | ClusteredInterval;

/**
 * Mean of pass@k or pass^k over tasks, with its standard error.
 *
 * @param clusters Tasks that belong together.
 * @returns Null if any task has fewer than k samples.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 */
export function meanOverTasks(
  tasks: readonly TaskSamples[],
  k: number,
  of: (samples: TaskSamples, k: number) => number | null = passAtK,
  clusters?: readonly ClusterName[],
): TaskMean | null {
  const values = tasks.map((task) => of(task, k));
  if (values.includes(null)) return null;
  return clusters === undefined ? meanInterval(values) : clusteredInterval(values, clusters);
}

/**
 * Share of right samples over all samples, with a standard error that accounts for samples of one task belonging together.
 *
 * Differs from the mean over tasks if tasks have different numbers of samples.
 */
export function pooledAccuracy(tasks: readonly TaskSamples[]): ClusteredInterval {
  const values = tasks.flatMap(({ n, c }) => Array.from({ length: n }, (_, k) => Number(k < c)));
  const names = tasks.flatMap(({ n }, task) => Array.from({ length: n }, () => task));
  return clusteredInterval(values, names);
}
