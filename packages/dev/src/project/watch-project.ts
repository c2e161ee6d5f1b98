import { readOptions } from '@testbench/types/config';

import { findProject } from './find-project.js';
import { ProjectLoop } from './project-loop.js';
import { WATCH_PROJECT_OPTIONS, type WatchProjectOptions } from './watch-project-options.js';

/**
 * Builds a plugin, runs its golden files and the first records of a data set, and repeats this after every change, until `signal` fires.
 *
 * It continues after a failed build, and compares each build with the last one that was scored. Nothing is written. The plugin runs as in
 * `createTestHost`: random numbers from a seed and a clock that stands still, so that a score changes only if the plugin or the record does.
 *
 * @returns Once `signal` fires.
 * @throws {BuildError} `BUILD_NO_PROJECT` if there is nothing to build at the path.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { watchProject } from '@testbench/dev';
 *
 * const controller = new AbortController();
 * process.once('SIGINT', () => controller.abort());
 * await watchProject({
 *   project: 'metric.ts',
 *   dataset: { path: 'answers.jsonl', records: 50 },
 *   signal: controller.signal,
 *   onEvent: (event) => {
 *     if (event.type === 'scores') console.log(event.totals.mean, event.changed);
 *   },
 * });
 * ```
 */
export async function watchProject(given: WatchProjectOptions): Promise<void> {
  const options = readOptions<WatchProjectOptions>(given, WATCH_PROJECT_OPTIONS, '', [
    'signal',
    'onEvent',
  ]);
  const project = findProject(options.project ?? '.');
  const loop = new ProjectLoop(project, options);
  await loop.run();
}
