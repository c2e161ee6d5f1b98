import type { CallContext } from './call-context.js';
import type { Logger, LogLevel } from './log-level.js';

/** Limits of memory. */
export interface MemoryOptions {
  /** The plugin's memory and its blocks together, in pages of 64 KiB. @default 4096, 256 MiB */
  readonly maxPages?: number | undefined;
  /** The body of one HTTP response, in bytes. @default 52428800 */
  readonly maxHttpResponseBytes?: number | undefined;
  /** All variables, names included, in bytes. @default 1048576 */
  readonly maxVarBytes?: number | undefined;
}

/** A function of the host's own. Its arguments are numbers and bigints; offsets among them are read through the context. */
export type ExtismHostFunction = (
  context: CallContext,
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Extism's SDK: each function declares its own parameters
  ...values: any[]
) => unknown;

/** How `createPlugin` works: the options of Extism's SDK, and a few of ours. */
export interface ExtismPluginOptions {
  /** Whether the plugin may import WASI preview 1. @default false */
  readonly useWasi?: boolean | undefined;
  /** Runs the plugin in a thread; the same as `isolation: 'thread'`. @default false */
  readonly runInWorker?: boolean | undefined;
  /**
   * Where the plugin runs. Limits hold in each; choose `process` for plugins of people that you do not know. Not in Extism's SDK.
   * @default 'inline', or 'thread' with `runInWorker`
   */
  readonly isolation?: 'inline' | 'thread' | 'process' | undefined;
  /** Instructions of one call, as in `ResourceLimits`. Not in Extism's SDK. @default no limit but the time */
  readonly maxFuel?: number | undefined;
  /** Receives what the plugin logs. @default console */
  readonly logger?: Logger | undefined;
  /** Records below it are dropped. @default 'silent' */
  readonly logLevel?: LogLevel | undefined;
  /** Functions that the plugin may import: module, then name. @default none */
  readonly functions?:
    | Readonly<Record<string, Readonly<Record<string, ExtismHostFunction>>>>
    | undefined;
  /** Directories of a plugin that uses WASI: the path that it sees, then yours; `ro:` before yours is for reading only. @default none */
  readonly allowedPaths?: Readonly<Record<string, string>> | undefined;
  /** Hosts that the plugin may send requests to, also by redirects: names, or `*.` before a name for one more label. @default none */
  readonly allowedHosts?: readonly string[] | undefined;
  /** @default see {@link MemoryOptions} */
  readonly memory?: MemoryOptions | undefined;
  /** Wall time of one call, in milliseconds; null for 24 days. @default 30000 */
  readonly timeoutMs?: number | null | undefined;
  /** Whether what a plugin writes to the standard streams goes to the logger. @default false */
  readonly enableWasiOutput?: boolean | undefined;
  /** What the plugin may ask for by name. @default nothing */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Fetches a manifest or module from its address; requests of the plugin do not use it. @default fetch */
  readonly fetch?: typeof fetch | undefined;
  /** Whether the plugin may read the headers of responses. @default false */
  readonly allowHttpResponseHeaders?: boolean | undefined;
  /** Accepted and ignored: nothing is shared. */
  readonly sharedArrayBufferSize?: number | undefined;
  /** Accepted and ignored: threads are our own. */
  readonly nodeWorkerArgs?: object | undefined;
}
