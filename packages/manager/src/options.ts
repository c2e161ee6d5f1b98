import type { CertificateAuthority, OpenStateStore, ProxyOptions } from '@testbench/host';
import type { AdmissionCaps, FeatureSet } from '@testbench/sandbox';
import type {
  CallContext,
  Permissions,
  PluginInput,
  PluginOutput,
  PluginType,
  ResourceLimits,
} from '@testbench/types';
import type { CallAttachment, CustomHostFunctions, LogSink } from '@testbench/types/abi';
import type { HttpTransport, SecretStore } from '@testbench/types/stores';

import type { AnswerAsks, AskModel } from './asking/asking.js';
import type { IsolationChoice, IsolationRequest } from './isolation/isolation.js';
import type { MeteringChoice } from './metering-choice.js';
import type { SourceMapChoice } from './places/source-map-choice.js';
import type { PluginPolicy } from './policy.js';

/** How a `PluginManager` works; every field has a default. */
export interface PluginManagerOptions {
  /** Limits of every plugin that is loaded without its own. */
  readonly limits?: Partial<ResourceLimits>;
  /** WebAssembly features that admission allows, over the defaults of `@testbench/sandbox`. */
  readonly features?: Partial<FeatureSet>;
  /** Caps of admission, over the defaults of `@testbench/sandbox`. Raise them only for modules that you trust. */
  readonly caps?: Partial<AdmissionCaps>;
  /** Answers WASI preview 1 imports, and denies everything that is not harmless. @default false */
  readonly enableWasi?: boolean;
  /**
   * Where plugins run, or a policy that chooses by what it trusts: `inline` on the caller's thread, `thread` in a pool of
   * worker threads, `process` in separate hardened child processes, or a `CustomIsolation`. @default 'thread'
   */
  readonly isolation?: IsolationChoice | ((plugin: IsolationRequest) => IsolationChoice);
  /** Worker threads for all plugins; a single plugin gets at most all but one of them. @default one more than the number of processors */
  readonly maxThreads?: number;
  /** Child processes of one plugin, or its runners in your own isolation. @default 2 */
  readonly maxProcessesPerPlugin?: number;
  /** @default 100 */
  readonly maxLoadedPlugins?: number;
  /**
   * Calls running at a time over all plugins; up to 10,000 more wait, and plugins take turns. From 8 on, one place is kept
   * free of any single plugin. @default 64
   */
  readonly maxConcurrentExecutions?: number;
  /** Directory that keeps metered modules between processes; others must not be able to write to it. @default none */
  readonly cacheDir?: string;
  /** Grants for plugins that are loaded without `permissions`, by name and digest. @default nothing */
  readonly policy?: PluginPolicy;
  /** What `${secret:NAME}` in the header of a plugin's request stands for. @default the secrets of `policy` */
  readonly secrets?: SecretStore;
  /**
   * An HTTP proxy for the plugins' requests: its address, or an object that also says who resolves names. What a plugin may ask is checked as
   * without it. @default that of `policy`; variables such as `HTTPS_PROXY` are not read
   */
  readonly proxy?: string | ProxyOptions;
  /** Sends the plugins' HTTP requests after permissions were checked: for tests and recordings. @default the network */
  readonly httpTransport?: HttpTransport;
  /**
   * Answers for the providers that plugins ask by name. It decides which plugin may ask which provider; a plugin that asks needs `network` among its
   * permissions. @default such asks are denied
   */
  readonly askModel?: AskModel;
  /** Request headers that plugins may set in addition to the usual ones, in lower case: for example those of your own APIs. @default none */
  readonly allowedHeaders?: readonly string[];
  /**
   * Certificate authorities for your own hosts, instead of those that Node trusts; used only for those hosts.
   * @default none
   */
  readonly certificateAuthorities?: readonly CertificateAuthority[];
  /**
   * Functions of your own that plugins may call where `allowedHostFunctions` names them. The name `mine.lookup` is imported as
   * `lookup` from the module `mine`. Input and answer are JSON values; the answer may also be a promise. @default none
   */
  readonly hostFunctions?: CustomHostFunctions;
  /**
   * Wire protocols of your own, in addition to those of the contract: each is the path or `file:` URL of a module that exports a
   * `WireProtocol` as `protocol` and imports nothing. A plugin is matched against them before the built-in ones, in this order. The module is
   * read at the first load, and runs on this thread and wherever a plugin of the protocol runs: it is trusted as your own code. @default none
   */
  readonly protocols?: readonly (string | URL)[];
  /**
   * Where the state of plugins is kept: `createFileStateStores(directory)`, or your own function. It is called with the id that a
   * plugin is loaded under, or with its digest if there is none: a plugin's own name gives no access to state.
   * @default in memory, until the plugin is unloaded
   */
  readonly openStateStore?: OpenStateStore;
  /** How the fuel of plugins is counted. @default 'as-asked' */
  readonly metering?: MeteringChoice;
  /** Receives what plugins log. @default dropped */
  readonly onLog?: LogSink;
  /**
   * Makes the plugins' random numbers reproducible: each call draws from its own stream, chosen by its number among the
   * calls of its plugin, regardless of which instance serves it. @default the operating system's
   */
  readonly random?: { readonly seed: number };
  /**
   * The plugins' clock, in whole milliseconds since the epoch. In threads and processes it is read once, at the start of
   * each call. @default Date.now
   */
  readonly now?: () => number;
}

/** How one plugin is loaded. */
export interface LoadPluginOptions {
  /** Refuses a plugin of another type. @default any type */
  readonly pluginType?: PluginType;
  /** The name to call it by. @default the metadata's name */
  readonly id?: string;
  /** Passed to `plugin_init` as JSON. @default {} */
  readonly config?: unknown;
  /**
   * What instances keep from one call to the next: everything, or nothing. With `reset`, memory, globals and tables
   * are restored to their state after `plugin_init`, or a fresh instance is made where that is not possible: memory or a
   * table has grown, a passive segment was dropped. What `host_set_state` stored stays. @default 'keep'
   */
  readonly state?: 'keep' | 'reset';
  /** Where it runs. @default the manager's */
  readonly isolation?: IsolationChoice;
  /** How its fuel is counted. @default the manager's */
  readonly metering?: MeteringChoice;
  /** Limits of its calls, overriding the manager's. */
  readonly limits?: Partial<ResourceLimits>;
  /** What it may do. The permissions requested in its metadata grant nothing. @default what the manager's `policy` grants it */
  readonly permissions?: Permissions;
  /** Names under which a WASI program sees directories of `allowedDirs`: your path, then its own, such as `/data`. @default your path */
  readonly guestPaths?: Readonly<Record<string, string>>;
  /**
   * The source map that maps errors to the author's source: a path, a `file:` URL, or its bytes; false for none. It is
   * not trusted more than the plugin, and no file that it names is opened. @default the file next to the module, such as `plugin.wasm.map`,
   * which is read when the plugin first fails, and ignored with a note in the log if it cannot be used
   */
  readonly sourceMap?: SourceMapChoice;
}

/** How a plugin of the host's own is registered. */
export interface RegisterPluginOptions {
  /** The name to call it by. @default the metadata's name */
  readonly id?: string;
  /** Passed to `init`, as a copy made through JSON. @default {} */
  readonly config?: unknown;
  /** Limits of its calls, overriding the manager's. There are none for fuel and memory. */
  readonly limits?: Partial<Pick<ResourceLimits, 'timeoutMs' | 'maxInputBytes' | 'maxOutputBytes'>>;
}

/** How a new version replaces an old one. */
export interface ReloadOptions {
  /** Time for the old version's running calls, in milliseconds; then threads and processes are ended. @default 30000 */
  readonly drainTimeoutMs?: number;
  /** Inputs that the new version must answer correctly before it takes over. @default none */
  readonly golden?: readonly GoldenInput[];
  /**
   * Restores the old version when more than this share of the new one's first calls fails, from 0 to 1. Errors of the
   * caller do not count. @default never
   */
  readonly maxErrorRate?: number;
  /** Minimum number of calls before {@link maxErrorRate} is applied. @default 10 */
  readonly minTrialCalls?: number;
  /** Calls after which the new version is trusted. @default 100 */
  readonly trialCalls?: number;
}

/** An input whose output is known. */
export interface GoldenInput {
  readonly input: PluginInput;
  /** True if the output is as it should be. */
  readonly check: (output: PluginOutput) => boolean;
}

/** Limits of one call, below or above the plugin's own. */
export interface ExecuteOptions {
  /**
   * Cancels the call: while it waits for its turn, for a thread or process to start or for a host function, and in a
   * thread or process also while it runs. A running inline call holds the thread, so only its deadline ends it, or a
   * listener of its logs or chunks that fires the signal.
   */
  readonly signal?: AbortSignal;
  /**
   * Wall time, in milliseconds, from the moment of the request; in a batch, how long each input may run, from the moment of its
   * turn. @default the plugin's, from the moment of its turn
   */
  readonly timeoutMs?: number;
  /** Fuel, as {@link ResourceLimits.maxFuel} says; `Infinity` for no limit but the time. @default the plugin's */
  readonly maxFuel?: number;
  /** Intercepts the asks between a plugin and the host. @default the host answers */
  readonly answerAsks?: AnswerAsks;
  /**
   * Files that belong to the input, at most 64: the plugin reads them by their position through `host_attachment_open` if its metadata have the
   * capability `multi_modal_evaluation`, and may have them filled into requests that it asks for. Do not change their bytes before the call has
   * ended. @default none
   */
  readonly attachments?: readonly CallAttachment[];
}

/** A set of results, summed up: the input from which an evaluator of sums computes its score. */
export interface SumSet {
  /** Sums over the results, by name of the metric. */
  readonly sums: Readonly<Record<string, number>>;
  /** Number of results, from 1. */
  readonly n: number;
  readonly context?: CallContext;
}

/** Limits of a batch's calls, and how they are made. */
export interface BatchOptions extends Omit<ExecuteOptions, 'attachments'> {
  /**
   * Runs each input as a separate call, so that its time and fuel are exact. Otherwise a plugin that takes several inputs at once gets
   * them together, which is faster, and time and fuel are shared equally. @default false
   */
  readonly alone?: boolean;
}

/** A part of a streamed answer: chunks as the plugin emits them, then the result. */
export type StreamPart =
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'result'; readonly output: PluginOutput };

/** A module: the path of a file, as a string or as a `file:` URL, or its bytes. */
export type PluginSource = string | URL | Uint8Array;
