import type { PluginOutput } from './plugin-output.js';

/** A plugin, as in Extism's SDK. */
export interface Plugin extends AsyncDisposable {
  /** True if the module exports a function of that name. */
  functionExists(name: string): Promise<boolean>;
  /**
   * Calls an exported function. Calls run one after another.
   *
   * @param input A string is sent as UTF-8, a number as its digits. @default nothing
   * @param hostContext Passed to host functions as `context.hostContext()`.
   * @returns What the function set as its output; null if it set none.
   * @throws {CallError} If the plugin sets an error, returns a code other than 0, traps, or is stopped by a limit.
   * @throws The error of a host function, if that ended the call.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in Extism's SDK
  call<T = unknown>(
    name: string,
    input?: string | number | Uint8Array,
    hostContext?: T,
  ): Promise<PluginOutput | null>;
  /**
   * Calls an exported function with the output of an earlier `callBlock`, which the caller then need not read.
   *
   * Numbers are valid until the next `call` or `reset`; the oldest outputs make room if they are more than 64 MiB, or more than 1000.
   *
   * @param input The number of such an output; null for no input.
   * @returns The number of the error that the plugin set, or of the output that it set; null for none.
   * @throws {RangeError} If there is no such output.
   * @throws {CallError} As `call`, except for an error that the plugin set.
   */
  callBlock(
    name: string,
    input: number | null,
  ): Promise<[error: number | null, output: number | null]>;
  /** What the module exports. */
  getExports(): Promise<WebAssembly.ModuleExportDescriptor[]>;
  /** What the module imports. */
  getImports(): Promise<WebAssembly.ModuleImportDescriptor[]>;
  /** Always rejects: an instance would bypass every limit. @throws {CallError} `CALL_UNSUPPORTED`. */
  getInstance(): Promise<WebAssembly.Instance>;
  /** True while a call runs or waits. */
  isActive(): boolean;
  /** Starts from a fresh instance; variables stay. @returns False during a call, which it does not disturb. */
  reset(): Promise<boolean>;
  /** Ends the plugin and everything that it uses. */
  close(): Promise<void>;
}
