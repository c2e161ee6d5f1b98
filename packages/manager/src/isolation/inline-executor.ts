import { setImmediate as nextTurn } from 'node:timers/promises';

import { encodeInput, type PluginInstance, readBatchOutput } from '@testbench/runtime';
import {
  CallError,
  type Contract,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
} from '@testbench/types';

import { BATCH_TURN_MS, MAX_IDLE_INSTANCES, SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { requestIdOf } from '../request-id.js';
import { CallBudget } from '../runner/fresh-instance.js';
import { limitsOfBatch, settle, toResult } from './batch.js';
import type { BatchResult, Executor, RunOptions } from './executor.js';
import { GiveUp } from './give-up.js';
import {
  freshInstance,
  type InlineGuest,
  openInstance,
  restartRandom,
  startInstance,
} from './inline-guest.js';

/** Runs calls on the caller's thread, on instances made as calls need them. */
export class InlineExecutor implements Executor {
  readonly isolation = 'inline';
  readonly contract: Contract;
  readonly #guest: InlineGuest;
  readonly #idle: PluginInstance[];

  private constructor(
    guest: InlineGuest,
    readonly metadata: PluginMetadata,
    first: PluginInstance,
  ) {
    this.#guest = guest;
    this.contract = first.contract;
    this.#idle = [first];
  }

  /** @throws {LoadError} */
  static async load(guest: InlineGuest): Promise<InlineExecutor> {
    const instance = openInstance(guest);
    const metadata = instance.readMetadata();
    await startInstance(instance, guest.setup);
    return new InlineExecutor(guest, metadata, instance);
  }

  execute(input: PluginInput, options: RunOptions): PluginOutput | Promise<PluginOutput> {
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#executeFresh(input, options);
    if (idle.waits) return this.#executeWaiting(idle, input, options);
    return this.#executeNow(idle, input, options, options);
  }

  async executeBatch(inputs: readonly PluginInput[], options: RunOptions): Promise<BatchResult[]> {
    const instance = this.#idle.at(-1);
    if (instance?.hasBatch === true && !instance.waits && inputs.length > 1) {
      const results = this.#wholeBatch(inputs, options);
      if (results !== undefined) return results;
    }
    const results: BatchResult[] = [];
    let turnMs = performance.now();
    for (const [index, input] of inputs.entries()) {
      results.push(await settle(() => this.execute(input, ofBatch(options, index))));
      // Inline calls hold the thread; between two of them others get their turn, such as who wants to cancel this.
      if (performance.now() - turnMs > BATCH_TURN_MS) {
        await nextTurn();
        turnMs = performance.now();
      }
      if (options.signal?.aborted === true) break;
    }
    while (results.length < inputs.length) {
      const reason = new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled');
      results.push({ status: 'rejected', reason });
    }
    return results;
  }

  async health(): Promise<number> {
    const instance = await (this.#idle.pop() ?? this.#fresh({}).instance);
    try {
      return await instance.healthAsync();
    } finally {
      this.#release(instance);
    }
  }

  async shutdown(): Promise<void> {
    for (const instance of this.#idle.splice(0)) {
      try {
        await instance.shutdownAsync({ timeoutMs: SHUTDOWN_TIMEOUT_MS });
      } catch (error) {
        // Failures of a plugin that leaves are its own.
        if (!(error instanceof CallError)) throw error;
      }
    }
  }

  kill(): void {
    // A call on this thread cannot be ended from this thread: its deadline does that.
  }

  #executeNow(
    instance: PluginInstance,
    input: PluginInput,
    options: RunOptions,
    { timeoutMs, maxFuel }: { timeoutMs?: number | undefined; maxFuel?: number | undefined },
  ): PluginOutput {
    const { signal } = options;
    if (options.randomStream !== undefined) restartRandom(instance, options.randomStream);
    try {
      return instance.execute(input, {
        timeoutMs,
        maxFuel,
        requestId: requestIdOf(input),
        onChunk: options.onChunk,
        // Only a listener of the caller's, for logs or chunks, can fire it meanwhile.
        isCancelled: signal && (() => signal.aborted),
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#release(instance);
    }
  }

  #executeFresh(input: PluginInput, options: RunOptions): PluginOutput | Promise<PluginOutput> {
    const { instance, budget } = this.#fresh(options);
    if (instance instanceof Promise || instance.waits) {
      return this.#executeWaiting(instance, input, options);
    }
    return this.#executeNow(instance, input, options, budget);
  }

  /** @returns undefined if the batch as a whole failed: each input then runs alone. */
  #wholeBatch(inputs: readonly PluginInput[], options: RunOptions): BatchResult[] | undefined {
    const instance = this.#idle.pop()!;
    const { limits } = this.#guest.setup;
    try {
      const text = `[${inputs.map((input) => encodeInput(input, 'v1')).join(',')}]`;
      if (options.randomStream !== undefined) restartRandom(instance, options.randomStream);
      const { bytes, usage } = instance.executeRaw(text, {
        batch: true,
        ...limitsOfBatch(limits, options, inputs.length),
      });
      const entries = readBatchOutput(
        bytes,
        inputs.length,
        this.metadata.pluginType,
        limits.maxOutputBytes,
      );
      return entries.map((entry) => toResult(entry, usage, inputs.length));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return undefined;
    } finally {
      options.onReport?.(instance.lastReport);
      this.#release(instance);
    }
  }

  #executeWaiting(
    instance: PluginInstance | Promise<PluginInstance>,
    input: PluginInput,
    options: RunOptions,
  ): Promise<PluginOutput> {
    const timeoutMs = options.timeoutMs ?? this.#guest.setup.limits.timeoutMs;
    const giveUp = new GiveUp(timeoutMs, options.signal);
    return giveUp.race(this.#runOn(instance, input, options, giveUp));
  }

  /** The guest's side of a call that may be given up: it goes on until the guest can be stopped. */
  async #runOn(
    pending: PluginInstance | Promise<PluginInstance>,
    input: PluginInput,
    options: RunOptions,
    giveUp: GiveUp,
  ): Promise<PluginOutput> {
    const instance = pending instanceof Promise ? await pending : pending;
    if (giveUp.error !== undefined) {
      this.#release(instance);
      throw giveUp.error;
    }
    try {
      if (options.randomStream !== undefined) restartRandom(instance, options.randomStream);
      return await instance.executeAsync(input, {
        timeoutMs: giveUp.timeoutMs,
        maxFuel: options.maxFuel,
        requestId: requestIdOf(input),
        onChunk: options.onChunk,
        signal: giveUp.signal,
        isCancelled: () => giveUp.error !== undefined,
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#release(instance);
    }
  }

  /** An instance for a call, paid for by the call. */
  #fresh(options: RunOptions): {
    readonly instance: PluginInstance | Promise<PluginInstance>;
    readonly budget: CallBudget;
  } {
    const { limits } = this.#guest.setup;
    const { timeoutMs = limits.timeoutMs, maxFuel = limits.maxFuel, signal } = options;
    const budget = new CallBudget(timeoutMs, maxFuel, signal && (() => signal.aborted));
    return { instance: freshInstance(this.#guest, this.metadata, budget), budget };
  }

  /** Takes an instance back; one that cannot serve another call is dropped, and so is one too many. */
  #release(instance: PluginInstance): void {
    if (this.#idle.length >= MAX_IDLE_INSTANCES) return;
    const usable = this.#guest.setup.reset ? instance.reset() : !instance.poisoned;
    if (usable) this.#idle.push(instance);
  }
}

/** Options of one input of a batch. */
function ofBatch(options: RunOptions, index: number): RunOptions {
  const { timeoutMs, maxFuel, signal, onChunk, randomStream } = options;
  return {
    timeoutMs,
    maxFuel,
    signal,
    onChunk,
    onReport: (report) => options.onReport?.(report),
    randomStream: randomStream === undefined ? undefined : randomStream + index,
  };
}
