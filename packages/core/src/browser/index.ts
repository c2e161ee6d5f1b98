/**
 * `PluginSystem` for browsers: the same plugins, limits, grants and errors, inline, without anything from Node.
 *
 * It is a separate entry and not a condition of the main one, so that a page gets what it asked for, under every
 * bundler, and a feature that browsers lack is missing at its import.
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
