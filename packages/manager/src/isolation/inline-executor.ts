import { createHostBinding, type RandomSource } from '@testbench/host';
import {
  type CompiledPlugin,
  encodeInput,
  PluginInstance,
  readBatchOutput,
} from '@testbench/runtime';
import {
  CallError,
  type Contract,
  type HostEffects,
  LoadError,
  type LogSink,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
} from '@testbench/types';

import { checkMetadata } from '../check-metadata.js';
import { MAX_IDLE_INSTANCES } from '../limits.js';
import type { GuestSetup } from '../runner/messages.js';
import type { BatchResult, Executor, RunOptions } from './executor.js';
import { limitsOfBatch, settle, toResult } from './batch.js';

/** What instances on the caller's thread are made from. */
export interface InlineGuest {
  readonly compiled: CompiledPlugin;
  readonly setup: GuestSetup;
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => RandomSource) | undefined;
}

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
    const instance = open(guest);
    const metadata = instance.readMetadata();
    await start(instance, guest.setup);
    return new InlineExecutor(guest, metadata, instance);
  }

  execute(input: PluginInput, options: RunOptions): PluginOutput | Promise<PluginOutput> {
    const instance = this.#idle.pop() ?? this.#fresh();
    if (instance instanceof Promise) return this.#executeWaiting(instance, input, options);
    if (instance.waits) return this.#executeWaiting(Promise.resolve(instance), input, options);
    try {
      return instance.execute(input, {
        timeoutMs: options.timeoutMs,
        maxFuel: options.maxFuel,
        requestId: input.context?.requestId,
        onChunk: options.onChunk,
      });
    } finally {
      options.onReport?.(instance.lastReport);
      this.#release(instance);
    }
  }

  async executeBatch(inputs: readonly PluginInput[], options: RunOptions): Promise<BatchResult[]> {
    const instance = this.#idle.at(-1);
    if (instance?.hasBatch === true && !instance.waits && inputs.length > 1) {
      const results = this.#wholeBatch(inputs, options);
      if (results !== undefined) return results;
    }
    const results: BatchResult[] = [];
    for (const input of inputs) {
      results.push(await settle(() => this.execute(input, options)));
      // Inline calls hold the thread; between two of them others get their turn.
      if (options.signal?.aborted === true) break;
    }
    return results;
  }

  async health(): Promise<number> {
    const instance = await (this.#idle.pop() ?? this.#fresh());
    try {
      return instance.health();
    } finally {
      this.#release(instance);
    }
  }

  async shutdown(): Promise<void> {
    for (const instance of this.#idle.splice(0)) {
      try {
        await instance.shutdownAsync();
      } catch (error) {
        // Failures of a plugin that leaves are its own.
        if (!(error instanceof CallError)) throw error;
      }
    }
  }

  kill(): void {
    // A call on this thread cannot be ended from this thread: its deadline does that.
  }

  /** @returns undefined if the batch as a whole failed: each input then runs alone. */
  #wholeBatch(inputs: readonly PluginInput[], options: RunOptions): BatchResult[] | undefined {
    const instance = this.#idle.pop()!;
    const { limits } = this.#guest.setup;
    try {
      const text = `[${inputs.map((input) => encodeInput(input, 'v1')).join(',')}]`;
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

  async #executeWaiting(
    pending: Promise<PluginInstance>,
    input: PluginInput,
    options: RunOptions,
  ): Promise<PluginOutput> {
    const instance = await pending;
    const { signal } = options;
    const timeoutMs = options.timeoutMs ?? this.#guest.setup.limits.timeoutMs;
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let cancel: (() => void) | undefined;
    // Whatever the guest waits for is told to stop; should that not help, the call ends without it.
    const gaveUp = new Promise<never>((_resolve, reject) => {
      const giveUp = (error: CallError): void => {
        abort.abort(error);
        reject(error);
      };
      timer = setTimeout(
        () =>
          giveUp(
            new CallError(
              'CALL_DEADLINE_EXCEEDED',
              `Cannot finish call: the time limit of ${timeoutMs} ms is over`,
            ),
          ),
        timeoutMs,
      );
      cancel = () =>
        giveUp(
          new CallError('CALL_CANCELLED', 'Cannot finish call: it was cancelled', {
            cause: signal?.reason,
          }),
        );
      signal?.addEventListener('abort', cancel);
      if (signal?.aborted === true) cancel();
    });
    const running = instance.executeAsync(input, {
      timeoutMs,
      maxFuel: options.maxFuel,
      requestId: input.context?.requestId,
      onChunk: options.onChunk,
      signal: abort.signal,
      isCancelled: () => abort.signal.aborted,
    });
    try {
      const output = await Promise.race([running, gaveUp]);
      this.#release(instance);
      return output;
    } catch (error) {
      running.catch(() => {});
      if (!abort.signal.aborted) this.#release(instance);
      throw error;
    } finally {
      gaveUp.catch(() => {});
      clearTimeout(timer);
      if (cancel !== undefined) signal?.removeEventListener('abort', cancel);
      options.onReport?.(instance.lastReport);
    }
  }

  #fresh(): PluginInstance | Promise<PluginInstance> {
    try {
      const instance = open(this.#guest);
      // A plugin that says something else now would have its outputs checked by another shape.
      checkMetadata(instance.readMetadata(), this.metadata);
      const started = start(instance, this.#guest.setup);
      if (started === undefined) return instance;
      return started.then(() => instance, asCallError);
    } catch (cause) {
      return asCallError(cause);
    }
  }

  /** Takes an instance back; one that cannot serve another call is dropped, and so is one too many. */
  #release(instance: PluginInstance): void {
    if (this.#idle.length >= MAX_IDLE_INSTANCES) return;
    const usable = this.#guest.setup.reset ? instance.reset() : !instance.poisoned;
    if (usable) this.#idle.push(instance);
  }
}

function open({ compiled, setup, effects, onLog, now, random }: InlineGuest): PluginInstance {
  const host = createHostBinding({
    pluginId: setup.pluginId,
    enableWasi: setup.enableWasi,
    imports: compiled.imports,
    effects: effects(),
    onLog,
    ...(now === undefined ? {} : { now }),
    ...(random === undefined ? {} : { random: random() }),
  });
  return new PluginInstance(compiled, { host, limits: setup.limits });
}

/** @returns undefined if it is done already. */
function start(instance: PluginInstance, setup: GuestSetup): Promise<void> | undefined {
  const after = (): void => {
    if (setup.reset) instance.takeSnapshot();
  };
  if (instance.waits) return instance.initAsync(setup.config).then(after);
  instance.init(setup.config);
  after();
  return undefined;
}

function asCallError(cause: unknown): never {
  if (!(cause instanceof LoadError)) throw cause;
  throw new CallError('CALL_CRASHED', `Cannot start a fresh instance: ${cause.message}`, { cause });
}
