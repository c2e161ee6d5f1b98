import { readOptions } from '@testbench/types/config';

import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import type { Plan } from '../plan/plan.js';
import { withPreparedRun } from './prepare-run.js';
import { RUN_OPTIONS, type RunOptions } from './run-options.js';

/**
 * Resolves everything that determines the rows of a run: loads the plugins, reads and checks the whole data set, and computes the digest of all of it.
 * No model is asked, and nothing is written.
 *
 * @param config Checked like in `parseBenchmarkConfig`; relative paths start at the working directory.
 * @throws {ConfigError} The configuration or an option is wrong, or a plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} The data set or a prompt cannot be read, or is wrong.
 */
export async function planRun(config: BenchmarkConfig, given?: RunOptions): Promise<Plan> {
  const options = readOptions<RunOptions>(given, RUN_OPTIONS);
  return await withPreparedRun(parseBenchmarkConfig(config), options, async ({ plan }) => plan);
}
