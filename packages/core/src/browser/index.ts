/**
 * `PluginSystem` for browsers: the same plugins, limits, grants and errors, inline, with nothing of Node.
 *
 * It is an entry of its own and not a condition of the main one, so that what a page gets is what it asked for, under every
 * bundler, and what a browser does not have is missing where it would be imported.
 *
 * @packageDocumentation
 */
export type {
  BatchResult,
  CallEndEvent,
  CallStartEvent,
  CallStatistics,
  DurationSummary,
  ExecuteOptions,
  GoldenInput,
  LoadPluginOptions,
  MeteringChoice,
  OpenStateStore,
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
export { createMemorySecrets, permissionsFor, createLogSink } from '@testbench/manager';
export { truncateText, parseJsonText, type Permissions } from '@testbench/types';
export { type CallOptions, Plugin } from '../plugin.js';
export type { LoadOptionsOf } from '../plugin-system.js';
export { PluginSystem, type PluginSystemOptions } from './plugin-system.js';
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
export type { Secret, SecretStore, StateStore } from '@testbench/types/stores';
