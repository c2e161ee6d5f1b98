/**
 * Data sets: formats, selection, records.
 *
 * @packageDocumentation
 */
export type {
  AttachmentOutcome,
  PlannedAttachments,
  SampleAttachments,
} from '../attachments/attachment-plan.js';
export { attachFiles } from '../attachments/attach-files.js';
export { findMediaType } from '../attachments/media-type.js';
export type { AttachmentFacts, LoadedAttachment } from '../attachments/read-attachments.js';
export type {
  AttachmentConfig,
  DatasetConfig,
  FieldsConfig,
  ResolvedAttachmentConfig,
  ResolvedDatasetConfig,
  SampleConfig,
  ShuffleConfig,
} from '../config/dataset-config.js';
export { parseDatasetConfig } from '../config/parse-dataset-config.js';
export { Dataset, type DatasetFacts, type PositionedSample, type RecordRange } from './dataset.js';
export type { RecordPlace } from './dataset-error.js';
export { DATASET_READERS } from './formats/index.js';
export { openDataset, type OpenDatasetOptions } from './open-dataset.js';
export type { DatasetRecord, Sample } from './selection/read-sample.js';
export type { RecordTool, ToolDefinition } from './selection/read-tools.js';
export type { RecordTurn } from './selection/read-turns.js';
export { selectField } from './selection/select-field.js';
