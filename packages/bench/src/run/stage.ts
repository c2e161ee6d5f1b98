import type { LoadPluginOptions, PluginInfo, PluginSystem } from '@testbench/core';
import { CallError, type PluginInput, type PluginOutput } from '@testbench/types';

import { CallBatcher } from './call-batcher.js';

/** What the bench needs of a plugin system. */
export interface BenchSystem extends Pick<
  PluginSystem,
  'executePlugin' | 'executeBatch' | 'unloadPlugin'
> {
  loadPlugin(path: string, options: LoadPluginOptions): Promise<{ readonly info: PluginInfo }>;
}

/** What the calls of one stage came to. */
export interface StageUsage {
  readonly calls: number;
  readonly failedCalls: number;
  /** Wall time inside the plugin, in milliseconds. */
  readonly timeMs: number;
  readonly fuelUsed: number;
}

/** One loaded plugin at its place in the pipeline. */
export class Stage {
  #calls = 0;
  #failedCalls = 0;
  #timeMs = 0;
  #fuelUsed = 0;
  #batcher: CallBatcher | undefined;

  /**
   * @param name The place, as a path of the configuration: `provider`, `transforms[0]`; for an evaluator, its name.
   * @param id What the plugin is loaded as.
   */
  constructor(
    readonly name: string,
    readonly id: string,
    readonly plugin: PluginInfo,
    readonly system: BenchSystem,
  ) {}

  /** True if the plugin says that it uses the network, so that its calls wait for others. */
  get waits(): boolean {
    const { capabilities } = this.plugin.metadata;
    return capabilities.includes('network') || capabilities.includes('api_requests');
  }

  /** Sums up the calls so far. */
  get usage(): StageUsage {
    return {
      calls: this.#calls,
      failedCalls: this.#failedCalls,
      timeMs: this.#timeMs,
      fuelUsed: this.#fuelUsed,
    };
  }

  /**
   * Runs one input through the plugin.
   *
   * @param requestId Names the call in the plugin's log.
   * @throws {CallError}
   */
  async call<Data>(data: unknown, requestId: string, signal: AbortSignal): Promise<Data> {
    this.#calls += 1;
    try {
      const output = await this.#execute({ data, context: { requestId } }, signal);
      this.#timeMs += output.metadata.executionTimeMs;
      this.#fuelUsed += output.metadata.fuelUsed;
      return output.data as Data;
    } catch (error) {
      this.#failedCalls += 1;
      if (error instanceof CallError) {
        this.#timeMs += error.usage?.executionTimeMs ?? 0;
        this.#fuelUsed += error.usage?.fuelUsed ?? 0;
      }
      throw error;
    }
  }
  /** A plugin that waits for a network has its calls side by side; the others' go together. */
  #execute(input: PluginInput, signal: AbortSignal): Promise<PluginOutput> {
    if (this.waits) return this.system.executePlugin(this.id, input, { signal });
    // All calls of a run have the same signal.
    this.#batcher ??= new CallBatcher(
      (inputs, options) => this.system.executeBatch(this.id, inputs, options),
      { signal },
    );
    return this.#batcher.call(input);
  }
}
