import { canSuspend, type PluginInstance, readBatchOutput } from '@testbench/runtime';
import {
  CallError,
  type Contract,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
} from '@testbench/types';

import { endedCall, type Ending } from '../ending.js';
import { MAX_IDLE_INSTANCES, SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { requestIdOf } from '../request-id.js';
import { CallBudget } from '../runner/fresh-instance.js';
import {
  type BatchGroup,
  encodeChecked,
  groupInputs,
  limitsOfBatch,
  notStarted,
  settle,
  toResult,
} from './batch.js';
import { letOthersRun } from './event-loop-turn.js';
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
  /** True if several inputs may be given to the plugin at once. */
  readonly #takesBatches: boolean;
  /** True if it emits chunks, and could not wait until they are taken. */
  readonly #cannotStream: boolean;
  /** Calls that wait for the host or for a reader. */
  readonly #waiting = new Set<GiveUp>();

  private constructor(
    guest: InlineGuest,
    readonly metadata: PluginMetadata,
    first: PluginInstance,
  ) {
    this.#guest = guest;
    this.contract = first.contract;
    this.#idle = [first];
    this.#takesBatches = first.hasBatch && !first.waits;
    const emits = guest.compiled.imports.some(({ name }) => name === 'host_emit');
    this.#cannotStream = emits && !canSuspend;
  }

  /** @throws {LoadError} */
  static async load(guest: InlineGuest): Promise<InlineExecutor> {
    const instance = openInstance(guest);
    const metadata = instance.readMetadata();
    await startInstance(instance, guest.setup);
    return new InlineExecutor(guest, metadata, instance);
  }

  execute(input: PluginInput, options: RunOptions): PluginOutput | Promise<PluginOutput> {
    if (options.onChunk !== undefined && this.#cannotStream) throw cannotStream();
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#executeFresh(input, options);
    if (idle.waits) return this.#executeWaiting(idle, input, options);
    return this.#executeNow(idle, input, options, options);
  }

  async executeBatch(inputs: readonly PluginInput[], options: RunOptions): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    results.length = inputs.length;
    if (this.#takesBatches && inputs.length > 1) {
      const { maxInputBytes } = this.#guest.setup.limits;
      const groups = groupInputs(
        inputs,
        (input) => encodeChecked(input, this.contract, maxInputBytes),
        (index, reason) => (results[index] = { status: 'rejected', reason }),
      );
      for (const group of groups) {
        if (options.signal?.aborted === true) break;
        const { first, texts } = group;
        const whole = texts.length > 1 ? this.#wholeBatch(group, options) : undefined;
        if (whole === undefined) {
          await this.#oneByOne(inputs, results, first, first + texts.length, options);
        } else whole.forEach((result, position) => (results[first + position] = result));
        await letOthersRun();
      }
    } else await this.#oneByOne(inputs, results, 0, inputs.length, options);
    for (let index = 0; index < inputs.length; index += 1) results[index] ??= notStarted();
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

  kill(ending: Ending): void {
    // One that computes on this thread cannot be ended from this thread: its deadline does that.
    for (const giveUp of this.#waiting) giveUp.giveUp(endedCall(ending, 'finish'));
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

  /** Runs the inputs from `first` until `end`, each alone. */
  async #oneByOne(
    inputs: readonly PluginInput[],
    results: BatchResult[],
    first: number,
    end: number,
    options: RunOptions,
  ): Promise<void> {
    for (let index = first; index < end; index += 1) {
      if (options.signal?.aborted === true) return;
      const input = inputs[index]!;
      results[index] = await settle(() => this.execute(input, ofBatch(options, index)));
      // Inline calls hold the thread; between two of them others get their turn, such as one who wants to cancel this.
      await letOthersRun();
    }
  }

  /** @returns undefined if the batch as a whole failed: each input then runs alone. */
  #wholeBatch({ first, texts }: BatchGroup, options: RunOptions): BatchResult[] | undefined {
    const { limits } = this.#guest.setup;
    const { signal, randomStream } = options;
    const count = texts.length;
    let { timeoutMs, maxFuel } = limitsOfBatch(limits, options, count);
    const idle = this.#idle.pop();
    let instance: PluginInstance;
    if (idle === undefined) {
      const fresh = unlessFailed(() => this.#fresh({ signal, timeoutMs, maxFuel }));
      // No plugin that waits takes batches here.
      if (fresh === undefined || fresh.instance instanceof Promise) return undefined;
      ({ instance } = fresh);
      ({ timeoutMs, maxFuel } = fresh.budget);
    } else instance = idle;
    if (randomStream !== undefined) restartRandom(instance, randomStream + first);
    try {
      return unlessFailed(() => {
        const { bytes, usage } = instance.executeRaw(`[${texts.join(',')}]`, {
          batch: true,
          timeoutMs,
          maxFuel,
          isCancelled: signal && (() => signal.aborted),
        });
        const { pluginType } = this.metadata;
        const entries = readBatchOutput(bytes, count, pluginType, limits.maxOutputBytes);
        return entries.map((entry) => toResult(entry, usage, count));
      });
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
    this.#waiting.add(giveUp);
    return giveUp
      .race(this.#runOn(instance, input, options, giveUp))
      .finally(() => this.#waiting.delete(giveUp));
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
        onChunk: options.onChunk && paced(options.onChunk),
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

/** @returns undefined for an error of ours. */
function unlessFailed<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return undefined;
  }
}

/** Chunks that are taken at once: a guest that emits again and again must not keep the thread to itself. */
function paced(onChunk: NonNullable<RunOptions['onChunk']>): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => {
    await onChunk(chunk);
    await letOthersRun();
  };
}

function cannotStream(): CallError {
  return new CallError(
    'CALL_UNSUPPORTED',
    'Cannot stream call: inline, this engine cannot suspend a plugin until its chunk is taken (JSPI, Node 24 and newer); use a thread or a process',
  );
}
