import { canAggregate } from '@testbench/types/aggregate';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import type { StoredRun } from '../results/read-run.js';
import type { Pipeline } from '../run/load-pipeline.js';

/** A loaded evaluator of sums. */
export interface AggregatingStage {
  readonly name: string;
  readonly id: string;
  /** True if it may use the network: it is then called once for a set, not thousands of times. */
  readonly waits: boolean;
}

/**
 * The part of a stored run's configuration that is loaded to score its sets: only evaluators, and without any permission. A run's folder may come
 * from an untrusted source, which must not decide what a module can access on this machine when two runs are compared; summing needs no access.
 */
export function withoutPermissions(config: ResolvedBenchmarkConfig): ResolvedBenchmarkConfig {
  const evaluators = config.evaluators.map(({ permissions: _permissions, ...use }) => use);
  return { ...config, prompts: [], filters: [], evaluators };
}

/**
 * The evaluators of sums in a run's pipeline.
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
