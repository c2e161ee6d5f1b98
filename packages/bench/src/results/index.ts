/**
 * Results: rows, existing runs, score boards.
 *
 * @packageDocumentation
 */
export { type KeptImage, readKeptImage } from '../attachments/kept-images.js';
export type { AttachmentFacts } from '../attachments/read-attachments.js';
export { csvLine } from './csv-line.js';
export type { BenchmarkSummary, PluginSummary, SummaryMeasured } from './benchmark-summary.js';
export type { Judgement } from '../judging/judgement.js';
export type { ToolCall as ModelToolCall } from '@testbench/types/tools';
export { canonicalRow } from './canonical-row.js';
export type { DropCount } from './drop-board.js';
export { EXPORT_FORMATS, type ExportFormat, type ExportOptions, exportRun } from './export-run.js';
export { type CaseFilter, listFailures, showCase } from './list-failures.js';
export { causeOf, type FailureGroup } from './failure-groups.js';
export { listRuns, readRun, type StoredRun } from './read-run.js';
export { protectedFiles } from './protected-files.js';
export { type EpochReducer, epochReducer } from './reduce-epochs.js';
export type {
  CallFailure,
  CallMeasured,
  CaseEnd,
  CaseName,
  ResultRow,
  RowMeasured,
  ScoreDetails,
  TranscriptEntry,
  TurnScore,
} from './result-row.js';
export { resultRowSchema, ROW_SCHEMA_VERSION } from './row-schema.js';
export {
  type BoardOptions,
  type ErrorCount,
  ScoreBoard,
  type ScoreSummary,
  type SystemName,
  type SystemSummary,
} from './score-board.js';
export { createFolderRuns, type FolderRunsOptions } from './store/folder-runs.js';
export type { PaidUsage, StageUsage } from './usage-board.js';
export {
  type ConfidenceInterval,
  type IntervalMethod,
  ScoreTally,
} from '../statistics/score-tally.js';
