import type { PluginInfo, PluginSystem } from '@testbench/core';
import { CallError } from '@testbench/types';

/** What the bench needs of a plugin system. */
export type BenchSystem = Pick<PluginSystem, 'loadPlugin' | 'executePlugin' | 'unloadPlugin'>;

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
      const output = await this.system.executePlugin<Data>(
        this.id,
        { data, context: { requestId } },
        { signal },
      );
      this.#timeMs += output.metadata.executionTimeMs;
      this.#fuelUsed += output.metadata.fuelUsed;
      return output.data;
    } catch (error) {
      this.#failedCalls += 1;
      if (error instanceof CallError) {
        this.#timeMs += error.usage?.executionTimeMs ?? 0;
        this.#fuelUsed += error.usage?.fuelUsed ?? 0;
      }
      throw error;
    }
  }
}
