import {
  decodeMetadata,
  DEFAULT_LIMITS,
  type PluginMetadata,
  type PluginOutput,
  type PluginType,
  type ResourceLimits,
} from '@testbench/types';
import type {
  HostCallReport,
  ProtocolInput,
  ProtocolSession,
  WireProtocol,
} from '@testbench/types/abi';
import type { AskRound, RoundInput } from '@testbench/types/asking';
import { CallError, type CallUsage, LoadError } from '@testbench/types/errors';

import { failureOfCode } from './call-failure.js';
import { CallGuard } from './call-guard.js';
import type { CompiledPlugin } from './compile-plugin.js';
import { checkInputLength, inputText } from './encode-input.js';
import { encodeShared, surelyFits } from './input-text.js';
import {
  type InstanceCallOptions,
  type InstanceOptions,
  readCallOptions,
  readInstanceOptions,
  readRawCallOptions,
} from './instance-options.js';
import { instantiate, mustWait } from './instantiate.js';
import { LinearMemory } from './linear-memory.js';
import { asLoadError, checkInit, configBytes, describePlugin } from './load-failure.js';
import { InstanceGuest } from './protocols/instance-guest.js';
import { checkExports, pickProtocol, requireMemory } from './protocols/pick-protocol.js';
import { takeNow, takeWaiting } from './protocols/take-steps.js';
import { WIRE_PROTOCOLS } from './protocols/wire-protocols.js';
import { checkOutputLength, type ParsedOutput, readOutput } from './read-output.js';
import { Snapshot } from './snapshot.js';

const NO_OPTIONS: InstanceCallOptions = {};

/**
 * One running copy of a plugin on the caller's thread.
 *
 * Every method runs guest code synchronously, under fuel, deadline and memory limits, and returns when it
 * is done; those that return a promise also support a plugin that waits for the host. A call that traps, is stopped by a limit or
 * has an invalid output poisons the instance: its memory may be in any state, so make a new one. An error code that the
 * plugin returns normally does not. Every method throws a `ConfigError` for options with an unknown key or a wrong value.
 *
 * @example
 * ```ts no-run
 * import { compilePlugin, PluginInstance } from '@testbench/runtime';
 * import type { HostBinding } from '@testbench/types/abi';
 *
 * declare const bytes: Uint8Array<ArrayBuffer>;
 * declare const host: HostBinding;
 *
 * const plugin = await compilePlugin(bytes, { maxMemoryBytes: 64 * 2 ** 20 });
 * const instance = new PluginInstance(plugin, { host });
 * instance.init({});
 * instance.execute({ data: { output: 'Paris', expected: 'Paris' } }).data; // { score: 1 }
 * ```
 */
export class PluginInstance {
  /**
   * True if the plugin imports a host function that may make it wait. Only the methods that return a promise run it
   * then.
   */
  readonly waits: boolean;
  readonly #limits: ResourceLimits;
  readonly #memory: LinearMemory;
  readonly #guard: CallGuard;
  readonly #protocol: WireProtocol;
  readonly #session: ProtocolSession;
  readonly #instance: WebAssembly.Instance;
  readonly #callsChecked: boolean;
  #snapshot: Snapshot | undefined;
  #pluginType: PluginType | undefined;
  /** True if the plugin may ask instead of giving a result. */
  #asking = false;
  /** The plugin in messages. */
  #described: string;
  readonly #isNamed: boolean;

  /**
   * Instantiates the module and runs its start function and `_initialize`, under the limits of `start`.
   *
   * @throws {LoadError} `LOAD_REJECTED` for an import that the host does not offer; `LOAD_BAD_EXPORT`; `LOAD_UNSUPPORTED`
   *   for an import that may wait if the engine cannot suspend; `LOAD_PROTOCOL_FAILED` for a fault of the host's own protocol;
   *   `LOAD_START_FAILED` if the start function or `_initialize` traps or hits a limit.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  constructor(plugin: CompiledPlugin, options: InstanceOptions) {
    const {
      host,
      limits,
      name,
      start = NO_OPTIONS,
      callsChecked = false,
      protocol: known,
    } = readInstanceOptions(options);
    this.#callsChecked = callsChecked;
    this.#described = describePlugin(name);
    this.#isNamed = name !== undefined;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.waits = mustWait(plugin.imports, host);
    const { maxMemoryBytes } = plugin;
    const { maxOutputBytes } = this.#limits;
    const guest = new InstanceGuest({ maxOutputBytes, maxMemoryBytes }, this.waits, plugin.imports);
    // A protocol with its own functions is known beforehand: nothing links without them.
    const imports = known?.createImports?.(guest);
    const instance = instantiate(plugin.module, host, this.waits, imports);
    const { exports } = instance;
    this.#instance = instance;
    this.#memory = new LinearMemory(requireMemory(exports, known), maxMemoryBytes);
    this.#protocol = known ?? pickProtocol(instance, plugin.imports, WIRE_PROTOCOLS);
    checkExports(exports, this.#protocol);
    if (this.#memory.size > maxMemoryBytes) {
      throw new LoadError(
        'LOAD_REJECTED',
        `Cannot instantiate module: its memory is ${this.#memory.size} bytes, limit is ${maxMemoryBytes}`,
      );
    }
    this.#guard = new CallGuard(instance, host, this.#limits, this.#memory);
    host.attachMemory(this.#memory);
    const { meter } = this.#guard;
    guest.attach({
      exports,
      memory: this.#memory,
      charge: (fuel) => meter.charge(fuel),
      host: host.protocolHost,
    });
    this.#session = this.#protocol.open(guest, imports);
    this.#guard.adapterBytes = () => this.#session.memoryBytes ?? 0;
    this.#start(start);
  }

  /** Name of the wire protocol: `v1`, `classic` or another one. */
  get contract(): string {
    return this.#protocol.name;
  }

  /** True after a trap, a limit or an invalid output: every further call fails. */
  get poisoned(): boolean {
    return this.#guard.poisoned;
  }

  /** True if the plugin takes several inputs at once. */
  get hasBatch(): boolean {
    return this.#session.executeBatch !== undefined;
  }

  /** What happened in the host functions during the last call. */
  get lastReport(): HostCallReport {
    return this.#guard.report;
  }

  /** Time, fuel and memory of the last call. */
  get lastUsage(): CallUsage {
    return this.#guard.usage;
  }

  /** Size of the linear memory, and of what its protocol holds for it, in bytes. */
  get memoryBytes(): number {
    return this.#memory.size + (this.#session.memoryBytes ?? 0);
  }

  /**
   * Asks the plugin for its metadata. The plugin must not wait while it answers.
   *
   * @throws {LoadError} `LOAD_INVALID_METADATA`; `LOAD_METADATA_FAILED` if it returns an error code, traps or hits a limit.
   */
  readMetadata(given?: InstanceCallOptions): PluginMetadata {
    const options = this.#optionsOf(given);
    let value: PluginMetadata | number;
    try {
      value = this.#guard.run(options, () => takeNow(this.#session.readMetadata(decodeMetadata)));
    } catch (error) {
      throw asLoadError('read metadata', error, 'LOAD_METADATA_FAILED', 'LOAD_INVALID_METADATA');
    }
    if (typeof value === 'number') {
      throw new LoadError(
        'LOAD_METADATA_FAILED',
        `Cannot read metadata: "plugin_metadata" returned error code ${value}`,
      );
    }
    this.#pluginType = value.pluginType;
    this.#asking = value.asking === true;
    if (!this.#isNamed) this.#described = describePlugin(value.name);
    return value;
  }

  /**
   * Passes the plugin its configuration. Call this once, before the first `execute`.
   *
   * @param config Any JSON value; undefined stands for `{}`.
   * @throws {LoadError} `LOAD_INIT_FAILED` if the plugin refuses it, with the plugin's own message;
   *   `LOAD_INIT_TRAPPED` if it traps or hits a limit, with that as `cause`; `LOAD_INVALID_CONFIG` if it has no JSON form.
   */
  init(config: unknown, given?: InstanceCallOptions): void {
    const options = this.#optionsOf(given);
    const bytes = configBytes(config, this.#described);
    let code: number;
    try {
      this.#refuseWaiting();
      code = this.#guard.run(options, () => takeNow(this.#session.init(bytes)));
    } catch (error) {
      throw asLoadError(`initialize ${this.#described}`, error, 'LOAD_INIT_TRAPPED');
    }
    checkInit(code, this.#described, this.#guard.facts);
  }

  /** Like {@link init}, but also for a plugin that waits. */
  async initAsync(config: unknown, given?: InstanceCallOptions): Promise<void> {
    if (!this.waits) return this.init(config, given);
    const options = this.#optionsOf(given);
    const bytes = configBytes(config, this.#described);
    let code: number;
    try {
      code = await this.#guard.runWaiting(options, () => takeWaiting(this.#session.init(bytes)));
    } catch (error) {
      throw asLoadError(`initialize ${this.#described}`, error, 'LOAD_INIT_TRAPPED');
    }
    checkInit(code, this.#described, this.#guard.facts);
  }

  /**
   * Asks `plugin_health`; a plugin without it counts as healthy.
   *
   * @returns 0 if it is healthy, otherwise the plugin's code.
   * @throws {CallError} If the plugin traps or a limit stops it.
   */
  health(given?: InstanceCallOptions): number {
    const options = this.#optionsOf(given);
    const session = this.#session;
    if (session.health === undefined) return 0;
    this.#refuseWaiting();
    return this.#guard.run(options, () => takeNow(session.health?.() ?? 0));
  }

  /** Like {@link health}, but also for a plugin that waits. */
  async healthAsync(given?: InstanceCallOptions): Promise<number> {
    const session = this.#session;
    if (session.health === undefined || !this.waits) return this.health(given);
    const options = this.#optionsOf(given);
    return await this.#guard.runWaiting(options, () => takeWaiting(session.health?.() ?? 0));
  }

  /**
   * Runs one input through the plugin.
   *
   * @param input Its `data` must have a JSON form. A classic plugin gets the bare `data`.
   * @returns The checked output, owned by the caller. If `readMetadata` was called before, `data` is also
   *   checked against the shape for the plugin's type, and a plugin whose metadata says so may ask: with `round` instead of a result.
   * @throws {CallError} Every code except those of a host that manages plugins: `CALL_NOT_FOUND`, `CALL_CONCURRENCY_EXCEEDED`,
   *   `CALL_CRASHED` and related codes, `CALL_UNLOADED`, `CALL_REPLACED`, `CALL_SHUT_DOWN`.
   */
  execute(input: RoundInput, given?: InstanceCallOptions): RoundOutput {
    const options = this.#optionsOf(given);
    this.#guard.forget();
    return this.#executeText(inputText(input, this.#protocol.payload), options);
  }

  /**
   * Like {@link execute}, for an input that is already JSON.
   *
   * @param text As `encodeInput` writes it.
   */
  executeText(text: string, given?: InstanceCallOptions): RoundOutput {
    const options = this.#optionsOf(given);
    this.#guard.forget();
    return this.#executeText(text, options);
  }

  /** Like {@link execute}, but also for a plugin that waits: other work of this thread continues meanwhile. */
  async executeAsync(input: RoundInput, given?: InstanceCallOptions): Promise<RoundOutput> {
    if (!this.waits) return this.execute(input, given);
    const options = this.#optionsOf(given);
    const guard = this.#guard;
    guard.forget();
    const text = this.#checked(inputText(input, this.#protocol.payload));
    guard.begin(options);
    let value: ParsedOutput | number;
    try {
      value = await takeWaiting(this.#session.execute(text, this.#parse));
    } catch (error) {
      throw guard.fail(error);
    }
    guard.finish();
    return this.#output(value);
  }

  /**
   * Runs input that is already JSON, and returns the output unchecked, for a host that checks it elsewhere.
   *
   * @param text As `encodeInput` writes it, or its UTF-8; for `batch` a list of such texts.
   * @param keep Takes the output's bytes out of the guest's memory before the guest continues. @default a copy of them
   * @returns The result of `keep`, for at most `maxOutputBytes`: untrusted, to be read by `readOutput` or `readBatchOutput`.
   * @throws {CallError} As {@link execute}.
   */
  executeRaw(
    text: string | Uint8Array,
    given: InstanceCallOptions & { readonly batch?: boolean } = NO_OPTIONS,
    keep: (bytes: Uint8Array) => Uint8Array = copyOf,
  ): RawOutput {
    const options = this.#callsChecked || given === NO_OPTIONS ? given : readRawCallOptions(given);
    this.#guard.forget();
    this.#checked(text);
    this.#refuseWaiting();
    const session = this.#session;
    if (options.batch === true && session.executeBatch === undefined) {
      throw new CallError('CALL_INVALID_INPUT', 'Cannot start batch: the plugin takes none');
    }
    // Before the bytes there is a mark.
    const markBytes = this.#protocol.payload === 'bytes' ? 1 : 0;
    const read = (bytes: Uint8Array): Uint8Array => {
      checkOutputLength(bytes, this.#limits.maxOutputBytes + markBytes, this.#asking);
      return keep(bytes);
    };
    const value = this.#guard.run(options, () =>
      takeNow(
        options.batch === true ? session.executeBatch!(text, read) : session.execute(text, read),
      ),
    );
    if (typeof value === 'number') throw failureOfCode(value, this.#guard.facts);
    return { bytes: value, usage: this.#guard.usage };
  }

  /**
   * Saves the current memory, mutable globals and tables for {@link reset}. Call it after `init`.
   *
   * The module must have been compiled as `resettable`; otherwise, or if the state is inaccessible, {@link reset} returns false.
   */
  takeSnapshot(): void {
    this.#snapshot = Snapshot.take(this.#instance, this.#guard.meter);
  }

  /**
   * Restores the instance to its snapshot, so that no later call can see any data of an earlier one.
   *
   * @returns false if it cannot: the call failed, memory or a table has grown, a segment was dropped, or there is no
   *   snapshot. Make a new instance then.
   */
  reset(): boolean {
    if (this.poisoned || this.#snapshot?.restore() !== true) return false;
    this.#session.reset?.();
    return true;
  }

  /**
   * Notifies the plugin that no more calls will come. The instance cannot be used afterwards.
   *
   * @throws {CallError} If the plugin traps or a limit stops it.
   */
  shutdown(given?: InstanceCallOptions): void {
    const options = this.#optionsOf(given);
    const session = this.#session;
    if (session.shutdown !== undefined && !this.poisoned && !this.waits) {
      this.#guard.run(options, () => takeNow(session.shutdown?.()));
    }
    this.#guard.poison();
  }

  /** Like {@link shutdown}, but also for a plugin that waits. */
  async shutdownAsync(given?: InstanceCallOptions): Promise<void> {
    const session = this.#session;
    if (!this.waits) return this.shutdown(given);
    const options = this.#optionsOf(given);
    if (session.shutdown !== undefined && !this.poisoned) {
      await this.#guard.runWaiting(options, () => takeWaiting(session.shutdown?.()));
    }
    this.#guard.poison();
  }

  /** The options of a call: options that are already checked are not read again. */
  #optionsOf(given: InstanceCallOptions | undefined): InstanceCallOptions {
    if (given === undefined) return NO_OPTIONS;
    return this.#callsChecked ? given : readCallOptions(given);
  }

  /** Runs the code that precedes every call. @throws {LoadError} `LOAD_START_FAILED`. */
  #start(options: InstanceCallOptions): void {
    const session = this.#session;
    if (!this.#guard.meter.hasStart && session.initialize === undefined) return;
    let action = 'run the start function';
    try {
      this.#guard.runStart(options, () => {
        action = 'run "_initialize"';
        session.initialize?.();
      });
    } catch (error) {
      throw asLoadError(action, error, 'LOAD_START_FAILED');
    }
  }

  readonly #parse = (bytes: Uint8Array): ParsedOutput =>
    readOutput(bytes, this.#protocol.payload, {
      type: this.#pluginType,
      maxBytes: this.#limits.maxOutputBytes,
      asking: this.#asking,
    });

  /** @throws {CallError} `CALL_INVALID_INPUT` if it is too long; its bytes are only counted if the text's length is inconclusive. */
  #checked<T extends ProtocolInput>(text: T): T {
    const { maxInputBytes } = this.#limits;
    if (!surelyFits(text, maxInputBytes)) {
      checkInputLength(encodeShared(text).length, maxInputBytes);
    }
    return text;
  }

  #executeText(input: ProtocolInput, options: InstanceCallOptions): RoundOutput {
    const guard = this.#guard;
    const text = this.#checked(input);
    this.#refuseWaiting();
    guard.begin(options);
    let value: ParsedOutput | number;
    try {
      value = takeNow(this.#session.execute(text, this.#parse));
    } catch (error) {
      throw guard.fail(error);
    }
    guard.finish();
    return this.#output(value);
  }

  #output(value: ParsedOutput | number): RoundOutput {
    if (typeof value === 'number') throw failureOfCode(value, this.#guard.facts);
    const { executionTimeMs, memoryUsedBytes, fuelUsed } = this.#guard.usage;
    const output = {
      data: value.data,
      metadata: { metrics: value.metrics, executionTimeMs, memoryUsedBytes, fuelUsed },
    };
    return value.round === undefined ? output : { ...output, round: value.round };
  }

  #refuseWaiting(): void {
    if (this.waits)
      this.#guard.refuse('CALL_MUST_WAIT', 'it may wait: use the methods that give a promise');
  }
}

/** The output of one round of a call: a result, or the plugin's asks. */
export interface RoundOutput extends PluginOutput {
  /** Call again with `continue` and the answers; `data` is null. */
  readonly round?: AskRound;
}

function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

/** Output as the guest returned it. */
export interface RawOutput {
  readonly bytes: Uint8Array;
  readonly usage: CallUsage;
}
