/**
 * `PluginSystem`: plugin manager and plugin index behind one front.
 *
 * It is a package of its own so that applications depend on one name, while each part stays usable alone.
 *
 * @packageDocumentation
 */
export type {
  BatchResult,
  CallEndEvent,
  CallStartEvent,
  CallStatistics,
  CertificateAuthority,
  DurationSummary,
  EnvSecret,
  FolderProblem,
  PrivateFiles,
  ExecuteOptions,
  GoldenInput,
  Isolation,
  IsolationChoice,
  IsolationRequest,
  LoadPluginOptions,
  MeteringChoice,
  OpenState,
  PluginEmitter,
  PluginEvents,
  PluginInfo,
  PluginPolicy,
  PluginSource,
  PluginStatus,
  RegisterPluginOptions,
  ReloadOptions,
  StreamPart,
  StructuredLogger,
} from '@testbench/manager';
export {
  createEnvSecrets,
  createFileStates,
  createMemorySecrets,
  grantedBy,
  ISOLATIONS,
  loadPolicy,
  lockFile,
  logTo,
  readModuleFile,
  privateFiles,
  WIRE_PROTOCOLS,
} from '@testbench/manager';
export { describeFileError, OutputError, type OutputErrorCode } from './output/output-error.js';
export { OutputFile, type OutputFileOptions, writeOutput } from './output/output-file.js';
export {
  findOutputPlace,
  OUTPUT_OPTIONS,
  type OutputInput,
  type OutputOptions,
  type OutputPlace,
} from './output/output-place.js';
export { finishPublishing, publishTogether, syncFolder } from './output/publish-together.js';
export { cutText, parseJsonText, type Permissions } from '@testbench/types';
export type { DiscoveredPlugin } from '@testbench/registry';
export { type CallOptions, Plugin } from './plugin.js';
export { type LoadOptionsOf, PluginSystem, type PluginSystemOptions } from './plugin-system.js';
export {
  CallError,
  type Capability,
  ConfigError,
  type CustomFunctionCall,
  type CustomHostFunction,
  type CustomHostFunctions,
  type CustomIsolation,
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
  LoadError,
  PluginError,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
  type PluginType,
  type ProviderData,
  type ProviderPlugin,
  type ProviderResult,
  type ResourceLimits,
  type RunnerLink,
  type RunnerStart,
  type Secret,
  type SecretStore,
  type StateStore,
  type TransformPlugin,
} from '@testbench/types';
