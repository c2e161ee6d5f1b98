/**
 * Reads what other evaluation tools write: logs of inspect_ai, results of lm-evaluation-harness and HELM, configurations of promptfoo.
 *
 * It is a separate package because only those who come from another tool need it, and its formats change with those tools.
 *
 * @packageDocumentation
 */
export { ImportError, type ImportErrorCode, type ImportErrorDetails } from './errors.js';
export {
  type ImportResult,
  importRuns,
  type ImportRunsOptions,
  type MeanCheck,
} from './import-runs.js';
export type { ImportFormat, StatedMean } from './read-run.js';
export type { Finding } from './promptfoo/findings.js';
export { importPromptfooConfig, type ImportedBenchmark } from './promptfoo/write-benchmark.js';
