import { BENCH_CONFIG_OPTIONS } from './options/bench-config.js';
import { BENCH_OPTIONS } from './options/bench.js';
import type { OptionRow } from './options/option-row.js';
import { REGISTRY_OPTIONS } from './options/registry.js';
import { RUNNING_OPTIONS } from './options/running.js';
import { STATISTICS_OPTIONS } from './options/statistics.js';
import { SYSTEM_OPTIONS } from './options/system.js';
import { TOOL_OPTIONS } from './options/tools.js';

export type { OptionRow } from './options/option-row.js';
export { closeAll } from './options/subjects.js';

/** Rows by the names that {@link exportedTypes} gives. */
export const OPTION_TYPES: Readonly<Record<string, OptionRow>> = {
  ...RUNNING_OPTIONS,
  ...SYSTEM_OPTIONS,
  ...REGISTRY_OPTIONS,
  ...STATISTICS_OPTIONS,
  ...BENCH_CONFIG_OPTIONS,
  ...BENCH_OPTIONS,
  ...TOOL_OPTIONS,
};

/** Types whose names sound like options, and why they are not options. */
export const NO_OPTION_TYPES: Readonly<Record<string, string>> = {
  'bench:ResolvedBenchmarkConfig': 'what parseBenchmarkConfig returns',
  'bench/dataset:ResolvedAttachmentConfig': 'what parseBenchmarkConfig returns',
  'bench/dataset:ResolvedDatasetConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedConversationConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedEvaluatorConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedModelConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedPromptConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedProviderConfig': 'what parseBenchmarkConfig returns',
  'extism:ManifestOptions': 'a part of a manifest, which is what a file says',
  'host:ProxySettings': 'what readProxy returns',
  'sandbox:AllowedImports': 'a table of names, read as `imports` of AdmissionOptions',
  'sdk:HttpHandler': 'a function',
  'types/stores:DatasetReadOptions': 'what a reader of data sets is called with',
  'wasm:Limits': 'what a decoded module says of a memory or a table',
};
