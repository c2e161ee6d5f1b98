import { analysePlugins, type PluginAnalytics } from '@testbench/bench/analytics';
import { readRun, type StoredRun } from '@testbench/bench/results';
import { PluginError } from '@testbench/types/errors';

import { MAX_LISTED_RUNS } from '../limits.js';

/** Statistics of plugins in the runs of a project, by version. */
export interface ProjectAnalytics {
  readonly plugins: readonly PluginAnalytics[];
  /** Number of runs read. */
  readonly runs: number;
  /** Why other runs were not read. */
  readonly problems: readonly string[];
}

/**
 * Adds up the statistics of plugins over all runs of a project.
 *
 * @param folders Of the runs, as a scan of the project finds them.
 */
export async function readAnalytics(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<ProjectAnalytics> {
  const runs: StoredRun[] = [];
  const problems: string[] = [];
  for (const folder of folders.slice(0, MAX_LISTED_RUNS)) {
    try {
      runs.push(await readRun(folder));
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      problems.push(error.message);
    }
  }
  const plugins = await analysePlugins(
    { runs },
    { signal, onProblem: ({ message }) => void problems.push(message) },
  );
  return { plugins, runs: runs.length, problems };
}
