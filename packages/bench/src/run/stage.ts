import type { AnswerAsks, LoadPluginOptions, PluginInfo, PluginSystem } from '@testbench/core';
import type { PluginInput, PluginOutput, ResourceLimits } from '@testbench/types';
import { CallError, type CallUsage } from '@testbench/types/errors';
import { handedData, isHanded } from '@testbench/types/reads';

import { CallBatcher } from './call-batcher.js';

/** What the bench needs of a plugin system. */
export interface BenchSystem extends Pick<
  PluginSystem,
  'executePlugin' | 'executePluginBatch' | 'unloadPlugin'
> {
  /** Without it records go from plugin to plugin through the bench, which takes longer. */
  readonly executePipeline?: PluginSystem['executePipeline'];
  loadPlugin(path: string, options: LoadPluginOptions): Promise<{ readonly info: PluginInfo }>;
}

/** What a call gave, and what it cost. */
export interface StageAnswer<Data> {
  readonly data: Data;
  readonly fuelUsed: number;
}

/** How a plugin is loaded at its place. */
export interface StageUse {
  /** The place, as a path of the configuration: `providers[0]`, `transforms[0]`; for an evaluator, its name. */
  readonly name: string;
  /** What the plugin is loaded as. */
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly limits: Partial<ResourceLimits>;
}

/** One loaded plugin at its place in the pipeline. */
export class Stage {
  readonly name: string;
  readonly id: string;
  /** Handed to the plugin, with what the bench sets itself. */
  readonly config: StageUse['config'];
  readonly limits: StageUse['limits'];
  readonly plugin: PluginInfo;
  readonly #system: BenchSystem;
  #timeMs = 0;
  #peakMemoryBytes = 0;
  #batcher: CallBatcher | undefined;

  constructor(use: StageUse, plugin: PluginInfo, system: BenchSystem) {
    this.name = use.name;
    this.id = use.id;
    this.config = use.config;
    this.limits = use.limits;
    this.plugin = plugin;
    this.#system = system;
  }

  /** True if the plugin says that it uses the network, so that its calls wait for others, and are paid for. */
  get waits(): boolean {
    return waitsForNetwork(this.plugin);
  }

  /** True if it asks instead of waiting, so that each of its asks is made, and paid for, by the run. */
  get asks(): boolean {
    return this.waits && this.plugin.metadata.asking === true;
  }

  /** Where the plugin is loaded: for calls that are about no case. */
  get system(): BenchSystem {
    return this.#system;
  }

  /** Wall time inside the plugin so far, in milliseconds. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Largest linear memory that the plugin had after a call so far, in bytes. */
  get peakMemoryBytes(): number {
    return this.#peakMemoryBytes;
  }

  /** Whether the plugin reads a field of its data. */
  reads(field: string): boolean {
    return isHanded(this.plugin.metadata, field);
  }

  /** What the plugin reads of its data. */
  handed(data: object): object {
    return handedData(this.plugin.metadata, data);
  }

  /** Counts what a call took. @param usage Undefined if it is not known. */
  addUsage(usage: Pick<CallUsage, 'executionTimeMs' | 'memoryUsedBytes'> | undefined): void {
    if (usage === undefined) return;
    this.#timeMs += usage.executionTimeMs;
    if (usage.memoryUsedBytes > this.#peakMemoryBytes) {
      this.#peakMemoryBytes = usage.memoryUsedBytes;
    }
  }

  /**
   * Runs one input through the plugin.
   *
   * @param requestId Names the call in the plugin's log.
   * @param answerAsks Answers what the plugin asks. @default the host does
   * @throws {CallError}
   */
  async call<Data>(
    data: unknown,
    requestId: string,
    signal: AbortSignal,
    answerAsks?: AnswerAsks,
  ): Promise<StageAnswer<Data>> {
    try {
      const output = await this.#execute({ data, context: { requestId } }, signal, answerAsks);
      this.addUsage(output.metadata);
      return { data: output.data as Data, fuelUsed: output.metadata.fuelUsed };
    } catch (error) {
      if (error instanceof CallError) this.addUsage(error.usage);
      throw error;
    }
  }

  /** A plugin that waits for a network has its calls side by side; the others' go together. */
  #execute(
    input: PluginInput,
    signal: AbortSignal,
    answerAsks: AnswerAsks | undefined,
  ): Promise<PluginOutput> {
    if (this.waits) {
      const options = answerAsks === undefined ? { signal } : { signal, answerAsks };
      return this.#system.executePlugin(this.id, input, options);
    }
    // All calls of a run have the same signal.
    this.#batcher ??= new CallBatcher(
      (inputs, options) => this.#system.executePluginBatch(this.id, inputs, options),
      // Fuel stands in rows, and must not depend on the company.
      { signal, alone: true },
    );
    return this.#batcher.call(input);
  }
}

/** True if the plugin says that it uses the network, or that it asks. */
export function waitsForNetwork({ metadata }: PluginInfo): boolean {
  const { capabilities, asking } = metadata;
  if (asking === true) return true;
  return capabilities.includes('network') || capabilities.includes('api_requests');
}
