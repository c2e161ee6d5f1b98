import { canSuspend, readBatchOutput, type RoundOutput } from '@testbench/runtime';
import type { PluginInput, PluginMetadata, ResourceLimits } from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { endedCall, type Ending } from '../ending.js';
import { MAX_IDLE_INSTANCES } from '../limits.js';
import { requestIdOf } from '../request-id.js';
import { CallBudget } from '../runner/fresh-instance.js';
import type { GuestInstance, GuestParts } from '../runner/guest-instance.js';
import { GuestInstances } from '../runner/guest-instances.js';
import {
  type BatchGroup,
  encodeChecked,
  groupInputs,
  inputOf,
  limitsOfBatch,
  notStarted,
  settle,
  toResult,
} from './batch.js';
import { letOthersRun } from './event-loop-turn.js';
import type { BatchResult, Executor, CallControls } from './executor.js';
import { AbortableWait } from './abortable-wait.js';

/** Runs calls on the caller's thread, on instances created on demand. */
export class InlineExecutor implements Executor {
  readonly isolation = 'inline';
  readonly #guest: GuestInstances;
  /** True if the plugin can take several inputs at once. */
  readonly #takesBatches: boolean;
  /** True if it emits chunks but could not wait until they are taken. */
  readonly #cannotStream: boolean;
  /** Calls that are waiting for the host or for a reader. */
  readonly #waiting = new Set<AbortableWait>();

  private constructor(guest: GuestInstances) {
    this.#guest = guest;
    this.#takesBatches = guest.hasBatch && !guest.waits;
    const emits = guest.parts.compiled.imports.some(({ name }) => name === 'host_emit');
    this.#cannotStream = emits && !canSuspend;
  }

  /** @throws {LoadError} */
  static async load(parts: GuestParts): Promise<InlineExecutor> {
    return new InlineExecutor(await GuestInstances.load(parts, MAX_IDLE_INSTANCES));
  }

  get metadata(): PluginMetadata {
    return this.#guest.metadata;
  }

  get contract(): string {
    return this.#guest.contract;
  }

  get payload(): PayloadForm {
    return this.#guest.parts.setup.protocol.payload;
  }

  get limits(): ResourceLimits {
    return this.#guest.parts.setup.limits;
  }

  execute(input: PluginInput, options: CallControls): RoundOutput | Promise<RoundOutput> {
    if (options.onChunk !== undefined && this.#cannotStream) throw cannotStream();
    const idle = this.#guest.take();
    if (idle === undefined) return this.#executeFresh(input, options);
    if (idle.instance.waits) return this.#executeWaiting(idle, input, options);
    return this.#executeNow(idle, input, options, options);
  }

  async executeBatch(
    inputs: readonly PluginInput[],
    options: CallControls,
  ): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    results.length = inputs.length;
    if (this.#takesBatches && inputs.length > 1 && options.alone !== true) {
      const { protocol, limits } = this.#guest.parts.setup;
      const { maxInputBytes } = limits;
      const groups = groupInputs(
        inputs,
        (input) => encodeChecked(input, protocol.payload, maxInputBytes),
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

  async executeTexts(texts: readonly string[], options: CallControls): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    const { signal } = options;
    for (const [index, text] of texts.entries()) {
      if (signal?.aborted === true) break;
      const one = ofBatch(options, index);
      const made = settleNow(() => this.#executeText(text, one));
      results.push(made instanceof Promise ? await made : made);
      const turn = letOthersRun();
      if (turn !== undefined) await turn;
    }
    while (results.length < texts.length) results.push(notStarted());
    return results;
  }

  async health(): Promise<number> {
    const guest = await (this.#guest.take() ?? this.#fresh({}).guest);
    try {
      return await guest.instance.healthAsync();
    } finally {
      this.#guest.release(guest);
    }
  }

  async shutdown(): Promise<void> {
    await this.#guest.shutdown();
  }

  kill(ending: Ending): void {
    // A call that computes on this thread cannot be ended from this thread: its deadline does that.
    for (const wait of this.#waiting) wait.abort(endedCall(ending, 'finish'));
  }

  #executeNow(
    guest: GuestInstance,
    input: PluginInput,
    options: CallControls,
    { timeoutMs, maxFuel }: { timeoutMs?: number | undefined; maxFuel?: number | undefined },
  ): RoundOutput {
    const { signal } = options;
    const { instance } = guest;
    guest.beginCall(options.randomStream ?? 0);
    try {
      return instance.execute(input, {
        timeoutMs,
        maxFuel,
        requestId: requestIdOf(input),
        attachments: options.attachments,
        onChunk: options.onChunk,
        // Only the caller's own listener, for logs or chunks, can fire it meanwhile.
        isCancelled: signal && (() => signal.aborted),
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#guest.release(guest);
    }
  }

  #executeText(text: string, options: CallControls): RoundOutput | Promise<RoundOutput> {
    const idle = this.#guest.take();
    // Rare, and making an instance or waiting takes far longer than parsing the text again.
    if (idle === undefined) return this.#executeFresh(inputOf(text, this.payload), options);
    if (idle.instance.waits)
      return this.#executeWaiting(idle, inputOf(text, this.payload), options);
    const { signal, timeoutMs, maxFuel } = options;
    const { instance } = idle;
    idle.beginCall(options.randomStream ?? 0);
    try {
      return instance.executeText(text, {
        attachments: options.attachments,
        timeoutMs,
        maxFuel,
        isCancelled: signal && (() => signal.aborted),
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#guest.release(idle);
    }
  }

  #executeFresh(input: PluginInput, options: CallControls): RoundOutput | Promise<RoundOutput> {
    const { guest, budget } = this.#fresh(options);
    if (guest instanceof Promise || guest.instance.waits) {
      return this.#executeWaiting(guest, input, options);
    }
    return this.#executeNow(guest, input, options, budget);
  }

  /** Runs the inputs from `first` until `end`, each by itself. */
  async #oneByOne(
    inputs: readonly PluginInput[],
    results: BatchResult[],
    first: number,
    end: number,
    options: CallControls,
  ): Promise<void> {
    for (let index = first; index < end; index += 1) {
      if (options.signal?.aborted === true) return;
      const input = inputs[index]!;
      results[index] = await settle(() => this.execute(input, ofBatch(options, index)));
      // Inline calls hold the thread; between two of them other code gets its turn, such as code that cancels this batch.
      await letOthersRun();
    }
  }

  /** @returns undefined if the batch as a whole failed: each input then runs alone. */
  #wholeBatch({ first, texts }: BatchGroup, options: CallControls): BatchResult[] | undefined {
    const { limits } = this.#guest.parts.setup;
    const { signal, randomStream = 0 } = options;
    const count = texts.length;
    let { timeoutMs, maxFuel } = limitsOfBatch(limits, options, count);
    const idle = this.#guest.take();
    const fresh =
      idle === undefined
        ? unlessFailed(() => this.#fresh({ signal, timeoutMs, maxFuel }))
        : undefined;
    const taken = idle ?? fresh?.guest;
    // Plugins that wait are not given batches here.
    if (taken === undefined || taken instanceof Promise) return undefined;
    if (fresh !== undefined) ({ timeoutMs, maxFuel } = fresh.budget);
    const { instance } = taken;
    taken.beginCall(randomStream + first);
    try {
      return unlessFailed(() => {
        const { bytes, usage } = instance.executeRaw(`[${texts.join(',')}]`, {
          batch: true,
          attachments: options.attachments,
          timeoutMs,
          maxFuel,
          isCancelled: signal && (() => signal.aborted),
        });
        const { pluginType, asking } = this.metadata;
        const rules = { type: pluginType, maxBytes: limits.maxOutputBytes, asking };
        const entries = readBatchOutput(bytes, count, rules);
        return entries.map((entry) => toResult(entry, usage, count));
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#guest.release(taken);
    }
  }

  #executeWaiting(
    guest: GuestInstance | Promise<GuestInstance>,
    input: PluginInput,
    options: CallControls,
  ): Promise<RoundOutput> {
    const timeoutMs = options.timeoutMs ?? this.#guest.parts.setup.limits.timeoutMs;
    // A server may be faster next time, and so may creating an instance; a guest that waits for its own host would be just as slow again.
    let begun: GuestInstance | undefined;
    const wait = new AbortableWait(timeoutMs, options.signal, () =>
      begun === undefined || begun.askedOthers ? true : undefined,
    );
    const begin = (taken: GuestInstance): void => void (begun = taken);
    this.#waiting.add(wait);
    return wait
      .race(this.#runOn(guest, input, options, { wait, begin }))
      .finally(() => this.#waiting.delete(wait));
  }

  /** The guest's side of a call that may be abandoned: it continues until the guest can be stopped. */
  async #runOn(
    pending: GuestInstance | Promise<GuestInstance>,
    input: PluginInput,
    options: CallControls,
    { wait, begin }: WaitingCall,
  ): Promise<RoundOutput> {
    const guest = pending instanceof Promise ? await pending : pending;
    if (wait.error !== undefined) {
      this.#guest.release(guest);
      throw wait.error;
    }
    const { instance } = guest;
    guest.beginCall(options.randomStream ?? 0);
    begin(guest);
    try {
      return await instance.executeAsync(input, {
        timeoutMs: wait.timeoutMs,
        maxFuel: options.maxFuel,
        requestId: requestIdOf(input),
        attachments: options.attachments,
        onChunk: options.onChunk && paced(options.onChunk),
        signal: wait.signal,
        isCancelled: () => wait.error !== undefined,
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#guest.release(guest);
    }
  }

  /** Creates an instance within the limits of the call that needs it. */
  #fresh(options: CallControls): {
    readonly guest: GuestInstance | Promise<GuestInstance>;
    readonly budget: CallBudget;
  } {
    const { limits } = this.#guest.parts.setup;
    const { timeoutMs = limits.timeoutMs, maxFuel = limits.maxFuel, signal } = options;
    const budget = new CallBudget(timeoutMs, maxFuel, signal && (() => signal.aborted));
    return { guest: this.#guest.open(budget), budget };
  }
}

/** A call of a guest that may wait. */
interface WaitingCall {
  readonly wait: AbortableWait;
  /** Called with the instance when the call begins there. */
  readonly begin: (guest: GuestInstance) => void;
}

/** Options of one input of a batch. */
function ofBatch(options: CallControls, index: number): CallControls {
  const { timeoutMs, maxFuel, signal, onChunk, randomStream, attachments } = options;
  return {
    attachments,
    timeoutMs,
    maxFuel,
    signal,
    onChunk,
    onReport: (report) => options.onReport?.(report),
    randomStream: (randomStream ?? 0) + index,
  };
}

/** Like {@link settle}, but without a promise if there is nothing to wait for. */
function settleNow(
  run: () => RoundOutput | Promise<RoundOutput>,
): BatchResult | Promise<BatchResult> {
  try {
    const value = run();
    return value instanceof Promise ? settle(() => value) : { status: 'fulfilled', value };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/** @returns undefined for one of our own errors. */
function unlessFailed<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return undefined;
  }
}

/** Lets other work run after each chunk: a guest that keeps emitting chunks that are taken at once must not monopolize the thread. */
function paced(
  onChunk: NonNullable<CallControls['onChunk']>,
): (chunk: Uint8Array) => Promise<void> {
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
