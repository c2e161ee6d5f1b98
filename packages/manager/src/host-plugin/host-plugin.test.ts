import { assemble, guestWat } from '@testbench/test-kit';
import {
  type CustomPlugin,
  type EvaluatorPlugin,
  type FilterPlugin,
  type HostPlugin,
  type HostPluginCall,
  PLUGIN_TYPES,
  type ProviderPlugin,
  type TransformPlugin,
} from '@testbench/types';
import type { LogRecord } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});
function open(options: PluginManagerOptions = {}): PluginManager {
  const manager = new PluginManager(options);
  opened.push(manager);
  return manager;
}

const input = { data: null };
const about = { version: '1.0.0' };

const evaluator: EvaluatorPlugin = {
  metadata: { ...about, name: 'evaluator', pluginType: 'evaluator' },
  evaluate: ({ output, expected }) => ({ score: output === expected ? 1 : 0 }),
};
const provider: ProviderPlugin = {
  metadata: { ...about, name: 'provider', pluginType: 'provider' },
  complete: async ({ model, prompt = '' }) =>
    await Promise.resolve({ text: prompt.toUpperCase(), model }),
};
const transform: TransformPlugin = {
  metadata: { ...about, name: 'transform', pluginType: 'transform' },
  transform: (data) => [data, data],
};
const filter: FilterPlugin = {
  metadata: { ...about, name: 'filter', pluginType: 'filter' },
  filter: ({ items }) => ({ items: items.filter((item) => item !== 0) }),
};
const custom = (
  run: CustomPlugin['run'],
  more: Partial<Omit<CustomPlugin, 'metadata'>> = {},
): CustomPlugin => ({
  metadata: { ...about, name: 'custom', pluginType: 'custom' },
  run,
  ...more,
});
const CASES: Readonly<Record<string, { readonly data: unknown; readonly answer: unknown }>> = {
  evaluator: { data: { output: 'a', expected: 'a' }, answer: { score: 1 } },
  provider: { data: { model: 'm', prompt: 'hi' }, answer: { text: 'HI', model: 'm' } },
  transform: { data: { a: 1 }, answer: [{ a: 1 }, { a: 1 }] },
  filter: { data: { items: [0, 1, 0, 2] }, answer: { items: [1, 2] } },
  custom: { data: 1, answer: { got: 1 } },
};
const plugins: readonly HostPlugin[] = [
  evaluator,
  provider,
  transform,
  filter,
  custom((got) => ({ got })),
];

describe('PluginManager.register()', () => {
  it('has a plugin of each type to test', () => {
    expect(plugins.map(({ metadata }) => metadata.pluginType).toSorted()).toEqual(
      PLUGIN_TYPES.toSorted(),
    );
  });

  it.each(plugins)('runs a $metadata.name of the host’s own', async (plugin) => {
    const manager = open();
    const { name } = plugin.metadata;
    const info = await manager.register(plugin);
    expect(info).toMatchObject({
      id: name,
      isolation: 'host',
      contract: 'host',
      digest: undefined,
      metering: undefined,
      status: 'ready',
      limits: { maxFuel: Infinity, maxMemoryBytes: Infinity, timeoutMs: 30_000 },
      permissions: {},
      metadata: { name, version: '1.0.0', pluginType: name, apiVersion: '1.0.0' },
    });
    const { data, answer } = CASES[name]!;
    const output = await manager.execute(name, { data });
    expect(output.data).toEqual(answer);
    expect(output.metadata).toMatchObject({ fuelUsed: 0, memoryUsedBytes: 0, metrics: {} });
  });

  it('is counted and reported like WebAssembly plugins', async () => {
    const manager = open();
    const events: unknown[] = [];
    manager.events.on('plugin-loaded', ({ id }) => events.push(['loaded', id]));
    manager.events.on('call-start', ({ pluginId: plugin, requestId }) =>
      events.push([plugin, requestId]),
    );
    manager.events.on('call-end', ({ pluginId: plugin, outcome }) =>
      events.push([plugin, outcome]),
    );
    manager.events.on('plugin-unloaded', ({ id }) => events.push(['unloaded', id]));
    await manager.load(assemble(guestWat()));
    let fails = false;
    await manager.register(
      custom(() => {
        if (fails) throw new Error('no');
        return 'yes';
      }),
      { id: 'mine' },
    );
    await manager.execute('mine', { data: 1, context: { requestId: 'r-1' } });
    fails = true;
    await expect(manager.execute('mine', input)).rejects.toThrow('no');
    expect(manager.info('mine')).toMatchObject({
      status: 'error',
      executionCount: 2,
      errorCount: 1,
      statistics: { outcomes: { ok: 1, CALL_PLUGIN_FAILED: 1 } },
    });
    await manager.unload('mine');
    expect(manager.list().map(({ id }) => id)).toEqual(['guest']);
    expect(events).toEqual([
      ['loaded', 'guest'],
      ['loaded', 'mine'],
      ['mine', 'r-1'],
      ['mine', 'ok'],
      ['mine', undefined],
      ['mine', 'CALL_PLUGIN_FAILED'],
      ['unloaded', 'mine'],
    ]);
  });

  it('hands it its configuration, its context, and a way to report, emit and log', async () => {
    const logs: LogRecord[] = [];
    const seen: unknown[] = [];
    const manager = open({ onLog: (record) => logs.push(record), now: () => 7 });
    await manager.register(
      custom(
        async (data, call) => {
          seen.push(call.context, call.signal.aborted);
          call.reportMetric('words', 3);
          call.log('warn', 'a\nb');
          await call.emit(Uint8Array.of(1));
          await call.emit(Uint8Array.of(2));
          return data;
        },
        { init: (config) => void seen.push(config) },
      ),
      { config: { key: 1, none: undefined } },
    );
    const context = { requestId: 'r-1', metadata: { a: 'b' } };
    const parts: unknown[] = [];
    for await (const part of manager.executeStream('custom', { data: 5, context })) {
      parts.push(part.type === 'chunk' ? [...part.bytes] : part.output);
    }
    expect(parts).toEqual([
      [1],
      [2],
      { data: 5, metadata: expect.objectContaining({ metrics: { words: 3 } }) },
    ]);
    expect(seen).toEqual([{ key: 1 }, context, false]);
    expect(logs).toEqual([
      { pluginId: 'custom', level: 'warn', message: 'a\\x0ab', timestampMs: 7, requestId: 'r-1' },
    ]);
  });

  it('crosses as JSON, so that neither side changes what the other holds', async () => {
    const manager = open();
    const kept: { list: number[] } = { list: [] };
    let got: unknown;
    await manager.register(
      custom((data) => {
        got = data;
        (data as { list: number[] }).list.push(1);
        return kept;
      }),
    );
    const mine = { list: [0], date: new Date(0), none: undefined };
    const { data } = await manager.execute('custom', { data: mine });
    expect(got).toEqual({ list: [0, 1], date: '1970-01-01T00:00:00.000Z' });
    expect(mine.list).toEqual([0]);
    (data as typeof kept).list.push(9);
    expect(kept.list).toEqual([]);
  });

  it.each([
    { what: 'nothing', answer: undefined, code: 'CALL_INVALID_OUTPUT' },
    { what: 'a function', answer: () => 1, code: 'CALL_INVALID_OUTPUT' },
    { what: 'a bigint', answer: 1n, code: 'CALL_INVALID_OUTPUT' },
    { what: 'another shape', answer: { score: 2 }, code: 'CALL_INVALID_OUTPUT' },
    {
      what: 'too much',
      answer: { score: 1, explanation: 'x'.repeat(200) },
      code: 'CALL_OUTPUT_TOO_LARGE',
    },
  ])('refuses an evaluator that answers $what', async ({ answer, code }) => {
    const manager = open();
    const plugin = { ...evaluator, evaluate: () => answer } as unknown as EvaluatorPlugin;
    await manager.register(plugin, { limits: { maxOutputBytes: 200 } });
    const data = { output: 'a' };
    await expect(manager.execute('evaluator', { data })).rejects.toMatchObject({ code });
  });

  it('refuses inputs that no plugin gets', async () => {
    const manager = open();
    await manager.register(transform, { limits: { maxInputBytes: 100 } });
    for (const data of [undefined, 1n, 'x'.repeat(100)]) {
      await expect(manager.execute('transform', { data })).rejects.toMatchObject({
        code: 'CALL_INVALID_INPUT',
      });
    }
  });

  it('keeps what a plugin says of its own failure', async () => {
    const manager = open();
    const own = new CallError('CALL_PLUGIN_FAILED', 'busy', { pluginCode: 429, retryAfterMs: 5 });
    await manager.register(custom(() => Promise.reject(own)));
    await expect(manager.execute('custom', input)).rejects.toBe(own);
    const other = new CallError('CALL_SHUT_DOWN', 'not mine to say');
    await manager.register(
      custom(() => Promise.reject(other)),
      { id: 'other' },
    );
    await expect(manager.execute('other', input)).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
      pluginMessage: 'not mine to say',
      cause: other,
    });
  });

  describe('ends a call that waits', () => {
    /** Waits until its signal fires, and reports that it did. */
    function waiting(): { readonly plugin: CustomPlugin; readonly stopped: Promise<unknown> } {
      const { promise: stopped, resolve } = Promise.withResolvers<unknown>();
      const run = (_data: unknown, { signal }: HostPluginCall): Promise<never> =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            resolve(signal.reason);
            reject(new Error('stopped'));
          });
        });
      return { plugin: custom(run), stopped };
    }

    it('when its time is over', async () => {
      const manager = open();
      const { plugin, stopped } = waiting();
      await manager.register(plugin);
      await expect(manager.execute('custom', input, { timeoutMs: 10 })).rejects.toMatchObject({
        code: 'CALL_DEADLINE_EXCEEDED',
      });
      expect(await stopped).toMatchObject({ code: 'CALL_DEADLINE_EXCEEDED' });
    });

    it('when its caller cancels it', async () => {
      const manager = open();
      const { plugin, stopped } = waiting();
      await manager.register(plugin);
      const controller = new AbortController();
      const call = manager.execute('custom', input, { signal: controller.signal });
      controller.abort('enough');
      await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED', cause: 'enough' });
      expect(await stopped).toMatchObject({ code: 'CALL_CANCELLED' });
    });

    it('when the manager is closed', async () => {
      const manager = open();
      const { plugin } = waiting();
      await manager.register(plugin);
      const call = manager.execute('custom', input);
      await Promise.all([
        expect(call).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' }),
        manager.close(),
      ]);
    });
  });

  it('refuses chunks after the end of the call, and what is no chunk', async () => {
    const manager = open();
    let late: HostPluginCall | undefined;
    await manager.register(
      custom(async (_data, call) => {
        late = call;
        await expect(call.emit('text' as unknown as Uint8Array)).rejects.toBeInstanceOf(TypeError);
        await expect(call.emit(new Uint8Array(2 ** 20 + 1))).rejects.toBeInstanceOf(TypeError);
        return 1;
      }),
    );
    await manager.execute('custom', input);
    await expect(late?.emit(Uint8Array.of(1))).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
  });

  it('runs a batch, each input failing alone, some at a time', async () => {
    const manager = open();
    let running = 0;
    let most = 0;
    await manager.register(
      custom(async (data) => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (data === 7) throw new Error('seven');
        return data;
      }),
    );
    const inputs = Array.from({ length: 100 }, (_, data) => ({ data }));
    const results = await manager.executeBatch('custom', inputs);
    expect(results[7]).toMatchObject({ reason: { code: 'CALL_PLUGIN_FAILED' } });
    const answers = results.map((result) =>
      result.status === 'fulfilled' ? result.value.data : 7,
    );
    expect(answers).toEqual(inputs.map(({ data }) => data));
    expect(most).toBe(16);
    expect(manager.info('custom')).toMatchObject({ executionCount: 100, errorCount: 1 });
  });

  it('says that fuel cannot be limited', async () => {
    const manager = open();
    await manager.register(transform);
    await expect(manager.execute('transform', input, { maxFuel: 5 })).rejects.toMatchObject({
      code: 'CALL_UNSUPPORTED',
    });
    const limits = { maxFuel: 5 } as object;
    await expect(manager.register(filter, { limits })).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_KEY',
      path: 'limits.maxFuel',
    });
  });

  it('shares ids and room with plugins that are loaded', async () => {
    const manager = open({ maxLoadedPlugins: 2 });
    await manager.register(transform, { id: 'guest' });
    await expect(manager.load(assemble(guestWat()))).rejects.toMatchObject({
      code: 'LOAD_ALREADY_LOADED',
    });
    await manager.register(filter);
    await expect(manager.register(evaluator)).rejects.toMatchObject({
      code: 'LOAD_TOO_MANY_PLUGINS',
    });
  });

  it('has one version', async () => {
    const manager = open();
    await manager.register(transform);
    await expect(manager.reload('transform', assemble(guestWat()))).rejects.toMatchObject({
      code: 'LOAD_UNSUPPORTED',
    });
    await expect(manager.rollback('transform')).rejects.toMatchObject({
      code: 'LOAD_NO_EARLIER_VERSION',
    });
    expect(() => manager.watch('transform')).toThrow(
      expect.objectContaining({ code: 'LOAD_NO_FILE' }),
    );
  });

  it('keeps nothing of one that does not initialize', async () => {
    const manager = open({ limits: { timeoutMs: 10 } });
    const refusing = custom(() => 1, { init: () => Promise.reject(new Error('no key')) });
    await expect(manager.register(refusing)).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: 'Cannot initialize plugin "custom": no key',
    });
    const stuck = custom(() => 1, { init: () => new Promise(() => {}) });
    await expect(manager.register(stuck)).rejects.toMatchObject({ code: 'LOAD_DEADLINE_EXCEEDED' });
    expect(manager.pluginCount).toBe(0);
  });

  it('is told once that it leaves, and may fail at it', async () => {
    const manager = open();
    let left = 0;
    const shutdown = (): never => {
      left += 1;
      throw new Error('no');
    };
    await manager.register(custom(() => 1, { shutdown }));
    await manager.unload('custom');
    expect(left).toBe(1);
  });

  it('runs the methods of a class on its instance', async () => {
    class Counting implements CustomPlugin {
      readonly metadata = { ...about, name: 'counting', pluginType: 'custom' } as const;
      #calls = 0;
      run(): number {
        this.#calls += 1;
        return this.#calls;
      }
    }
    const manager = open();
    await manager.register(new Counting());
    await manager.execute('counting', input);
    expect((await manager.execute('counting', input)).data).toBe(2);
  });

  it.each([
    { plugin: null },
    { plugin: 'evaluator.wasm' },
    { plugin: { metadata: evaluator.metadata } },
    { plugin: { ...evaluator, evaluate: undefined, complete: () => 1 } },
    { plugin: { ...evaluator, init: 5 } },
  ])('takes $plugin for no plugin', async ({ plugin }) => {
    await expect(open().register(plugin as unknown as HostPlugin)).rejects.toBeInstanceOf(
      TypeError,
    );
  });

  it.each([
    { metadata: undefined, code: 'LOAD_INVALID_METADATA' },
    { metadata: { ...about, pluginType: 'evaluator' }, code: 'LOAD_INVALID_METADATA' },
    { metadata: { ...evaluator.metadata, pluginType: 'judge' }, code: 'LOAD_INVALID_METADATA' },
    { metadata: { ...evaluator.metadata, apiVersion: '9.0.0' }, code: 'LOAD_INCOMPATIBLE_API' },
  ])('refuses the metadata $metadata', async ({ metadata, code }) => {
    const plugin = { ...evaluator, metadata } as unknown as HostPlugin;
    await expect(open().register(plugin)).rejects.toMatchObject({ code });
  });
});
