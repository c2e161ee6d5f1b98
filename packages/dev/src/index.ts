/**
 * The loop of a plugin's author: builds, tests and scores a plugin on every change, and runs benchmarks again.
 *
 * It is a separate package because it combines parts that others keep apart: the compilers, the scripts, the benchmarks, and a file watcher.
 *
 * @packageDocumentation
 */
export {
  watchBenchmark,
  type BenchmarkEvent,
  type PreparedBenchmark,
  type WatchBenchmarkOptions,
} from './benchmark/watch-benchmark.js';
export {
  explainFailure,
  type Failure,
  type FailureFrame,
  type FailureSources,
} from './explain-failure.js';
export type { DevProblem } from './project/build-project.js';
export type { RecordChange, ScoreTotals } from './project/compare-outcomes.js';
export type { DevEvent } from './project/dev-event.js';
export type { GoldenFileOutcome } from './project/golden-files.js';
export type { DevDataset, RecordOutcome } from './project/score-records.js';
export { watchProject } from './project/watch-project.js';
export type { WatchProjectOptions } from './project/watch-project-options.js';
