import { attachMeter, type Meter } from '@testbench/metering';
import {
  CallError,
  type CallUsage,
  type Contract,
  decodeMetadata,
  DEFAULT_LIMITS,
  type HostBinding,
  type HostCallReport,
  LoadError,
  type LoadErrorCode,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
  type PluginType,
  type ResourceLimits,
} from '@testbench/types';

import { type FailureFacts, failureOfCode, failureOfThrow } from './call-failure.js';
import { ClassicProtocol } from './classic-protocol.js';
import type { CompiledPlugin } from './compile-plugin.js';
import { encodeChecked, encodeInput, encodeText, jsonText } from './encode-input.js';
import { type GuestExports, pickExports } from './guest-exports.js';
import type { InstanceCallOptions, InstanceOptions } from './instance-options.js';
import { instantiate, mustWait } from './instantiate.js';
import { SLICE_FUEL } from './limits.js';
import { LinearMemory } from './linear-memory.js';
import { type GuestResult, type Protocol, runNow, runWaiting, type Steps } from './protocol.js';
import { type ParsedOutput, readOutput } from './read-output.js';
import { Snapshot } from './snapshot.js';
import { toI32, V1Protocol } from './v1-protocol.js';

/**
 * One running copy of a plugin on the caller's thread.
 *
 * Every method runs guest code at once, under fuel, deadline and memory limits, and returns when it
 * is done. A call that traps, or that a limit stops, poisons the instance: its memory may be in any
 * state, so make a new one. An error code that the plugin returns in good order does not.
 *
 * @example
 * ```ts no-run
 * import { compilePlugin, PluginInstance } from '@testbench/runtime';
 * import type { HostBinding } from '@testbench/types';
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
   * True if the plugin imports a host function that may keep it waiting. Only the methods that give a promise run it
   * then.
   */
  readonly waits: boolean;
  readonly #limits: ResourceLimits;
  readonly #host: HostBinding;
  readonly #exports: GuestExports;
  readonly #memory: LinearMemory;
  readonly #meter: Meter;
  readonly #protocol: Protocol;
  readonly #instance: WebAssembly.Instance;
  #snapshot: Snapshot | undefined;
  #pluginType: PluginType | undefined;
  #deadline = 0;
  #isCancelled: (() => boolean) | undefined;
  readonly #charge = (fuel: number): void => this.#meter.charge(fuel);
  #inCall = false;
  #report: HostCallReport = NO_REPORT;
  #poisoned = false;

  /**
   * Instantiates the module and runs its start function and `_initialize`.
   *
   * @throws {LoadError} `LOAD_REJECTED` for an import that the host does not offer; `LOAD_BAD_EXPORT`; `LOAD_UNSUPPORTED`
   *   for an import that may wait where the engine cannot suspend;
   *   `LOAD_START_FAILED` if the start function or `_initialize` traps or hits a limit.
   */
  constructor(plugin: CompiledPlugin, options: InstanceOptions) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#host = options.host;
    this.waits = mustWait(plugin.imports, options.host);
    const instance = instantiate(plugin.module, options.host, this.waits);
    this.#instance = instance;
    this.#exports = pickExports(instance, this.waits);
    this.#memory = new LinearMemory(this.#exports.memory);
    if (this.#memory.size > plugin.maxMemoryBytes) {
      throw new LoadError(
        'LOAD_REJECTED',
        `Cannot instantiate module: its memory is ${this.#memory.size} bytes, limit is ${plugin.maxMemoryBytes}`,
      );
    }
    this.#meter = attachMeter(instance, {
      sliceFuel: SLICE_FUEL,
      onSlice: () => {
        if (performance.now() >= this.#deadline) return 'deadline';
        return this.#isCancelled?.() === true ? 'cancelled' : 'continue';
      },
    });
    this.#host.attachMemory(this.#memory);
    this.#protocol = this.#chooseProtocol(plugin.maxMemoryBytes);
    const { initialize } = this.#exports;
    if (initialize !== undefined) {
      this.#load('run "_initialize"', () => this.#run(NEVER_WAITS, initialize));
    }
  }

  /** Which of the contract's signatures the plugin has. */
  get contract(): Contract {
    return this.#exports.contract;
  }

  /** True after a trap or a limit: every further call fails. */
  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** True if the plugin exports `plugin_execute_batch`. */
  get hasBatch(): boolean {
    return this.#exports.executeBatch !== undefined && this.contract === 'v1';
  }

  /** What happened in the host functions during the last call. */
  get lastReport(): HostCallReport {
    return this.#report;
  }

  /** Size of the linear memory, in bytes. */
  get memoryBytes(): number {
    return this.#memory.size;
  }

  /**
   * Asks the plugin for its metadata.
   *
   * @throws {LoadError} `LOAD_INVALID_METADATA`; `LOAD_START_FAILED` if the plugin fails to answer.
   */
  readMetadata(): PluginMetadata {
    const read = (): PluginMetadata | number => {
      const answer = this.#protocol.readMetadata();
      if (!answer.ok) return answer.code;
      const metadata = decodeMetadata(answer.bytes);
      answer.release();
      return metadata;
    };
    const { value } = this.#load(
      'read metadata',
      () => this.#run(NEVER_WAITS, read),
      'LOAD_INVALID_METADATA',
    );
    if (typeof value === 'number') {
      throw new LoadError(
        'LOAD_INVALID_METADATA',
        `Cannot read metadata: "plugin_metadata" returned error code ${value}`,
      );
    }
    this.#pluginType = value.pluginType;
    return value;
  }

  /**
   * Hands the plugin its configuration. Call it once, before the first `execute`.
   *
   * @param config Any JSON value; undefined stands for `{}`.
   * @throws {LoadError} `LOAD_INIT_FAILED` if the plugin refuses it, with the plugin's own words, or if
   *   it has no JSON form; `LOAD_START_FAILED` if the plugin fails to answer.
   */
  init(config: unknown): void {
    const bytes = configBytes(config);
    const result = this.#load('initialize plugin', () =>
      this.#run({}, () => runNow(this.#protocol.init(bytes))),
    );
    checkInit(result);
  }

  /** Like {@link init}, also for a plugin that waits. */
  async initAsync(config: unknown): Promise<void> {
    const bytes = configBytes(config);
    try {
      checkInit(await this.#runWaiting({}, () => this.#protocol.init(bytes)));
    } catch (error) {
      throw this.#asLoadError('initialize plugin', 'LOAD_START_FAILED', error);
    }
  }

  /**
   * Asks `plugin_health`; a plugin without it is well.
   *
   * @returns 0 if it is well, or the plugin's code.
   * @throws {CallError} If the plugin traps or a limit stops it.
   */
  health(): number {
    const { health } = this.#exports;
    return health === undefined
      ? 0
      : this.#run(NEVER_WAITS, () => toI32('plugin_health', health())).value;
  }

  /**
   * Runs one input through the plugin.
   *
   * @param input Its `data` must have a JSON form. A classic plugin gets the bare `data`.
   * @returns The checked output, owned by the caller. If `readMetadata` was called before, `data` is also
   *   checked against the shape for the plugin's type.
   * @throws {CallError} Every code but `CALL_NOT_FOUND`, `CALL_CONCURRENCY_EXCEEDED` and `CALL_CRASHED`.
   */
  execute(input: PluginInput, options: InstanceCallOptions = {}): PluginOutput {
    const bytes = this.#encode(encodeInput(input, this.contract));
    return toOutput(
      this.#run(options, () => runNow(this.#answer(this.#protocol.execute(bytes), this.#parse))),
    );
  }

  /** Like {@link execute}, also for a plugin that waits: other work of this thread goes on meanwhile. */
  async executeAsync(input: PluginInput, options: InstanceCallOptions = {}): Promise<PluginOutput> {
    const bytes = this.#encode(encodeInput(input, this.contract));
    return toOutput(
      await this.#runWaiting(options, () =>
        this.#answer(this.#protocol.execute(bytes), this.#parse),
      ),
    );
  }

  /**
   * Runs input that is JSON already, and gives the output as it is, for a host that checks it elsewhere.
   *
   * @param text As `encodeInput` writes it, or for `batch` a list of such texts.
   * @returns A copy of the output's bytes, at most `maxOutputBytes`: untrusted, to be read by `readOutput` or
   *   `readBatchOutput`.
   * @throws {CallError} As {@link execute}.
   */
  executeRaw(
    text: string,
    options: InstanceCallOptions & { readonly batch?: boolean } = {},
  ): RawOutput {
    const bytes = this.#encode(text);
    const protocol = this.#protocol;
    const { value, facts } = this.#run(options, () =>
      runNow(
        this.#answer(
          options.batch === true ? protocol.executeBatch(bytes) : protocol.execute(bytes),
          this.#copy,
        ),
      ),
    );
    if (typeof value === 'number') throw failureOfCode(value, facts);
    return { bytes: value, usage: facts.usage };
  }

  readonly #parse = (bytes: Uint8Array): ParsedOutput =>
    readOutput(bytes, this.contract, this.#pluginType, this.#limits.maxOutputBytes);

  readonly #copy = (bytes: Uint8Array): Uint8Array => {
    const { maxOutputBytes } = this.#limits;
    if (bytes.length <= maxOutputBytes) return bytes.slice();
    throw new CallError(
      'CALL_OUTPUT_TOO_LARGE',
      `Cannot read output: ${bytes.length} bytes, limit is ${maxOutputBytes}`,
    );
  };

  #encode(text: string): Uint8Array {
    return encodeChecked(text, this.#limits.maxInputBytes);
  }

  /** Reads what the guest gave before its room is given back; an error code is passed on. */
  *#answer<T>(steps: Steps<GuestResult>, read: (bytes: Uint8Array) => T): Steps<T | number> {
    const answer = yield* steps;
    if (!answer.ok) return answer.code;
    const value = read(answer.bytes);
    answer.release();
    return value;
  }

  /**
   * Remembers memory, mutable globals and tables as they are now, for {@link reset}. Call it after `init`.
   *
   * The module must have been compiled as `resettable`, or globals and tables are left out.
   */
  takeSnapshot(): void {
    this.#snapshot = Snapshot.take(this.#instance, this.#exports.memory);
  }

  /**
   * Brings the instance back to its snapshot, so that no later call can see anything of an earlier one.
   *
   * @returns false if it cannot: the call failed, memory or a table has grown, or there is no snapshot. Make a new
   *   instance then.
   */
  reset(): boolean {
    return !this.#poisoned && this.#snapshot?.restore() === true;
  }

  /**
   * Tells the plugin that no more calls will come. The instance is of no use afterwards.
   *
   * @throws {CallError} If the plugin traps or a limit stops it.
   */
  shutdown(): void {
    const { shutdown } = this.#exports;
    if (shutdown !== undefined && !this.#poisoned && !this.waits) this.#run({}, shutdown);
    this.#poisoned = true;
  }

  /** Like {@link shutdown}, also for a plugin that waits. */
  async shutdownAsync(): Promise<void> {
    const { shutdown } = this.#exports;
    if (shutdown !== undefined && !this.#poisoned) {
      await this.#runWaiting({}, function* () {
        yield shutdown();
      });
    }
    this.#poisoned = true;
  }

  /** Runs guest code under limits; a failure poisons the instance. */
  #run<T>(options: InstanceCallOptions, body: () => T): RunResult<T> {
    if (this.waits && options !== NEVER_WAITS)
      this.#refuse('it may wait: use the methods that give a promise');
    const call = this.#begin(options);
    let value: T;
    try {
      value = body();
    } catch (error) {
      throw this.#fail(call, error);
    }
    return this.#finish(call, value);
  }

  /** Like `#run`, letting the guest be suspended between steps. */
  async #runWaiting<T>(options: InstanceCallOptions, steps: () => Steps<T>): Promise<RunResult<T>> {
    const call = this.#begin(options);
    let value: T;
    try {
      value = await runWaiting(steps());
    } catch (error) {
      throw this.#fail(call, error);
    }
    return this.#finish(call, value);
  }

  #begin(options: InstanceCallOptions): RunningCall {
    if (this.#inCall) this.#refuse('it is in another call');
    if (this.#poisoned) this.#refuse('an earlier call failed');
    const timeoutMs = options.timeoutMs ?? this.#limits.timeoutMs;
    const maxFuel = options.maxFuel ?? this.#limits.maxFuel;
    const start = performance.now();
    this.#deadline = start + timeoutMs;
    this.#host.beginCall({
      requestId: options.requestId,
      onChunk: options.onChunk,
      signal: options.signal,
      charge: this.#charge,
      deadlineMs: this.#deadline,
    });
    this.#isCancelled = options.isCancelled;
    this.#inCall = true;
    this.#meter.setFuel(maxFuel);
    return { start, timeoutMs, maxFuel };
  }

  #finish<T>(call: RunningCall, value: T): RunResult<T> {
    const facts = this.#end(call);
    // A guest that returns although a limit stopped it has hidden the trap somehow.
    if (facts.exhausted !== undefined) {
      this.#poisoned = true;
      throw failureOfThrow(undefined, facts);
    }
    return { value, facts };
  }

  #fail(call: RunningCall, error: unknown): CallError | LoadError {
    this.#poisoned = true;
    return failureOfThrow(error, this.#end(call));
  }

  #end({ start, timeoutMs, maxFuel }: RunningCall): FailureFacts {
    this.#inCall = false;
    this.#report = this.#host.endCall();
    return {
      timeoutMs,
      maxFuel,
      maxMemoryBytes: this.#limits.maxMemoryBytes,
      usage: {
        executionTimeMs: performance.now() - start,
        memoryUsedBytes: this.#memory.size,
        fuelUsed: Number(this.#meter.fuelUsed),
      },
      report: this.#report,
      exhausted: this.#meter.exhausted,
      growthDenied: this.#meter.growthDenied,
    };
  }

  #refuse(state: string): never {
    throw new CallError('CALL_SHUT_DOWN', `Cannot use plugin instance: ${state}`);
  }

  /**
   * Does something while a plugin is loaded: failures are load errors.
   *
   * @param breach The code for a result that breaks the contract.
   */
  #load<T>(action: string, body: () => T, breach: LoadErrorCode = 'LOAD_START_FAILED'): T {
    try {
      return body();
    } catch (error) {
      throw this.#asLoadError(action, breach, error);
    }
  }

  #asLoadError(action: string, breach: LoadErrorCode, cause: unknown): unknown {
    if (!(cause instanceof CallError)) return cause;
    const code = cause.code === 'CALL_INVALID_OUTPUT' ? breach : 'LOAD_START_FAILED';
    return new LoadError(code, `Cannot ${action}: ${cause.message}`, { cause });
  }

  #chooseProtocol(maxMemoryBytes: number): Protocol {
    const exports = this.#exports;
    return exports.contract === 'v1'
      ? new V1Protocol(exports, this.#memory)
      : new ClassicProtocol(exports, this.#memory, this.#limits.maxOutputBytes, maxMemoryBytes);
  }
}

const NO_REPORT: HostCallReport = { failure: undefined, calls: 0, denied: 0, callsByName: {} };

/** Options of functions in which a plugin must not call what waits: its start, its metadata, its health. */
const NEVER_WAITS: InstanceCallOptions = {};

/** Output as the guest gave it. */
export interface RawOutput {
  readonly bytes: Uint8Array;
  readonly usage: CallUsage;
}

interface RunningCall {
  /** On the clock of `performance.now()`. */
  readonly start: number;
  readonly timeoutMs: number;
  readonly maxFuel: number;
}

interface RunResult<T> {
  readonly value: T;
  readonly facts: FailureFacts;
}

function configBytes(config: unknown): Uint8Array {
  try {
    return encodeText(jsonText('config', config ?? {}));
  } catch (cause) {
    throw new LoadError('LOAD_INIT_FAILED', (cause as CallError).message, { cause });
  }
}

function checkInit({ value: code, facts }: RunResult<number>): void {
  if (code === 0) return;
  const said = facts.report.failure === undefined ? '' : `: ${facts.report.failure.message}`;
  throw new LoadError(
    'LOAD_INIT_FAILED',
    `Cannot initialize plugin: "plugin_init" returned error code ${code}${said}`,
  );
}

function toOutput({ value, facts }: RunResult<ParsedOutput | number>): PluginOutput {
  if (typeof value === 'number') throw failureOfCode(value, facts);
  return { data: value.data, metadata: { metrics: value.metrics, ...facts.usage } };
}
