import { dirname, resolve } from 'node:path';

import { readOptions } from '@testbench/types/config';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { BenchError } from '../errors.js';
import { IMPORTED_PLUGIN } from '../import/imported-plan.js';
import { finishPlan } from '../plan/make-plan.js';
import { runName } from '../plan/plan-digest.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import { readFolder } from '../results/store/run-reader.js';
import { readShardRun } from '../shards/read-shard-run.js';
import { isShardFolder } from '../shards/shard.js';
import { withPreparedRun } from './prepare-run.js';
import { RUN_OPTIONS, type RunOptions } from './run-options.js';
import { executeRun, planChanged, type RunResult } from './run-plan.js';

/**
 * Continues a run where it stopped: runs the missing records, repeats failed cases, and writes the summary. If a run is complete
 * and all its cases have scores, nothing is run.
 *
 * @param folder The run's folder. Settings such as concurrency and cache are those that it was started with.
 * @throws {BenchError} `BENCH_PLAN_CHANGED` if plugins, data set or prompts have changed, or the folder was renamed; `BENCH_RUN_UNREADABLE` if there is no run;
 *   and the errors of `runPlan`.
 * @throws {ConfigError} An option is wrong.
 * @throws {LoadError} A plugin does not load.
 */
export async function resumeRun(folder: string, given?: RunOptions): Promise<RunResult> {
  const options = readOptions<RunOptions>(given, RUN_OPTIONS);
  const stored = await readRun(folder);
  checkName(stored);
  const config = await readRunConfig(stored);
  checkPlugins(stored, config);
  const shard = await readShardRun(stored.path);
  return await withPreparedRun(config, options, async (run) => {
    if (run.plan.digest !== stored.digest) {
      throw planChanged(finishPlan(stored.plan, config), run.plan);
    }
    return await executeRun(run, shard === undefined ? options : { ...options, shard });
  });
}

/** Nothing of an imported run can be called again. */
function checkPlugins({ path }: StoredRun, { providers }: ResolvedBenchmarkConfig): void {
  if (!providers.some(({ plugin }) => plugin === IMPORTED_PLUGIN)) return;
  throw new BenchError(
    'BENCH_PLAN_CHANGED',
    `Cannot continue run ${JSON.stringify(path)}: it was imported, and has no plugins; score it with evaluators of yours instead`,
    { file: path },
  );
}

/** A run is found by its name: a renamed one would be started a second time. */
function checkName({ path, run, plan, digest }: StoredRun): void {
  const name = runName(plan.name, digest);
  // The document of a shard says which shard it is.
  if (run === name || isShardFolder(run, name)) return;
  throw new BenchError(
    'BENCH_PLAN_CHANGED',
    `Cannot continue run ${JSON.stringify(path)}: its folder was renamed; name it ${JSON.stringify(name)} again`,
    { file: path },
  );
}

/**
 * The configuration that a run was started with.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`; also if its records came from a program, which then has to run the configuration itself.
 */
export async function readRunConfig({ path }: StoredRun): Promise<ResolvedBenchmarkConfig> {
  const reader = await readFolder(path);
  const text = await reader?.document('config');
  const damaged = (state: string, cause?: unknown): BenchError =>
    new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot continue run ${JSON.stringify(path)}: ${state}; run its configuration again, which also continues it`,
      { file: path, cause },
    );
  if (text === undefined) throw damaged('it has no "config.json"');
  try {
    const config = parseBenchmarkConfig(JSON.parse(text), path);
    // The folder may have been moved since.
    return { ...config, outputDir: dirname(resolve(path)) };
  } catch (cause) {
    throw damaged(`its "config.json" cannot be read (${(cause as Error).message})`, cause);
  }
}
