import type { LogLevel } from './log-level.js';
import { PluginOutput } from './plugin-output.js';
import type { Variables } from './variables.js';

const encoder = new TextEncoder();

/**
 * What a host function may use while it serves a call, as in Extism's SDK.
 *
 * Blocks are copies: those whose offsets are among the arguments can be read, and one that was stored reaches the plugin as the function's result.
 */
export class CallContext {
  readonly #given: ReadonlyMap<bigint, Uint8Array>;
  /** Blocks of this function by their placeholders, which are negative: no offset of the plugin is. */
  readonly #made = new Map<bigint, Uint8Array>();
  readonly #hostContext: unknown;
  readonly #variables: Variables;
  #error: string | undefined;

  /** Made by `createPlugin`. */
  constructor(
    given: ReadonlyMap<bigint, Uint8Array>,
    hostContext: unknown,
    variables: Variables,
    /** The plugin's log level. */
    readonly logLevel: LogLevel,
  ) {
    this.#given = given;
    this.#hostContext = hostContext;
    this.#variables = variables;
  }

  /** What the caller passed to `plugin.call` for host functions. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in Extism's SDK
  hostContext<T = unknown>(): T {
    return this.#hostContext as T;
  }

  /** Makes a block. @returns Its offset, for the function's result. */
  alloc(size: bigint | number): bigint {
    return this.#make(new Uint8Array(Number(size)));
  }

  /** Makes a block of text or bytes. @returns Its offset, for the function's result. */
  store(input: string | Uint8Array): bigint {
    return this.#make(typeof input === 'string' ? encoder.encode(input) : input.slice());
  }

  /** The block at an offset; null if it is neither an argument nor made here. */
  read(offset: bigint | number): PluginOutput | null {
    const bytes = this.#find(offset);
    return bytes === undefined ? null : new PluginOutput(bytes.buffer as ArrayBuffer);
  }

  /** Bytes of the block at an offset; 0 if there is none. */
  length(offset: bigint | number): bigint {
    return BigInt(this.#find(offset)?.length ?? 0);
  }

  /** A variable of the plugin; null if there is none. */
  getVariable(name: string): PluginOutput | null {
    const value = this.#variables.get(name);
    return value === undefined ? null : new PluginOutput(value.buffer as ArrayBuffer);
  }

  /** @throws {RangeError} If there is no room for it: see `maxVarBytes`. */
  setVariable(name: string, value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    if (this.#variables.set(name, bytes)) return;
    throw new RangeError(`Cannot set variable: var memory limit exceeded: ${bytes.length} bytes`);
  }

  deleteVariable(name: string): void {
    this.#variables.delete(name);
  }

  /** Fails the call with this message, once the plugin's function has returned. */
  setError(error?: string | Error | null): void {
    this.#error = error instanceof Error ? error.message : (error ?? undefined);
  }

  /** @internal The error that was set. */
  get error(): string | undefined {
    return this.#error;
  }

  /** @internal A block that was made here. */
  made(offset: bigint): Uint8Array | undefined {
    return this.#made.get(offset);
  }

  #make(bytes: Uint8Array): bigint {
    const offset = -1n - BigInt(this.#made.size);
    this.#made.set(offset, bytes);
    return offset;
  }

  #find(offset: bigint | number): Uint8Array | undefined {
    const key = BigInt(offset);
    return this.#made.get(key) ?? this.#given.get(key);
  }
}
