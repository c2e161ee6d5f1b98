import { availableParallelism } from 'node:os';

import { PluginSystem, type PluginPolicy, permissionsFor } from '@testbench/core';
import type { BenchSystem } from '@testbench/bench';
import type { Permissions } from '@testbench/types';

import { QueueError } from './errors.js';

/** Where guests of a worker run: never in its own thread, whose timers must run to keep its shards locked. */
export type WorkerIsolation = 'thread' | 'process';

/** A plugin system that grants what the worker's own policy grants, regardless of what the run asks for. */
export class WorkerSystem implements BenchSystem, AsyncDisposable {
  readonly #system: PluginSystem;
  readonly #policy: PluginPolicy;

  constructor(isolation: WorkerIsolation, policy: PluginPolicy, concurrency: number) {
    this.#policy = policy;
    this.#system = new PluginSystem({
      isolation,
      policy,
      maxLoadedPlugins: 1000,
      // Batches of one shard keep all processors busy, as in a run without a queue; one thread is left for other plugins.
      maxThreads: Math.max(concurrency, availableParallelism()) + 1,
    });
  }

  /** @throws {QueueError} `QUEUE_NOT_GRANTED`: the run asks for more than the policy grants. @throws {LoadError} */
  async loadPlugin(
    path: string,
    options: Parameters<PluginSystem['loadPlugin']>[1] = {},
  ): ReturnType<BenchSystem['loadPlugin']> {
    const { permissions: asked, ...rest } = options;
    const { info } = await this.#system.loadPlugin(path, rest);
    const granted = permissionsFor(this.#policy, {
      name: info.metadata.name,
      digest: info.digest ?? '',
    });
    const lacking = lacks(asked, granted);
    if (lacking === undefined) return { info };
    await this.#system.unloadPlugin(info.id);
    throw new QueueError(
      'QUEUE_NOT_GRANTED',
      `Cannot run plugin ${JSON.stringify(info.metadata.name)}: the run asks for ${lacking}, which the policy of this worker does not grant it`,
    );
  }

  executePlugin: BenchSystem['executePlugin'] = async (...call) =>
    await this.#system.executePlugin(...call);
  executePluginBatch: BenchSystem['executePluginBatch'] = async (...call) =>
    await this.#system.executePluginBatch(...call);
  executePipeline: NonNullable<BenchSystem['executePipeline']> = async (...call) =>
    await this.#system.executePipeline(...call);
  unloadPlugin: BenchSystem['unloadPlugin'] = async (...call) =>
    await this.#system.unloadPlugin(...call);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.close();
  }
}

/** The permissions requested but not granted; undefined if there are none. */
function lacks(asked: Permissions | undefined, granted: Permissions): string | undefined {
  for (const [name, value] of Object.entries(asked ?? {})) {
    const has = (granted as Readonly<Record<string, unknown>>)[name];
    if (Array.isArray(value)) {
      const known = new Set(Array.isArray(has) ? has.map((one) => JSON.stringify(one)) : []);
      const missing = value.find((one) => !known.has(JSON.stringify(one)));
      if (missing !== undefined) return `${name} ${JSON.stringify(missing)}`;
    } else if (value === true && has !== true) return name;
  }
  return undefined;
}
