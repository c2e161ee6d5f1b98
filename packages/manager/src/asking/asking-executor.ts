import type { RoundOutput } from '@testbench/runtime';
import type { PluginInput, PluginMetadata, PluginOutput, ResourceLimits } from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';

import { endedCall, type Ending } from '../ending.js';
import type { AbortableWait } from '../isolation/abortable-wait.js';
import { inputOf, settle } from '../isolation/batch.js';
import type { BatchResult, CallControls, Executor } from '../isolation/executor.js';
import { MAX_ASKING_PER_BATCH } from '../limits.js';
import type { AskHost } from './ask-host.js';
import { AskingCall } from './asking-call.js';

/**
 * Runs the calls of a plugin that asks: each round on any free instance, with nothing held while the host finds the answers.
 *
 * It is the same for every isolation: the executor that it wraps has checked the output of each round on the host's side.
 */
export class AskingExecutor implements Executor {
  readonly #inner: Executor;
  readonly #host: AskHost;
  readonly #limits: ResourceLimits;
  /** Calls that wait for answers. */
  readonly #waiting = new Set<AbortableWait>();

  constructor(inner: Executor, host: AskHost, limits: ResourceLimits) {
    this.#inner = inner;
    this.#host = host;
    this.#limits = limits;
  }

  get isolation(): string {
    return this.#inner.isolation;
  }

  get metadata(): PluginMetadata {
    return this.#inner.metadata;
  }

  get contract(): string {
    return this.#inner.contract;
  }

  get payload(): PayloadForm {
    return this.#inner.payload;
  }

  get limits(): ResourceLimits {
    return this.#inner.limits;
  }

  execute(input: PluginInput, options: CallControls): PluginOutput | Promise<PluginOutput> {
    const first: RoundOutput | Promise<RoundOutput> = this.#inner.execute(input, options);
    if (first instanceof Promise) {
      return first.then((output) => this.#finish(input, options, output));
    }
    return this.#finish(input, options, first);
  }

  async executeBatch(
    inputs: readonly PluginInput[],
    options: CallControls,
  ): Promise<BatchResult[]> {
    return await this.#finishAll(inputs, options, await this.#inner.executeBatch(inputs, options));
  }

  async #finishAll(
    inputs: readonly PluginInput[],
    options: CallControls,
    results: BatchResult[],
  ): Promise<BatchResult[]> {
    const asking = results.flatMap((result, index) => {
      const asks = result.status === 'fulfilled' && 'round' in result.value;
      return asks ? [index] : [];
    });
    const { timeoutMs, maxFuel, signal, onChunk, answerAsks, attachments } = options;
    const lane = async (): Promise<void> => {
      for (let index = asking.shift(); index !== undefined; index = asking.shift()) {
        const place = index;
        const result = results[place];
        if (result?.status !== 'fulfilled') continue;
        const own: CallControls = {
          timeoutMs,
          maxFuel,
          signal,
          onChunk,
          answerAsks,
          attachments,
          randomStream: (options.randomStream ?? 0) + place,
          onReport: (report) => options.onReport?.(report),
        };
        results[place] = await settle(() => this.#finish(inputs[place]!, own, result.value));
      }
    };
    await Promise.all(Array.from({ length: Math.min(asking.length, MAX_ASKING_PER_BATCH) }, lane));
    return results;
  }

  /** Parses the texts again: the answers go back to the plugin together with its input. */
  async executeTexts(texts: readonly string[], options: CallControls): Promise<BatchResult[]> {
    const inputs = texts.map((text) => inputOf(text, this.payload));
    return await this.#finishAll(inputs, options, await this.#inner.executeTexts(texts, options));
  }

  async health(): Promise<number> {
    return await this.#inner.health();
  }

  async shutdown(): Promise<void> {
    await this.#inner.shutdown();
  }

  kill(ending: Ending): void {
    for (const wait of this.#waiting) wait.abort(endedCall(ending, 'finish'));
    this.#inner.kill(ending);
  }

  #finish(
    input: PluginInput,
    options: CallControls,
    output: RoundOutput,
  ): PluginOutput | Promise<PluginOutput> {
    if (output.round === undefined) return output;
    const call = new AskingCall({
      input,
      options,
      limits: this.#limits,
      host: this.#host,
      waiting: this.#waiting,
      run: (round, controls) => this.#inner.execute(round, controls),
    });
    return call.finish(output, output.round);
  }
}
