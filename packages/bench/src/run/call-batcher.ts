import type { BatchOptions, BatchResult } from '@testbench/core';
import type { PluginInput, PluginOutput } from '@testbench/types';

interface WaitingCall {
  readonly input: PluginInput;
  readonly resolve: (output: PluginOutput) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects calls made in the same turn of the event loop into one batch: the cost of entering a plugin's thread is then
 * shared by many records.
 */
export class CallBatcher {
  #waiting: WaitingCall[] = [];

  constructor(
    readonly execute: (
      inputs: readonly PluginInput[],
      options: BatchOptions,
    ) => Promise<BatchResult[]>,
    readonly options: BatchOptions,
  ) {}

  /** Runs one input with the next batch. */
  call(input: PluginInput): Promise<PluginOutput> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const calls = this.#waiting;
    this.#waiting = [];
    try {
      const results = await this.execute(
        calls.map(({ input }) => input),
        this.options,
      );
      calls.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result?.reason);
      });
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}
