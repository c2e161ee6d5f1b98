import type { PayloadForm } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { checkLength, notStarted } from '../isolation/batch.js';
import type { BatchResult, CallControls } from '../isolation/executor.js';
import { RemoteExecutor, type RemoteStage } from '../isolation/remote-executor.js';
import { MAX_BATCH_BYTES, MAX_BATCH_INPUTS } from '../limits.js';
import type { LoadedPlugin } from '../loaded-plugin.js';
import type { RunningCall } from '../running-call.js';
import {
  envelopeEnd,
  type Given,
  givenBy,
  givesOn,
  NOTHING_GIVEN,
  type PipelineItem,
  type PipelineStage,
  stageInput,
} from './pipeline-stage.js';

/** The result of an item at each stage; undefined for stages that it did not reach. */
export type PipelineResult = readonly (BatchResult | undefined)[];

/** A stage with the plugin that was loaded under its id. */
export interface PluginStage {
  readonly stage: PipelineStage;
  readonly plugin: LoadedPlugin;
}

/**
 * Sends items through all stages. If all plugins run in threads and ask nothing of their host, items are sent once to a thread that has
 * all the plugins; otherwise they are sent to one plugin after the other. The results are the same.
 */
export class PipelineCalls {
  readonly #stages: readonly PluginStage[];
  readonly #options: CallControls;
  readonly #queueTimeMs: number;

  constructor(stages: readonly PluginStage[], options: CallControls, queueTimeMs: number) {
    this.#stages = stages;
    this.#options = options;
    this.#queueTimeMs = queueTimeMs;
  }

  async run(items: readonly PipelineItem[]): Promise<PipelineResult[]> {
    const groups = [...groupItems(items)];
    const results = await Promise.all(groups.map((group) => this.#runGroup(group)));
    return results.flat();
  }

  async #runGroup(items: readonly PipelineItem[]): Promise<PipelineResult[]> {
    const together = await this.#runTogether(items);
    const again = items.filter((_item, index) => together[index] === undefined);
    if (again.length === 0) return together as PipelineResult[];
    const rest = await this.#runStageByStage(again);
    let next = 0;
    return together.map((result) => result ?? rest[next++]!);
  }

  /** @returns undefined for items that must go stage by stage. */
  async #runTogether(items: readonly PipelineItem[]): Promise<(PipelineResult | undefined)[]> {
    const none = items.map(() => undefined);
    if (items.some(isLarge)) return none;
    const requestIds = items.map(({ requestId }) => requestId);
    const calls: RunningCall[] = [];
    let results: (PipelineResult | undefined)[] = none;
    try {
      for (const { plugin } of this.#stages) {
        calls.push(plugin.beginTogether(requestIds, this.#options, this.#queueTimeMs));
      }
      const stages = remoteStages(this.#stages, calls);
      if (stages !== undefined) results = await this.#runInThread(stages, items);
      for (const [number, { version }] of calls.entries()) {
        await version.places?.locateAll(results.map((result) => result?.[number]));
      }
    } catch (error) {
      // If the group fails as a whole, nothing is known about its items: each plugin is then called separately.
      if (!(error instanceof CallError)) throw error;
    } finally {
      for (const [number, call] of calls.entries()) {
        const ends = results.map((result) => result?.[number]);
        this.#stages[number]!.plugin.endTogether(call, ends);
      }
    }
    return results;
  }

  async #runInThread(
    stages: readonly RemoteStage[],
    items: readonly PipelineItem[],
  ): Promise<(PipelineResult | undefined)[]> {
    const [{ executor }] = stages as [RemoteStage];
    const { results, left } = await executor.runPipeline(stages, items, this.#options.signal);
    return items.map((_item, index) => {
      if (left.has(index)) return undefined;
      const found = stages.map((_stage, number) => results[number * items.length + index]);
      return checkWay(found, this.#stages);
    });
  }

  async #runStageByStage(items: readonly PipelineItem[]): Promise<PipelineResult[]> {
    const ways = items.map((item) => ({
      item,
      end: envelopeEnd(item.requestId),
      given: NOTHING_GIVEN as Given | undefined,
      results: [] as (BatchResult | undefined)[],
    }));
    for (const [number, { stage, plugin }] of this.#stages.entries()) {
      const going = ways.filter(({ given }) => given !== undefined);
      const results = await this.#runStage(
        plugin,
        going.map(({ item }) => item.requestId),
        (payload) =>
          going.map(({ item, given, end }) =>
            stageInput({ ...stage, payload }, (at) => item.texts[at]!, given!, end),
          ),
      );
      for (const [index, way] of going.entries()) {
        const result = results[index]!;
        way.results[number] = result;
        if (stage.gives === 'verdict') continue;
        way.given =
          result.status === 'fulfilled'
            ? givenBy(stage.gives, result.value.data, way.given!)
            : undefined;
      }
    }
    return ways.map(({ results }) => {
      while (results.length < this.#stages.length) results.push(undefined);
      return results;
    });
  }

  async #runStage(
    plugin: LoadedPlugin,
    requestIds: readonly (string | undefined)[],
    write: (payload: PayloadForm) => string[],
  ): Promise<BatchResult[]> {
    if (requestIds.length === 0) return [];
    const results: BatchResult[] = [];
    let call: RunningCall | undefined;
    try {
      call = plugin.beginTogether(requestIds, this.#options, this.#queueTimeMs);
      const { executor } = call.version;
      const texts = write(executor.payload);
      const fit: number[] = [];
      for (const [index, text] of texts.entries()) {
        try {
          checkLength(text, executor.limits.maxInputBytes);
          fit.push(index);
        } catch (reason) {
          results[index] = { status: 'rejected', reason };
        }
      }
      const made = await executor.executeTexts(
        fit.map((index) => texts[index]!),
        call,
      );
      await call.version.places?.locateAll(made);
      for (const [at, index] of fit.entries()) results[index] = made[at] ?? notStarted();
    } catch (reason) {
      if (!(reason instanceof CallError)) throw reason;
      for (const index of requestIds.keys()) results[index] ??= { status: 'rejected', reason };
    } finally {
      if (call !== undefined) {
        plugin.endTogether(
          call,
          Array.from(requestIds, (_id, index) => results[index]),
        );
      }
    }
    return results;
  }
}

/** Checks the results that a thread reports for an item: there must be none after a stage that gave no answer. */
function checkWay(
  found: readonly (BatchResult | undefined)[],
  stages: readonly PluginStage[],
): PipelineResult {
  let goesOn = true;
  return stages.map(({ stage }, number) => {
    if (!goesOn) return undefined;
    const result = found[number] ?? notStarted();
    if (stage.gives !== 'verdict') {
      goesOn = result.status === 'fulfilled' && givesOn(stage.gives, result.value.data);
    }
    return result;
  });
}

/** The stages in the form that one thread can run; undefined if it cannot run them. */
function remoteStages(
  stages: readonly PluginStage[],
  calls: readonly RunningCall[],
): RemoteStage[] | undefined {
  const found: RemoteStage[] = [];
  for (const [number, { stage }] of stages.entries()) {
    const controls = calls[number]!;
    const { executor } = controls.version;
    if (!(executor instanceof RemoteExecutor)) return undefined;
    if (!executor.canShareThread(found[0]?.executor ?? executor)) return undefined;
    found.push({ executor, stage, controls });
  }
  return found;
}

function lengthOf({ texts }: PipelineItem): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Items that may be too long go to the plugin, which checks their length. */
function isLarge(item: PipelineItem): boolean {
  return lengthOf(item) > MAX_BATCH_BYTES;
}

/** Items that cross in one message. */
function* groupItems(items: readonly PipelineItem[]): Generator<PipelineItem[], void, void> {
  let group: PipelineItem[] = [];
  let length = 0;
  for (const item of items) {
    const own = lengthOf(item);
    if (group.length === MAX_BATCH_INPUTS || (group.length > 0 && length + own > MAX_BATCH_BYTES)) {
      yield group;
      group = [];
      length = 0;
    }
    group.push(item);
    length += own;
  }
  if (group.length > 0) yield group;
}
