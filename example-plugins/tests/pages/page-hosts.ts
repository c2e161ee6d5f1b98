import { createTestHost, type TestHost } from '@testbench/sdk';

import type { CallAttachment } from '../attach.js';
import { openModelBench } from '../fake-model-server.js';
import { openPlugin, pluginPath } from '../open-plugin.js';
import { fuelInput } from './page-inputs.js';
import { ANSWERS, replyOf, SECRETS, withoutMarks } from './replies.js';

export type Metadata = TestHost['info']['metadata'];

interface Result {
  readonly data: unknown;
  readonly fuelUsed: number;
  readonly metadata: Metadata;
}

/** Opens each plugin once per configuration: many pages share a plugin. */
export class PageHosts implements AsyncDisposable {
  readonly #hosts = new Map<string, TestHost>();
  readonly #results = new Map<string, Promise<Result>>();

  /** Calls a plugin, once for each distinct call; a plugin that asks a model gets the answer of a server on loopback. */
  async call(
    plugin: string,
    data: unknown,
    config: object | undefined,
    purpose = 'example',
    attachments: readonly CallAttachment[] = [],
  ): Promise<Result> {
    const key = JSON.stringify([plugin, data, config, purpose]);
    const result = this.#results.get(key) ?? this.#call(plugin, data, config, purpose, attachments);
    this.#results.set(key, result);
    return await result;
  }

  async #call(
    plugin: string,
    data: unknown,
    config: object | undefined,
    purpose: string,
    attachments: readonly CallAttachment[],
  ): Promise<Result> {
    if (plugin in SECRETS) return await callModel(plugin, data, config);
    const key = JSON.stringify([plugin, config ?? {}, purpose]);
    const host = this.#hosts.get(key) ?? (await openAnswered(plugin, config));
    this.#hosts.set(key, host);
    const result = await host.call(data, { attachments });
    return { data: result.data, fuelUsed: result.metadata.fuelUsed, metadata: host.info.metadata };
  }

  /** What a plugin reports about itself, and the fuel of its first call: later calls find a heap that has already grown. */
  async measure(plugin: string): Promise<Result> {
    const { data, config, attachments } = fuelInput(plugin);
    return await this.call(plugin, data, config, 'fuel', attachments);
  }

  /** Names of a plugin's options. */
  async options(plugin: string): Promise<string[]> {
    const { metadata } = await this.measure(plugin);
    const schema = metadata.configSchema as { readonly properties?: object } | undefined;
    return Object.keys(schema?.properties ?? {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts.values()) await host.close();
  }
}

/** Opens a plugin; its asks, if it has any, get the answers of its page. */
async function openAnswered(plugin: string, config: object | undefined): Promise<TestHost> {
  const answers = ANSWERS[plugin];
  if (answers === undefined) return await openPlugin(plugin, config);
  return await createTestHost(pluginPath(plugin), {
    isolation: 'inline',
    config: plugin === 'http' ? { url: 'https://api.example.com/generate', ...config } : config,
    permissions: { network: true, allowedHosts: ['api.example.com'] },
    answers,
  });
}

async function callModel(plugin: string, data: unknown, config: object = {}): Promise<Result> {
  const { base_url: _, ...own } = config as { base_url?: string };
  const secret = SECRETS[plugin] ?? '';
  await using bench = await openModelBench(plugin, secret, { ...own, api_key_secret: secret });
  bench.replies.push(replyOf(plugin));
  const result = await bench.system.executePlugin(bench.id, { data });
  return {
    data: withoutMarks(result.data),
    fuelUsed: result.metadata.fuelUsed,
    metadata: bench.system.getPluginInfo(bench.id)!.metadata,
  };
}
