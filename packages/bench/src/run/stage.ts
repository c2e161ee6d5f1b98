import type { AnswerAsks, LoadPluginOptions, PluginInfo, PluginSystem } from '@testbench/core';
import type { PluginInput, PluginOutput, ResourceLimits } from '@testbench/types';
import type { CallAttachment } from '@testbench/types/abi';
import { CallError, type CallUsage } from '@testbench/types/errors';
import { handedData, isHanded } from '@testbench/types/reads';

import { withoutUndefined } from '../config/without-undefined.js';
import { CallBatcher } from './call-batcher.js';

/** The parts of a plugin system that the bench needs. */
export interface BenchSystem extends Pick<
  PluginSystem,
  'executePlugin' | 'executePluginBatch' | 'unloadPlugin'
> {
  /** Without it, records go from plugin to plugin through the bench, which is slower. */
  readonly executePipeline?: PluginSystem['executePipeline'];
  loadPlugin(path: string, options: LoadPluginOptions): Promise<{ readonly info: PluginInfo }>;
}

/** The result and the cost of a call. */
export interface StageAnswer<Data> {
  readonly data: Data;
  readonly fuelUsed: number;
}

/** How a plugin is loaded at its place. */
export interface StageUse {
  /** The place, as a path of the configuration: `providers[0]`, `transforms[0]`; for an evaluator, its name. */
  readonly name: string;
  /** The id under which the plugin is loaded. */
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly limits: Partial<ResourceLimits>;
}

interface StageCallOptions {
  readonly signal: AbortSignal;
  readonly answerAsks: AnswerAsks | undefined;
  readonly attachments: readonly CallAttachment[] | undefined;
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

  /** True if the plugin says that it uses the network, so that its calls wait for others and are paid for. */
  get waits(): boolean {
    return waitsForNetwork(this.plugin);
  }

  /** True if it asks instead of waiting, so that the run makes and pays for each of its asks. */
  get asks(): boolean {
    return this.waits && this.plugin.metadata.asking === true;
  }

  /** The system in which the plugin is loaded, for calls that do not belong to a case. */
  get system(): BenchSystem {
    return this.#system;
  }

  /** Wall time inside the plugin so far, in milliseconds. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Largest linear memory of the plugin after a call so far, in bytes. */
  get peakMemoryBytes(): number {
    return this.#peakMemoryBytes;
  }

  /** True if the plugin says that it reads attachments. */
  get readsAttachments(): boolean {
    return this.plugin.metadata.capabilities.includes('multi_modal_evaluation');
  }

  /** Whether the plugin reads a field of its data. */
  reads(field: string): boolean {
    return isHanded(this.plugin.metadata, field);
  }

  /** The fields of its data that the plugin reads. */
  handed(data: object): object {
    return handedData(this.plugin.metadata, data);
  }

  /** Counts the usage of a call. @param usage Undefined if unknown. */
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
   * @param answerAsks Answers the plugin's asks. @default the host does
   * @param attachments Files of the record, for a plugin that reads attachments.
   * @throws {CallError}
   */
  async call<Data>(
    data: unknown,
    requestId: string,
    signal: AbortSignal,
    answerAsks?: AnswerAsks,
    attachments?: readonly CallAttachment[],
  ): Promise<StageAnswer<Data>> {
    try {
      const input = { data, context: { requestId } };
      const output = await this.#execute(input, { signal, answerAsks, attachments });
      this.addUsage(output.metadata);
      return { data: output.data as Data, fuelUsed: output.metadata.fuelUsed };
    } catch (error) {
      if (error instanceof CallError) this.addUsage(error.usage);
      throw error;
    }
  }

  /** Calls of a plugin that waits for a network run concurrently; those of others are batched. */
  #execute(
    input: PluginInput,
    { signal, answerAsks, attachments }: StageCallOptions,
  ): Promise<PluginOutput> {
    // Files belong to one call, and a batch has none.
    if (this.waits || attachments !== undefined) {
      const options = withoutUndefined({ signal, answerAsks, attachments });
      return this.#system.executePlugin(this.id, input, options);
    }
    // All calls of a run have the same signal.
    this.#batcher ??= new CallBatcher(
      (inputs, options) => this.#system.executePluginBatch(this.id, inputs, options),
      // Fuel is stored in rows, and must not depend on the other calls of a batch.
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
