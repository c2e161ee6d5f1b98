import { attachMeter, type Meter } from '@testbench/metering';
import type { ResourceLimits } from '@testbench/types';
import type { HostBinding, HostCallReport } from '@testbench/types/abi';
import {
  CallError,
  type CallErrorCode,
  type CallUsage,
  type LoadError,
} from '@testbench/types/errors';

import { type FailureFacts, failureOfThrow } from './call-failure.js';
import type { InstanceCallOptions } from './instance-options.js';
import type { LinearMemory } from './linear-memory.js';

/** Read once: in Node the global is a getter, which takes as long as reading the time. */
const { performance } = globalThis;

const NO_REPORT: HostCallReport = { failure: undefined, calls: 0, denied: 0, callsByName: {} };

/**
 * Runs the guest code of one instance under fuel, deadline and memory limits, one call at a time.
 *
 * A call is `begin`, guest code, and `finish` or `fail`. Its figures are kept until the next call, in fields instead of objects:
 * this is the hot path of every call.
 */
export class CallGuard {
  readonly meter: Meter;
  /** Memory that the adapter of the protocol holds for the guest. */
  adapterBytes: () => number = () => 0;
  readonly #maxFuel: bigint;
  readonly #charge = (fuel: number): void => this.meter.charge(fuel);
  readonly #poll = (): void => this.meter.poll();
  #poisoned = false;
  #inCall = false;
  #report = NO_REPORT;
  #isCancelled: (() => boolean) | undefined;
  #startMs = 0;
  #deadlineMs = 0;
  #timeoutMs = 0;
  #callMaxFuel = 0;
  #executionTimeMs = 0;
  #fuelUsed = 0;
  /** The limit that ended the last call. */
  #exhausted: FailureFacts['exhausted'];

  /** @param instance An instance of a metered module. */
  constructor(
    instance: WebAssembly.Instance,
    readonly host: HostBinding,
    readonly limits: ResourceLimits,
    readonly memory: LinearMemory,
  ) {
    this.#maxFuel = BigInt(limits.maxFuel);
    this.meter = attachMeter(instance, {
      onSlice: (nowMs) => this.#overdue(nowMs) ?? 'continue',
      msLeft: (nowMs) => this.#deadlineMs - nowMs,
    });
  }

  /** True after a trap, a limit or an invalid output: every further call fails. */
  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** What happened in the host functions during the last call. */
  get report(): HostCallReport {
    return this.#report;
  }

  /** Time, fuel and memory of the last call. */
  get usage(): CallUsage {
    return {
      executionTimeMs: this.#executionTimeMs,
      memoryUsedBytes: this.memory.size + this.adapterBytes(),
      fuelUsed: this.#fuelUsed,
    };
  }

  /** Everything that is known about the last call. */
  get facts(): FailureFacts {
    return {
      timeoutMs: this.#timeoutMs,
      maxFuel: this.#callMaxFuel,
      maxMemoryBytes: this.limits.maxMemoryBytes,
      usage: this.usage,
      report: this.#report,
      exhausted: this.#exhausted,
      growthDenied: this.meter.growthDenied,
    };
  }

  /** Forgets the last call: a call that is refused before it begins must report no usage. */
  forget(): void {
    this.#report = NO_REPORT;
    this.#executionTimeMs = 0;
    this.#fuelUsed = 0;
  }

  /** Refuses all further calls. */
  poison(): void {
    this.#poisoned = true;
  }

  /** @throws {CallError} `CALL_INSTANCE_SPENT` if the instance is poisoned; `CALL_INSTANCE_BUSY` if it is in another call. */
  begin(options: InstanceCallOptions): void {
    this.#open(options);
    this.#admitHost(options);
  }

  /** Starts the time and fuel of the call. */
  #open({ timeoutMs = this.limits.timeoutMs, maxFuel, isCancelled }: InstanceCallOptions): void {
    if (this.#inCall) this.refuse('CALL_INSTANCE_BUSY', 'it is in another call');
    if (this.#poisoned)
      this.refuse('CALL_INSTANCE_SPENT', 'an earlier call failed, or it was shut down');
    this.#timeoutMs = timeoutMs;
    this.#callMaxFuel = maxFuel ?? this.limits.maxFuel;
    this.#startMs = performance.now();
    this.#deadlineMs = this.#startMs + timeoutMs;
    this.#isCancelled = isCancelled;
    this.#inCall = true;
    this.meter.setFuel(maxFuel ?? this.#maxFuel);
  }

  /** Enables host functions from here on. */
  #admitHost(options: InstanceCallOptions): void {
    this.host.beginCall({
      requestId: options.requestId,
      onChunk: options.onChunk,
      signal: options.signal,
      charge: this.#charge,
      poll: this.#poll,
      deadlineMs: this.#deadlineMs,
      attachments: options.attachments,
    });
  }

  /** Ends a call whose guest code has returned. @throws {CallError} If a limit stopped it. */
  finish(): void {
    this.#end();
    // A guest that returns although a limit stopped it has somehow hidden the trap.
    if (this.#exhausted === undefined) return;
    this.#poisoned = true;
    throw failureOfThrow(undefined, this.facts);
  }

  /** Ends a call whose guest code has thrown, poisons the instance, and returns the failure. */
  fail(error: unknown): CallError | LoadError {
    this.#poisoned = true;
    this.#end();
    return failureOfThrow(error, this.facts);
  }

  /** Runs a whole call. @throws {CallError} */
  run<T>(options: InstanceCallOptions, body: () => T): T {
    this.begin(options);
    let value: T;
    try {
      value = body();
    } catch (error) {
      throw this.fail(error);
    }
    this.finish();
    return value;
  }

  /**
   * Runs the start function, during which host functions do nothing, and then `body`, as one call.
   *
   * @throws {CallError}
   */
  runStart(options: InstanceCallOptions, body: () => void): void {
    this.#open(options);
    try {
      this.meter.runStart();
      this.#admitHost(options);
      body();
    } catch (error) {
      throw this.fail(error);
    }
    this.finish();
  }

  /** Runs a whole call during which the guest may be suspended. */
  async runWaiting<T>(options: InstanceCallOptions, body: () => Promise<T>): Promise<T> {
    this.begin(options);
    let value: T;
    try {
      value = await body();
    } catch (error) {
      throw this.fail(error);
    }
    this.finish();
    return value;
  }

  /** @throws {CallError} */
  refuse(code: CallErrorCode, state: string): never {
    throw new CallError(code, `Cannot use plugin instance: ${state}`);
  }

  #overdue(now: number): 'deadline' | 'cancelled' | undefined {
    if (now >= this.#deadlineMs) return 'deadline';
    return this.#isCancelled?.() === true ? 'cancelled' : undefined;
  }

  #end(): void {
    this.#inCall = false;
    this.#report = this.host.endCall();
    const now = performance.now();
    // A guest that waited for a host function may resume late, and end before it checks the time.
    this.#exhausted = this.meter.exhausted ?? this.#overdue(now);
    this.#isCancelled = undefined;
    this.#executionTimeMs = now - this.#startMs;
    this.#fuelUsed = Number(this.meter.fuelUsed);
  }
}
