import type {
  BatchResult,
  ExecuteOptions,
  PipelineItem,
  PipelineResult,
  PipelineStage,
  PluginInfo,
} from '@testbench/core';
import { digestOf } from '@testbench/core/files';
import {
  DEFAULT_LIMITS,
  type PluginInput,
  type PluginOutput,
  type PluginType,
} from '@testbench/types';
import type { CallAttachment } from '@testbench/types/abi';
import { CallError, type CallErrorCode, LoadError } from '@testbench/types/errors';
import { readToolCalls } from '@testbench/types/tools';

import type { BenchSystem } from '../run/stage.js';

const NOTHING = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };

/** What a scripted plugin does with its data. */
export type Script = (data: never, files?: readonly CallAttachment[]) => unknown;

/**
 * A plugin system whose plugins are functions, by file name: for behaviour that no well-behaved plugin shows, such as
 * returning items that it never got. Everything else is tested with real plugins.
 */
export class ScriptedSystem implements BenchSystem {
  readonly loaded = new Map<string, Script>();
  readonly unloaded: string[] = [];

  constructor(
    readonly scripts: Readonly<
      Record<
        string,
        readonly [
          PluginType,
          Script,
          trait?: 'network' | 'sums' | 'files' | undefined,
          reads?: readonly string[] | undefined,
        ]
      >
    >,
  ) {}

  async loadPlugin(
    path: string,
    { id = path }: { id?: string } = {},
  ): Promise<{ readonly info: PluginInfo }> {
    const [, name = ''] = /\/([^/]+)\.wasm$/.exec(path) ?? [];
    const entry = this.scripts[name];
    if (entry === undefined)
      throw new LoadError('LOAD_NOT_FOUND', `Cannot read "${path}": no such file`);
    const [pluginType, script, trait, reads] = entry;
    this.loaded.set(id, script);
    const info: PluginInfo = {
      id,
      metadata: {
        name,
        version: '1.0.0',
        description: '',
        author: '',
        pluginType,
        capabilities:
          trait === 'network' ? [trait] : trait === 'files' ? ['multi_modal_evaluation'] : [],
        apiVersion: '1.0.0',
        ...(trait === 'sums' ? { aggregate: 'sums' } : {}),
        ...(reads === undefined ? {} : { reads }),
      },
      digest: digestOf(name),
      contract: 'v1',
      isolation: 'inline',
      metering: 'coarse',
      status: 'ready',
      executionCount: 0,
      errorCount: 0,
      totalExecutionTimeMs: 0,
      statistics: {
        queueTimeMs: NOTHING,
        runTimeMs: NOTHING,
        fuelUsed: 0,
        peakMemoryBytes: 0,
        hostCalls: {},
        deniedCalls: 0,
        outcomes: {},
      },
      loadedAt: new Date(0),
      permissions: {},
      limits: DEFAULT_LIMITS,
    };
    return { info };
  }

  async executePlugin<Data>(
    id: string,
    input: PluginInput,
    { attachments = [] }: ExecuteOptions = {},
  ): Promise<PluginOutput<Data>> {
    const data = (await this.loaded.get(id)!(input.data as never, attachments)) as Data;
    return {
      data,
      metadata: { metrics: {}, executionTimeMs: 2, memoryUsedBytes: 65_536, fuelUsed: 10 },
    };
  }

  async executePluginBatch(id: string, inputs: readonly PluginInput[]): Promise<BatchResult[]> {
    return await Promise.allSettled(inputs.map((input) => this.executePlugin(id, input)));
  }

  async executePipeline(
    stages: readonly PipelineStage[],
    items: readonly PipelineItem[],
  ): Promise<PipelineResult[]> {
    return await Promise.all(
      items.map(async ({ texts }) => {
        const results: (BatchResult | undefined)[] = stages.map(() => undefined);
        let answer = '';
        let toolCalls = '';
        for (const [number, { id, data, gives }] of stages.entries()) {
          const json = data.map((piece) => {
            if (typeof piece === 'string') return piece;
            if ('text' in piece) return texts[piece.text]!;
            return 'answer' in piece ? JSON.stringify(answer) : toolCalls;
          });
          const input = { data: JSON.parse(json.join('')) as unknown };
          const [result] = await Promise.allSettled([this.executePlugin<unknown>(id, input)]);
          results[number] = result;
          if (gives === 'verdict') continue;
          if (result.status === 'rejected') break;
          const { data: given } = result.value;
          const text =
            typeof given === 'string' ? given : (given as { text?: unknown } | null)?.text;
          if (typeof text !== 'string') break;
          answer = text;
          if (gives !== 'completion') continue;
          try {
            const calls = readToolCalls(given);
            toolCalls = calls === undefined ? '' : `,"tool_calls":${JSON.stringify(calls)}`;
          } catch {
            break;
          }
        }
        return results;
      }),
    );
  }

  async unloadPlugin(id: string): Promise<void> {
    this.loaded.delete(id);
    this.unloaded.push(id);
  }
}

/** Fails like a plugin call. */
export function failCall(code: CallErrorCode, message = `Cannot call: ${code}`): never {
  throw new CallError(code, message, {
    usage: { executionTimeMs: 1, memoryUsedBytes: 0, fuelUsed: 5 },
  });
}
