import { attachMeter, type Meter } from '@testbench/metering';
import {
  CallError,
  type Contract,
  decodeMetadata,
  DEFAULT_LIMITS,
  type HostBinding,
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
import { encodeText, envelopeText, jsonText } from './encode-input.js';
import { type GuestExports, pickExports } from './guest-exports.js';
import type { InstanceCallOptions, InstanceOptions } from './instance-options.js';
import { instantiate } from './instantiate.js';
import { SLICE_FUEL } from './limits.js';
import { LinearMemory } from './linear-memory.js';
import type { Protocol } from './protocol.js';
import { readOutput } from './read-output.js';
import { Snapshot } from './snapshot.js';
import { V1Protocol } from './v1-protocol.js';

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
  #poisoned = false;

  /**
   * Instantiates the module and runs its start function and `_initialize`.
   *
   * @throws {LoadError} `LOAD_REJECTED` for an import that the host does not offer; `LOAD_BAD_EXPORT`;
   *   `LOAD_START_FAILED` if the start function or `_initialize` traps or hits a limit.
   */
  constructor(plugin: CompiledPlugin, options: InstanceOptions) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#host = options.host;
    const instance = instantiate(plugin.module, options.host);
    this.#instance = instance;
    this.#exports = pickExports(instance);
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
      this.#load('run "_initialize"', initialize);
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
    const { value } = this.#load('read metadata', read, 'LOAD_INVALID_METADATA');
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
    let text: string;
    try {
      text = jsonText('config', config ?? {});
    } catch (cause) {
      throw new LoadError('LOAD_INIT_FAILED', (cause as CallError).message, { cause });
    }
    const { value: code, facts } = this.#load('initialize plugin', () =>
      this.#protocol.init(encodeText(text)),
    );
    if (code !== 0) {
      const said = facts.report.failure === undefined ? '' : `: ${facts.report.failure.message}`;
      throw new LoadError(
        'LOAD_INIT_FAILED',
        `Cannot initialize plugin: "plugin_init" returned error code ${code}${said}`,
      );
    }
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
    const classic = this.contract === 'classic';
    const bytes = encodeText(classic ? jsonText('data', input.data) : envelopeText(input));
    if (bytes.length > this.#limits.maxInputBytes) {
      throw new CallError(
        'CALL_INVALID_INPUT',
        `Cannot start call: the input is ${bytes.length} bytes, limit is ${this.#limits.maxInputBytes}`,
      );
    }
    const { value, facts } = this.#run(options, () => {
      const answer = this.#protocol.execute(bytes);
      if (!answer.ok) return answer.code;
      const output = readOutput(
        answer.bytes,
        this.contract,
        this.#pluginType,
        this.#limits.maxOutputBytes,
      );
      answer.release();
      return output;
    });
    if (typeof value === 'number') throw failureOfCode(value, facts);
    return { data: value.data, metadata: { metrics: value.metrics, ...facts.usage } };
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
    if (shutdown !== undefined && !this.#poisoned) this.#run({}, shutdown);
    this.#poisoned = true;
  }

  /** Runs guest code under limits; a failure poisons the instance. */
  #run<T>(options: InstanceCallOptions, body: () => T): RunResult<T> {
    if (this.#poisoned || this.#inCall) {
      const state = this.#inCall ? 'it is in another call' : 'an earlier call failed';
      throw new CallError('CALL_SHUT_DOWN', `Cannot use plugin instance: ${state}`);
    }
    const timeoutMs = options.timeoutMs ?? this.#limits.timeoutMs;
    const maxFuel = options.maxFuel ?? this.#limits.maxFuel;
    this.#host.beginCall({
      requestId: options.requestId,
      onChunk: options.onChunk,
      charge: this.#charge,
    });
    this.#isCancelled = options.isCancelled;
    this.#inCall = true;
    const start = performance.now();
    this.#deadline = start + timeoutMs;
    this.#meter.setFuel(maxFuel);

    let value: T | undefined;
    let error: unknown;
    let failed = false;
    try {
      value = body();
    } catch (thrown) {
      error = thrown;
      failed = true;
      this.#poisoned = true;
    }
    this.#inCall = false;
    const facts: FailureFacts = {
      timeoutMs,
      maxFuel,
      maxMemoryBytes: this.#limits.maxMemoryBytes,
      usage: {
        executionTimeMs: performance.now() - start,
        memoryUsedBytes: this.#memory.size,
        fuelUsed: Number(this.#meter.fuelUsed),
      },
      report: this.#host.endCall(),
      exhausted: this.#meter.exhausted,
      growthDenied: this.#meter.growthDenied,
    };
    // A guest that returns although a limit stopped it has hidden the trap somehow.
    if (failed || facts.exhausted !== undefined) {
      this.#poisoned = true;
      throw failureOfThrow(error, facts);
    }
    return { value: value as T, facts };
  }

  /**
   * Like `#run`, for what happens while a plugin is loaded: failures are load errors.
   *
   * @param breach The code for a result that breaks the contract.
   */
  #load<T>(
    action: string,
    body: () => T,
    breach: LoadErrorCode = 'LOAD_START_FAILED',
  ): RunResult<T> {
    try {
      return this.#run({}, body);
    } catch (cause) {
      if (cause instanceof LoadError || !(cause instanceof CallError)) throw cause;
      throw new LoadError(
        cause.code === 'CALL_INVALID_OUTPUT' ? breach : 'LOAD_START_FAILED',
        `Cannot ${action}: ${cause.message}`,
        { cause },
      );
    }
  }

  #chooseProtocol(maxMemoryBytes: number): Protocol {
    const exports = this.#exports;
    return exports.contract === 'v1'
      ? new V1Protocol(exports, this.#memory)
      : new ClassicProtocol(exports, this.#memory, this.#limits.maxOutputBytes, maxMemoryBytes);
  }
}

interface RunResult<T> {
  readonly value: T;
  readonly facts: FailureFacts;
}
