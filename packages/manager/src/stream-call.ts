import { onAbort, type PluginOutput } from '@testbench/types';
import { CallError } from '@testbench/types/errors';

import type { StreamPart } from './options.js';
import { Queue } from './queue.js';

/** Runs a call that waits for its chunks to be taken. */
type Run = (
  onChunk: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
) => Promise<PluginOutput>;

type Result = IteratorResult<StreamPart, void>;

/** A chunk that the plugin has emitted and is waiting on. */
interface Chunk {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
  readonly refused: (error: CallError) => void;
}

interface Reader {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns a call with chunks into an iterator: each chunk waits until it is taken, and so does the plugin. A chunk is taken when
 * the reader asks for the part after it; a reader that has asked for several parts at once takes that many.
 *
 * The call begins with the first `next`. It is cancelled when the reader leaves, even while a `next` is pending, which a
 * generator cannot do. Once it is cancelled, no more chunks are given.
 */
export function streamCall(
  signal: AbortSignal | undefined,
  run: Run,
): AsyncGenerator<StreamPart, void, void> {
  return new CallStream(signal, run);
}

class CallStream implements AsyncGenerator<StreamPart, void, void> {
  readonly #abort = new AbortController();
  /** Chunks that were not requested yet. */
  readonly #chunks = new Queue<Chunk>();
  readonly #readers = new Queue<Reader>();
  /** The chunk that a reader has received but not finished with. */
  #delivered: Chunk | undefined;
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
    this.#cancel(undefined);
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
    const { callerSignal } = this;
    const cancel = (): void => this.#cancel(callerSignal?.reason);
    if (callerSignal?.aborted === true) cancel();
    const unwatch = onAbort(callerSignal, cancel);
    try {
      this.#outcome = { output: await this.run(this.#onChunk, this.#abort.signal) };
    } catch (error) {
      this.#outcome = { error };
    }
    unwatch();
    // The call is over: the guest of an abandoned call must not keep waiting on its chunk.
    this.#take();
    this.#serve();
  }

  readonly #onChunk = (bytes: Uint8Array): Promise<void> =>
    new Promise((taken, refused) => {
      if (this.#outcome !== undefined || this.#abort.signal.aborted) {
        refused(cancelled());
        return;
      }
      this.#chunks.push({ bytes, taken, refused });
      this.#serve();
    });

  /** Ends the call, and discards the chunks so far. */
  #cancel(reason: unknown): void {
    this.#abort.abort(reason);
    // Pending waits end now: the guest sees an error, not that another chunk was taken.
    this.#delivered?.refused(cancelled());
    this.#delivered = undefined;
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      chunk.refused(cancelled());
    }
  }

  /** The reader has finished with its chunk. */
  #take(): void {
    this.#delivered?.taken();
    this.#delivered = undefined;
  }

  /** Gives readers what is available. */
  #serve(): void {
    while (this.#readers.size > 0) {
      const result = this.#part();
      if (result === undefined) return;
      const reader = this.#readers.shift();
      if ('error' in result) reader?.reject(result.error);
      else reader?.resolve(result);
      // It has already asked for the next one.
      if (this.#readers.size > 0) this.#take();
    }
  }

  /** @returns undefined if there is nothing yet. */
  #part(): Result | { readonly error: unknown } | undefined {
    if (this.#done) return { done: true, value: undefined };
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#delivered = chunk;
      if (this.#outcome !== undefined) this.#take();
      return { done: false, value: { type: 'chunk', bytes: chunk.bytes } };
    }
    if (this.#outcome === undefined) return undefined;
    this.#done = true;
    if ('error' in this.#outcome) return this.#outcome;
    return { done: false, value: { type: 'result', output: this.#outcome.output } };
  }
}

function cancelled(): CallError {
  return new CallError('CALL_CANCELLED', 'Cannot take chunk: the call is over');
}
