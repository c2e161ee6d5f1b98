import type { PluginOutput } from '@testbench/types';

import type { StreamPart } from './options.js';

/** Runs a call whose chunks are waited for. */
type Run = (
  onChunk: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
) => Promise<PluginOutput>;

type Result = IteratorResult<StreamPart, void>;

/**
 * Turns a call with chunks into an iterator: each chunk waits until it is taken, and so does the plugin.
 *
 * The call begins with the first `next`. It is cancelled when the reader leaves, also while a `next` is pending: what a
 * generator cannot do.
 */
export function streamCall(
  signal: AbortSignal | undefined,
  run: Run,
): AsyncGenerator<StreamPart, void, void> {
  return new CallStream(signal, run);
}

class CallStream implements AsyncGenerator<StreamPart, void, void> {
  readonly #left = new AbortController();
  readonly #chunks: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  readonly #readers: {
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  /** Of chunks that a reader has, and has not come back from. */
  #delivered: (() => void)[] = [];
  #outcome: { readonly output: PluginOutput } | { readonly error: unknown } | undefined;
  #started = false;
  #done = false;

  constructor(
    readonly callerSignal: AbortSignal | undefined,
    readonly run: Run,
  ) {}

  next(): Promise<Result> {
    if (!this.#started && !this.#done) {
      this.#started = true;
      void this.#watch();
    }
    this.#take();
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<Result> {
    this.#done = true;
    this.#left.abort();
    this.#take();
    for (const { taken } of this.#chunks.splice(0)) taken();
    this.#serve();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<Result> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#left;
    const both =
      this.callerSignal === undefined ? signal : AbortSignal.any([this.callerSignal, signal]);
    const onChunk = (bytes: Uint8Array): Promise<void> =>
      new Promise((taken) => {
        if (this.#done) {
          taken();
          return;
        }
        this.#chunks.push({ bytes, taken });
        this.#serve();
      });
    try {
      this.#outcome = { output: await this.run(onChunk, both) };
    } catch (error) {
      this.#outcome = { error };
    }
    this.#serve();
  }

  /** The reader has done with what it had. */
  #take(): void {
    const delivered = this.#delivered;
    if (delivered.length === 0) return;
    this.#delivered = [];
    for (const taken of delivered) taken();
  }

  /** Gives readers what there is. */
  #serve(): void {
    for (let reader = this.#readers[0]; reader !== undefined; reader = this.#readers[0]) {
      const chunk = this.#chunks.shift();
      const outcome = this.#outcome;
      if (chunk !== undefined) {
        this.#delivered.push(chunk.taken);
        reader.resolve({ done: false, value: { type: 'chunk', bytes: chunk.bytes } });
      } else if (this.#done) {
        reader.resolve({ done: true, value: undefined });
      } else if (outcome === undefined) {
        return;
      } else {
        this.#done = true;
        if ('output' in outcome) {
          reader.resolve({ done: false, value: { type: 'result', output: outcome.output } });
        } else reader.reject(outcome.error);
      }
      this.#readers.shift();
    }
  }
}
