/**
 * Runs a dataset through provider, transform, evaluator and filter plugins, and sums up the scores.
 *
 * It is a separate package because a program may want the results without a command line, and the
 * plugin system without datasets.
 *
 * @packageDocumentation
 */
/** Base of the errors of all packages, so that a caller can tell them from bugs without another dependency. */
export { PluginError } from '@testbench/types/errors';
export type {
  BenchmarkConfig,
  BudgetsConfig,
  CacheMode,
  CallsConfig,
  ConversationConfig,
  EpochsConfig,
  EvaluatorConfig,
  FilterConfig,
  ModelConfig,
  OnError,
  PluginConfig,
  PriceConfig,
  PromptConfig,
  PromptMessage,
  ProviderConfig,
  Reducer,
  ReporterConfig,
  ReporterFormat,
  ResolvedBenchmarkConfig,
  ResolvedConversationConfig,
  ResolvedEvaluatorConfig,
  ResolvedModelConfig,
  ResolvedPromptConfig,
  ResolvedProviderConfig,
  ScriptSource,
  Scripted,
  SpendingConfig,
  ToolConfig,
  UserConfig,
} from './config/benchmark-config.js';
export { applyOverrides } from './config/apply-overrides.js';
export { benchmarkSchema } from './config/benchmark-schema.js';
export { defineConfig } from './config/define-config.js';
export type { Environment } from './config/expand-environment.js';
export { initBenchmark } from './config/init-benchmark.js';
export { inputFiles } from './config/input-files.js';
export { loadBenchmarkConfig, type LoadConfigOptions } from './config/load-benchmark-config.js';
export { pluginReferences } from './config/plugin-references.js';
export { parseBenchmarkConfig } from './config/parse-benchmark-config.js';
export type { ScriptLoader } from './config/load-script.js';
export { readRecordEvaluators } from './config/record-evaluators.js';
export { stageLimits } from './config/stage-limits.js';
export { type EstimateOptions, estimateRun } from './estimate/estimate-run.js';
export type { CallEstimate, RunEstimate, TokenEstimate } from './estimate/run-estimate.js';
export { BenchError, type BenchErrorCode, type BenchErrorDetails } from './errors.js';
export { canonicalJson } from './plan/canonical-json.js';
export { comparePlans, type PlanChange } from './plan/compare-plans.js';
export type {
  Plan,
  PlanContent,
  PlannedDataset,
  PlannedEvaluator,
  PlannedFilter,
  PlannedModel,
  PlannedPlugin,
  PlannedPrompt,
  PlannedProvider,
} from './plan/plan.js';
export type { ScriptReference } from './config/script-reference.js';
export {
  type CompileScript,
  type FindPlugin,
  findPluginsDir,
  type LocateOptions,
  type PluginLocation,
  PluginLocator,
} from './plugins/locate-plugin.js';
export { loadPrompts } from './prompts/load-prompts.js';
export { TemplateError } from './prompts/parse-template.js';
export {
  Prompt,
  type PromptContent,
  type PromptRecord,
  type PromptSource,
} from './prompts/prompt.js';
export { planRun } from './run/plan-run.js';
export type { BenchmarkProgress, RunOptions } from './run/run-options.js';
export { resumeRun } from './run/resume-run.js';
export { runBenchmark, runPlan, type RunResult } from './run/run-plan.js';
export { scoreRun, type ScoreRunConfig } from './run/score-run.js';
export type { BenchSystem, StageAnswer } from './run/stage.js';
