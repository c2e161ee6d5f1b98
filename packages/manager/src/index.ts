/**
 * Loads, runs, reloads and unloads plugins, with limits and statistics.
 *
 * It is a separate package because it wires admission, host functions and runtime together: to
 * wire them differently, replace this one and keep the rest.
 *
 * @packageDocumentation
 */
export {
  createEnvSecrets,
  createFileStateStores,
  createLogSink,
  createMemorySecrets,
  type CertificateAuthority,
  type EnvSecret,
  type OpenStateStore,
  type ProxyOptions,
  type StructuredLogger,
} from '@testbench/host';
export { privateFiles, type PrivateFiles } from '@testbench/host/files';
export { WIRE_PROTOCOLS } from '@testbench/runtime';
export type { AnswerAsks, AnsweredRound, AskedRound, AskModel, ModelAsk } from './asking/asking.js';
export type { BatchResult } from './isolation/executor.js';
export {
  type Isolation,
  type IsolationChoice,
  type IsolationRequest,
  ISOLATIONS,
} from './isolation/isolation.js';
export type { CallEndEvent, CallStartEvent, PluginEmitter, PluginEvents } from './plugin-events.js';
export type { MeteringChoice } from './metering-choice.js';
export type { PluginInfo, PluginStatus } from './plugin-info.js';
export type { PipelineItem, PipelinePiece, PipelineStage } from './pipeline/pipeline-stage.js';
export type { PipelineResult } from './pipeline/run-pipeline-calls.js';
export type {
  BatchOptions,
  ExecuteOptions,
  GoldenInput,
  LoadPluginOptions,
  PluginManagerOptions,
  PluginSource,
  RegisterPluginOptions,
  ReloadOptions,
  StreamPart,
  SumSet,
} from './options.js';
export { permissionsFor, loadPolicy, type PluginPolicy } from './policy.js';
export { PluginManager } from './plugin-manager.js';
export { MANAGER_OPTIONS } from './manager-settings.js';
export { readCallOptions } from './read-call-options.js';
export type { CallStatistics } from './statistics/call-statistics.js';
export type { DurationSummary } from './statistics/histogram.js';
export type {
  CustomIsolation,
  RunnerLink,
  RunnerStart,
  Secret,
  SecretStore,
  StateStore,
} from '@testbench/types/stores';
