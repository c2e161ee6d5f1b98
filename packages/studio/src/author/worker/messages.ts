import type { Diagnostic } from '@testbench/sdk/compile';

/** A request of the page to the worker; every reply contains its `id`. */
export interface RunRequest {
  readonly id: number;
  /** Texts of the project by path: `assembly/index.ts`, `package.json`. */
  readonly files: Readonly<Record<string, string>>;
  /** True for the same output as `testbench build`, to be saved; false for a fast build, to be run. */
  readonly isRelease: boolean;
  /** Data of each call, in order. */
  readonly data: readonly unknown[];
  /** Configuration passed to the plugin when it starts. */
  readonly config: unknown;
  readonly limits: {
    readonly timeoutMs: number;
    readonly maxFuel: number;
    readonly maxMemoryBytes: number;
  };
}

/** A line that the plugin wrote to its log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** The result of one call. */
export interface RunRow {
  /** Index of its data in the request. */
  readonly index: number;
  /** The plugin's result; undefined if the call failed. */
  readonly result?: unknown;
  /** Why the call failed. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Fuel units; undefined if the call failed. */
  readonly fuel?: number;
  /** Linear memory after the call, in bytes. */
  readonly memoryBytes?: number;
  readonly timeMs?: number;
  readonly log: readonly LogLine[];
}

/** The worker's replies, in this order: `compiled` or `failed`, then `rows` several times, then `done`. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'compiled';
      readonly id: number;
      /** The module as it would be written to a file. */
      readonly module: Uint8Array<ArrayBuffer>;
      readonly pluginType: string;
      readonly name: string;
      readonly version: string;
      readonly warnings: readonly Diagnostic[];
      readonly compileMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly RunRow[] }
  | { readonly kind: 'done'; readonly id: number; readonly runMs: number };
