/**
 * Runs of other tools: what a reader of their files gives, and how it becomes a run.
 *
 * @packageDocumentation
 */
export type { ImportedCase, ImportedMessage, ImportedRecord, ImportedRun } from './imported-run.js';
export type { ImportedMetric, MetricRange } from './metric-values.js';
export {
  writeImportedRun,
  type WriteImportedRunOptions,
  type WrittenRun,
} from './write-imported-run.js';
