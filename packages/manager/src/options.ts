import type { FeatureSet } from '@testbench/sandbox';
import type { LogSink, Permissions, ResourceLimits } from '@testbench/types';

/** How a `PluginManager` works; every field has a default. */
export interface PluginManagerOptions {
  /** Limits of every plugin that is loaded without its own. */
  readonly limits?: Partial<ResourceLimits>;
  /** WebAssembly features that admission allows, over the defaults of `@testbench/sandbox`. */
  readonly features?: Partial<FeatureSet>;
  /** Answers WASI preview 1 imports, denying what is not harmless. @default false */
  readonly enableWasi?: boolean;
  /** @default 100 */
  readonly maxLoadedPlugins?: number;
  /** Calls running at a time over all plugins; up to 10,000 more wait. @default 64 */
  readonly maxConcurrentExecutions?: number;
  /** Directory that keeps metered modules between processes; others must not be able to write to it. @default none */
  readonly cacheDir?: string;
  /** Gets what plugins log. @default dropped */
  readonly onLog?: LogSink;
  /** Makes the plugins' random numbers reproducible. @default random numbers of the operating system */
  readonly random?: { readonly seed: number };
  /** The plugins' clock, in whole milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** How one plugin is loaded. */
export interface LoadPluginOptions {
  /** The name to call it by. @default the metadata's name */
  readonly id?: string;
  /** Handed to `plugin_init` as JSON. @default {} */
  readonly config?: unknown;
  /**
   * What instances keep from one call to the next: everything, or nothing. With `reset`, memory, globals and tables
   * are brought back to what they were after `plugin_init`. What `host_set_state` stored stays. @default 'keep'
   */
  readonly state?: 'keep' | 'reset';
  /** Limits of its calls, over the manager's. */
  readonly limits?: Partial<ResourceLimits>;
  /** What it may do. What it asks for in its metadata grants nothing. @default nothing */
  readonly permissions?: Permissions;
}

/** Limits of one call, below or above the plugin's own. */
export interface ExecuteOptions {
  /** Cancels the call while it waits for its turn. An inline call that runs holds the thread, so only its deadline ends it. */
  readonly signal?: AbortSignal;
  /** Wall time, in milliseconds. */
  readonly timeoutMs?: number;
  /** Instructions, in fuel units. */
  readonly maxFuel?: number;
}

/** A module: the path of a file, or its bytes. */
export type PluginSource = string | Uint8Array;
