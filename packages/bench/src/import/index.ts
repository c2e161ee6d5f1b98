/**
 * Runs of other tools: what a reader of their files gives, and how it becomes a run.
 *
 * @packageDocumentation
 */
/** The YAML of configurations: no tags, few aliases, nothing but JSON. */
export { parseYaml, YamlError } from '../config/parse-yaml.js';
export type { ImportedCase, ImportedMessage, ImportedRecord, ImportedRun } from './imported-run.js';
export type { ImportedMetric, MetricRange } from './metric-values.js';
export {
  writeImportedRun,
  type WriteImportedRunOptions,
  type WrittenRun,
} from './write-imported-run.js';
