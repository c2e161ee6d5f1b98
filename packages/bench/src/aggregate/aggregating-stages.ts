import { canAggregate } from '@testbench/types/aggregate';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import type { StoredRun } from '../results/read-run.js';
import type { Pipeline } from '../run/load-pipeline.js';

/** An evaluator of sums that is loaded. */
export interface AggregatingStage {
  readonly name: string;
  readonly id: string;
  /** True if it may use the network: it is asked once for a set, and not thousands of times. */
  readonly waits: boolean;
}

/**
 * What of a stored run's configuration is loaded to score its sets: evaluators alone, and without any permission. A run's folder may be a
 * from an untrusted source, which must not decide what a module can access on this machine when two runs are compared; summing needs nothing.
 */
export function withoutPermissions(config: ResolvedBenchmarkConfig): ResolvedBenchmarkConfig {
  const evaluators = config.evaluators.map(({ permissions: _permissions, ...use }) => use);
  return { ...config, prompts: [], filters: [], evaluators };
}

/**
 * The evaluators of sums of a run's pipeline.
 *
 * @throws {BenchError} `BENCH_PLAN_CHANGED` if one has changed.
 */
export function aggregatingStages(
  { evaluators }: Pipeline,
  { plan, path }: Pick<StoredRun, 'plan' | 'path'>,
): AggregatingStage[] {
  return evaluators.flatMap(({ stage, config }) => {
    if (!canAggregate(stage.plugin)) return [];
    const { digest } = stage.plugin;
    const planned = plan.evaluators.find(({ as }) => as === config.name);
    if (planned?.digest !== digest) {
      throw new BenchError(
        'BENCH_PLAN_CHANGED',
        `Cannot aggregate run ${JSON.stringify(path)}: evaluator "${config.name}" had the digest ${planned?.digest}, and has ${digest} now`,
        { file: path },
      );
    }
    return [{ name: config.name, id: stage.id, waits: stage.waits }];
  });
}
