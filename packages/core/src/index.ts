/**
 * `PluginSystem`: plugin manager and plugin index behind one interface.
 *
 * It is a separate package so that applications depend on one package, while each part can be used alone.
 *
 * @packageDocumentation
 */
export type {
  AnswerAsks,
  AnsweredRound,
  AskedRound,
  AskModel,
  BatchOptions,
  BatchResult,
  CallEndEvent,
  CallStartEvent,
  CallStatistics,
  CertificateAuthority,
  DurationSummary,
  EnvSecret,
  PrivateFiles,
  ProxyOptions,
  ExecuteOptions,
  GoldenInput,
  Isolation,
  IsolationChoice,
  IsolationRequest,
  LoadPluginOptions,
  MeteringChoice,
  ModelAsk,
  OpenStateStore,
  PipelineItem,
  PipelinePiece,
  PipelineResult,
  PipelineStage,
  PluginEmitter,
  PluginEvents,
  PluginInfo,
  PluginPolicy,
  PluginSource,
  PluginStatus,
  RegisterPluginOptions,
  ReloadOptions,
  StreamPart,
  SumSet,
  StructuredLogger,
} from '@testbench/manager';
export {
  createEnvSecrets,
  createFileStateStores,
  createMemorySecrets,
  permissionsFor,
  ISOLATIONS,
  loadPolicy,
  createLogSink,
  privateFiles,
  WIRE_PROTOCOLS,
} from '@testbench/manager';
export { truncateText, parseJsonText, type Permissions } from '@testbench/types';
export type { DiscoveredPlugin } from '@testbench/registry';
export { type CallOptions, Plugin } from './plugin.js';
export { type LoadOptionsOf, PluginSystem, type PluginSystemOptions } from './plugin-system.js';
export {
  type Capability,
  type CustomPlugin,
  DEFAULT_LIMITS,
  type EvaluatorData,
  type EvaluatorPlugin,
  type EvaluatorResult,
  type FilterData,
  type FilterPlugin,
  type FilterResult,
  type HostPlugin,
  type HostPluginCall,
  type HostPluginMetadata,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
  type PluginType,
  type ProviderData,
  type ProviderPlugin,
  type ProviderResult,
  type ResourceLimits,
  type TransformPlugin,
} from '@testbench/types';
export type {
  CustomFunctionCall,
  CustomHostFunction,
  CustomHostFunctions,
} from '@testbench/types/abi';
export { CallError, ConfigError, LoadError, PluginError } from '@testbench/types/errors';
export type {
  CustomIsolation,
  RunnerLink,
  RunnerStart,
  Secret,
  SecretStore,
  StateStore,
} from '@testbench/types/stores';
