import type { CertificateAuthority, OpenStateStore } from '@testbench/host';
import type { AdmissionCaps, FeatureSet } from '@testbench/sandbox';
import type {
  CallContext,
  Permissions,
  PluginInput,
  PluginOutput,
  PluginType,
  ResourceLimits,
} from '@testbench/types';
import type { CustomHostFunctions, LogSink } from '@testbench/types/abi';
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
  /** Answers WASI preview 1 imports, denying what is not harmless. @default false */
  readonly enableWasi?: boolean;
  /**
   * Where plugins run, or a policy that chooses by what it trusts: `inline` on the caller's thread, `thread` in a pool of
   * worker threads, `process` in separate hardened child processes, or a `CustomIsolation`. @default 'thread'
   */
  readonly isolation?: IsolationChoice | ((plugin: IsolationRequest) => IsolationChoice);
  /** Worker threads of all plugins; one plugin gets at most all but one of them. @default one more than processors */
  readonly maxThreads?: number;
  /** Child processes of one plugin, or runners of it in an isolation of your own. @default 2 */
  readonly maxProcessesPerPlugin?: number;
  /** @default 100 */
  readonly maxLoadedPlugins?: number;
  /**
   * Calls taken at a time over all plugins; up to 10,000 more wait, each plugin's in turn. From 8 on, one place is kept
   * free of any single plugin. @default 64
   */
  readonly maxConcurrentExecutions?: number;
  /** Directory that keeps metered modules between processes; others must not be able to write to it. @default none */
  readonly cacheDir?: string;
  /** What plugins are granted that are loaded without `permissions`, by name and digest. @default nothing */
  readonly policy?: PluginPolicy;
  /** What `${secret:NAME}` in the header of a plugin's request stands for. @default the secrets of `policy` */
  readonly secrets?: SecretStore;
  /** Sends the plugins' HTTP requests, once permissions were checked: for tests, recordings, proxies. @default the network */
  readonly httpTransport?: HttpTransport;
  /**
   * Answers for the providers that plugins ask by name. It decides which plugin may ask which provider; asking it needs `network` among the
   * permissions. @default such asks are denied
   */
  readonly askModel?: AskModel;
  /** Request headers that plugins may set besides the usual ones, in lower case: those of your own APIs. @default none */
  readonly allowedHeaders?: readonly string[];
  /**
   * Who signs the certificates of hosts of your own, in place of the authorities that Node trusts; for those hosts alone.
   * @default none
   */
  readonly certificateAuthorities?: readonly CertificateAuthority[];
  /**
   * Functions of your own that plugins may call where `allowedHostFunctions` names them. The name `mine.lookup` is imported as
   * `lookup` from the module `mine`. Input and answer are JSON values, the answer also as a promise. @default none
   */
  readonly hostFunctions?: CustomHostFunctions;
  /**
   * Wire protocols of your own, besides those of the contract: the path or the `file:` URL of a module each, that exports a
   * `WireProtocol` as `protocol` and imports nothing. A plugin is compared with them before the built-in ones, in this order. The module is
   * read at the first load, and runs on this thread and wherever a plugin of the protocol runs: it is your code, trusted as such. @default none
   */
  readonly protocols?: readonly (string | URL)[];
  /**
   * Where the state of plugins is kept: `createFileStateStores(directory)`, or a function of your own. It is asked with the id that a
   * plugin is loaded under, or else with its digest: a plugin's own name gives no access to state.
   * @default in memory, until the plugin is unloaded
   */
  readonly openStateStore?: OpenStateStore;
  /** How the fuel of plugins is counted. @default 'as-asked' */
  readonly metering?: MeteringChoice;
  /** Gets what plugins log. @default dropped */
  readonly onLog?: LogSink;
  /**
   * Makes the plugins' random numbers reproducible: each call draws from a stream of its own, by its number among the
   * calls of its plugin, whichever instance serves it. @default the operating system's
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
  /** Handed to `plugin_init` as JSON. @default {} */
  readonly config?: unknown;
  /**
   * What instances keep from one call to the next: everything, or nothing. With `reset`, memory, globals and tables
   * are brought back to what they were after `plugin_init`, or a fresh instance is made where that is not possible: memory or a
   * table has grown, a passive segment was dropped. What `host_set_state` stored stays. @default 'keep'
   */
  readonly state?: 'keep' | 'reset';
  /** Where it runs. @default the manager's */
  readonly isolation?: IsolationChoice;
  /** How its fuel is counted. @default the manager's */
  readonly metering?: MeteringChoice;
  /** Limits of its calls, over the manager's. */
  readonly limits?: Partial<ResourceLimits>;
  /** What it may do. What it asks for in its metadata grants nothing. @default what the manager's `policy` grants it */
  readonly permissions?: Permissions;
  /**
   * The source map that gives errors their places in the author's source: a path, a `file:` URL, or its bytes; false for none. It is
   * trusted no more than the plugin, and nothing that it names is opened. @default the file next to the module, such as `plugin.wasm.map`,
   * which is read when the plugin fails first, and left out with a note in the log if it cannot be used
   */
  readonly sourceMap?: SourceMapChoice;
}

/** How a plugin of the host's own is registered. */
export interface RegisterPluginOptions {
  /** The name to call it by. @default the metadata's name */
  readonly id?: string;
  /** Handed to `init`, as JSON has it. @default {} */
  readonly config?: unknown;
  /** Limits of its calls, over the manager's. There are none of fuel and memory. */
  readonly limits?: Partial<Pick<ResourceLimits, 'timeoutMs' | 'maxInputBytes' | 'maxOutputBytes'>>;
}

/** How a new version takes the place of an old one. */
export interface ReloadOptions {
  /** Time for the old version's running calls, in milliseconds; then threads and processes are ended. @default 30000 */
  readonly drainTimeoutMs?: number;
  /** Inputs that the new version must answer well before it takes over. @default none */
  readonly golden?: readonly GoldenInput[];
  /**
   * Puts the old version back when more than this share of the new one's first calls fails, from 0 to 1. Errors of the
   * caller do not count. @default never
   */
  readonly maxErrorRate?: number;
  /** Calls that {@link maxErrorRate} looks at before it judges. @default 10 */
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
   * Cancels the call: while it waits for its turn, for a thread or process that starts or for a host function, and in a
   * thread or process also while it runs. An inline call that runs holds the thread, so only its deadline ends it, or a
   * listener of its logs or chunks that fires the signal.
   */
  readonly signal?: AbortSignal;
  /**
   * Wall time, in milliseconds, from the moment of asking; of a batch, what each of its inputs may run, from the moment of its
   * turn. @default the plugin's, from the moment of its turn
   */
  readonly timeoutMs?: number;
  /** Fuel, as {@link ResourceLimits.maxFuel} says; `Infinity` for no limit but the time. @default the plugin's */
  readonly maxFuel?: number;
  /** Stands between a plugin that asks and the host. @default the host answers */
  readonly answerAsks?: AnswerAsks;
}

/** A set of results, added up: what an evaluator of sums is asked with for its score. */
export interface SumSet {
  /** Sums over the results, by name of the metric. */
  readonly sums: Readonly<Record<string, number>>;
  /** Number of results, from 1. */
  readonly n: number;
  readonly context?: CallContext;
}

/** Limits of the calls of a batch, and how they are made. */
export interface BatchOptions extends ExecuteOptions {
  /**
   * Gives each input a call of its own, so that its time and fuel are its own. Otherwise a plugin that takes several inputs at once gets
   * them so, which is faster, and time and fuel of each are an even share. @default false
   */
  readonly alone?: boolean;
}

/** A part of a streamed answer: chunks as the plugin emits them, then the result. */
export type StreamPart =
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'result'; readonly output: PluginOutput };

/** A module: the path of a file, as a text or as a `file:` URL, or its bytes. */
export type PluginSource = string | URL | Uint8Array;
