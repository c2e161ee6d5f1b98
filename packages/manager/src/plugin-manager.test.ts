import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { assemble, guestWat, METADATA, packed, withMetadataSection } from '@testbench/test-kit';
import type { LogRecord } from '@testbench/types/abi';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import type { PluginManagerOptions } from './options.js';
import { PluginManager } from './plugin-manager.js';

const FOREVER = '(loop (br 0)) (unreachable)';
const input = { data: null };
const plain = assemble(guestWat());

/** A plugin that gives `value`. */
const giving = (value: number): Uint8Array =>
  assemble(guestWat({ outputText: `{"data":${value}}` }));

/** A plugin whose n-th call on one instance gives n. */
const counting = assemble(
  guestWat({
    outputText: '{"data":0}',
    execute: `(i32.store8 (i32.const 4104) (i32.add (i32.load8_u (i32.const 4104)) (i32.const 1)))
      (if (i32.eq (local.get $len) (i32.const 41)) (then (unreachable))) ${packed(4096, 10)}`,
  }),
);

const withMetadata = (fields: object): Uint8Array =>
  assemble(guestWat({ metadataText: JSON.stringify({ ...JSON.parse(METADATA), ...fields }) }));

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

// The contract of isolation: the same limits, errors and results regardless of where a plugin runs.
describe.each(['inline', 'thread', 'process'] as const)('isolation: %s', (isolation) => {
  const open = (options: PluginManagerOptions = {}): PluginManager => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    return manager;
  };

  describe('PluginManager.load()', () => {
    it('loads under the name of the metadata, or under the id', async () => {
      const manager = open();
      expect(await manager.load(plain)).toMatchObject({
        id: 'guest',
        contract: 'v1',
        status: 'ready',
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        executionCount: 0,
      });
      await manager.load(plain, { id: 'other' });
      expect(manager.list().map(({ id }) => id)).toEqual(['guest', 'other']);
    });

    it('refuses a second plugin of one id, also when both load at the same time', async () => {
      const manager = open();
      const results = await Promise.allSettled([manager.load(plain), manager.load(plain)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await expect(manager.load(plain, { id: 'guest' })).rejects.toMatchObject({
        code: 'LOAD_ALREADY_LOADED',
      });
      expect(manager.pluginCount).toBe(1);
    });

    it('refuses one plugin too many', async () => {
      const manager = open({ maxLoadedPlugins: 1 });
      await manager.load(plain);
      await expect(manager.load(plain, { id: 'b' })).rejects.toMatchObject({
        code: 'LOAD_TOO_MANY_PLUGINS',
      });
    });

    it.each([
      {
        name: 'another major version',
        fields: { api_version: '2.0.0' },
        code: 'LOAD_INCOMPATIBLE_API',
      },
      {
        name: 'a newer host',
        fields: { min_host_version: '1.9.0' },
        code: 'LOAD_INCOMPATIBLE_API',
      },
      { name: 'a bad version', fields: { version: 'one' }, code: 'LOAD_INVALID_METADATA' },
      { name: 'a bad type', fields: { plugin_type: 'judge' }, code: 'LOAD_INVALID_METADATA' },
      { name: 'a path as a name', fields: { name: '../x' }, code: 'LOAD_INVALID_METADATA' },
    ])('refuses metadata with $name', async ({ fields, code }) => {
      const manager = open();
      await expect(manager.load(withMetadata(fields))).rejects.toMatchObject({ code });
      expect(manager.pluginCount).toBe(0);
    });

    it('refuses metadata that is not JSON', async () => {
      const bytes = assemble(guestWat({ metadataText: 'name: guest' }));
      await expect(open().load(bytes)).rejects.toMatchObject({
        code: 'LOAD_INVALID_METADATA',
      });
    });

    it('refuses metadata that differs from the custom section, and names the field', async () => {
      const bytes = withMetadataSection(plain, METADATA.replace('1.0.0', '1.0.1'));
      await expect(open().load(bytes)).rejects.toMatchObject({
        code: 'LOAD_METADATA_MISMATCH',
        field: 'version',
      });
    });

    it('fails when plugin_init refuses the configuration', async () => {
      const bytes = assemble(guestWat({ init: '(i32.const -2)' }));
      await expect(open().load(bytes)).rejects.toMatchObject({
        code: 'LOAD_INIT_FAILED',
      });
    });

    it.each([
      { options: { id: 'mine' }, source: plain, named: 'plugin "mine"' },
      { options: {}, source: '/no/such.wasm', named: 'plugin "/no/such.wasm"' },
      { options: {}, source: plain, named: 'plugin' },
    ])('says of $named that its configuration is no JSON', async ({ options, source, named }) => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      for (const config of [circle, { n: 1n }, () => 1, Symbol('s')]) {
        await expect(open().load(source, { ...options, config })).rejects.toMatchObject({
          code: 'LOAD_INVALID_CONFIG',
          message: expect.stringMatching(
            new RegExp(`^Cannot load ${named}: its config has no JSON form \\(`),
          ),
        });
      }
    });

    it('names the plugin whose plugin_init fails: by its id, or else by its own name', async () => {
      const bytes = assemble(guestWat({ init: '(i32.const -2)' }));
      for (const [options, name] of [
        [{ id: 'mine' }, 'mine'],
        [{}, 'guest'],
      ] as const) {
        await expect(open().load(bytes, options)).rejects.toMatchObject({
          message: `Cannot initialize plugin "${name}": "plugin_init" returned error code -2`,
        });
      }
    });

    it('logs under the name of a plugin that has no custom section', async () => {
      const logs: LogRecord[] = [];
      const manager = open({ onLog: (record) => logs.push(record) });
      const imports = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';
      await manager.load(
        assemble(
          guestWat({ imports, init: '(call $log (i32.const 2) (i32.const 1024) (i32.const 6))' }),
        ),
      );
      expect(logs).toMatchObject([{ pluginId: 'guest', level: 'info', message: '{"name' }]);
    });

    // A child process meters for itself, so that the host's engine never reads the module.
    it.skipIf(isolation === 'process')(
      'keeps metered modules in the cache directory (needs a host that meters)',
      async () => {
        const cacheDir = join(mkdtempSync(join(tmpdir(), 'testbench-manager-')), 'cache');
        await open({ cacheDir }).load(plain);
        expect(readdirSync(cacheDir)).toHaveLength(1);
        const second = open({ cacheDir });
        await second.load(plain);
        expect((await second.execute('guest', input)).data).toBe('fine');
        await second.load(plain, { id: 'small', limits: { maxMemoryBytes: 3 * 65_536 } });
        expect(readdirSync(cacheDir)).toHaveLength(2);
      },
    );
  });

  describe('PluginManager.execute()', () => {
    it('counts calls, failures and time', async () => {
      const manager = open({ now: () => 0 });
      await manager.load(counting);
      await manager.execute('guest', input);
      await expect(manager.execute('guest', { data: 'trap' })).rejects.toMatchObject({
        code: 'CALL_TRAPPED',
      });
      expect(manager.info('guest')).toMatchObject({
        status: 'error',
        executionCount: 2,
        errorCount: 1,
        lastExecutedAt: expect.any(Date),
      });
      await manager.execute('guest', input);
      expect(manager.info('guest')?.status).toBe('ready');
    });

    it('keeps the instance between calls, and takes a fresh one after a trap', async () => {
      const manager = open();
      await manager.load(counting);
      expect((await manager.execute('guest', input)).data).toBe(1);
      expect((await manager.execute('guest', input)).data).toBe(2);
      await expect(manager.execute('guest', { data: 'trap' })).rejects.toMatchObject({
        code: 'CALL_TRAPPED',
      });
      expect((await manager.execute('guest', input)).data).toBe(1);
    });

    it.each([
      { options: { maxFuel: 10_000 }, code: 'CALL_FUEL_EXHAUSTED' },
      { options: { timeoutMs: 10 }, code: 'CALL_DEADLINE_EXCEEDED' },
    ])('lets a call lower its limits: $code', async ({ options, code }) => {
      const manager = open();
      await manager.load(assemble(guestWat({ execute: FOREVER })));
      await expect(manager.execute('guest', input, options)).rejects.toMatchObject({ code });
    });

    it('refuses an unknown plugin, a cancelled call and wrong limits', async () => {
      const manager = open();
      await manager.load(plain);
      await expect(manager.execute('nobody', input)).rejects.toMatchObject({
        code: 'CALL_NOT_FOUND',
      });
      await expect(
        manager.execute('guest', input, { signal: AbortSignal.abort() }),
      ).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
      await expect(manager.execute('guest', input, { timeoutMs: 0 })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    });
  });

  describe('state: "reset"', () => {
    it('lets no call see what an earlier one left', async () => {
      const manager = open();
      await manager.load(counting, { id: 'keep' });
      await manager.load(counting, { id: 'reset', state: 'reset' });
      const seen = async (id: string): Promise<unknown[]> => [
        (await manager.execute(id, input)).data,
        (await manager.execute(id, input)).data,
      ];
      expect(await seen('keep')).toEqual([1, 2]);
      expect(await seen('reset')).toEqual([1, 1]);
    });

    it('refuses another word', async () => {
      const options = { state: 'forget' as never };
      await expect(open().load(plain, options)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    });
  });

  describe('PluginManager.reload()', () => {
    it('swaps the version and keeps the statistics', async () => {
      const manager = open();
      await manager.load(giving(1));
      expect((await manager.execute('guest', input)).data).toBe(1);
      const info = await manager.reload('guest', giving(2));
      expect(info.executionCount).toBe(1);
      expect((await manager.execute('guest', input)).data).toBe(2);
    });

    it('keeps the old version if the new one does not load', async () => {
      const manager = open();
      await manager.load(giving(1));
      const before = manager.info('guest')?.digest;
      await expect(manager.reload('guest', Uint8Array.of(1))).rejects.toMatchObject({
        code: 'LOAD_INVALID_MODULE',
      });
      expect(manager.info('guest')?.digest).toBe(before);
      expect((await manager.execute('guest', input)).data).toBe(1);
    });

    it('loses no call while versions change', async () => {
      const manager = open();
      await manager.load(giving(0));
      const seen: unknown[] = [];
      const reloads = Array.from({ length: 10 }, (_, index) =>
        manager.reload('guest', giving(index)),
      );
      for (let call = 0; call < 500; call += 1) {
        seen.push((await manager.execute('guest', input)).data);
        if (call % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(reloads);
      expect(seen).toHaveLength(500);
      expect((await manager.execute('guest', input)).data).toBe(9);
    });

    // Row 96 of the attack catalogue.
    it('does not bring back a plugin that was unloaded meanwhile', async () => {
      const manager = open();
      await manager.load(giving(1));
      const [reload] = await Promise.allSettled([
        manager.reload('guest', giving(2)),
        manager.unload('guest'),
      ]);
      expect(reload).toMatchObject({ reason: { code: 'LOAD_UNLOADED' } });
      expect(manager.pluginCount).toBe(0);
    });
  });

  it('tells what there is none of from each other', async () => {
    const manager = open();
    await expect(manager.rollback('guest')).rejects.toMatchObject({ code: 'LOAD_NOT_LOADED' });
    await manager.load(giving(1));
    await expect(manager.rollback('guest')).rejects.toMatchObject({
      code: 'LOAD_NO_EARLIER_VERSION',
    });
    expect(() => manager.watch('guest')).toThrow(expect.objectContaining({ code: 'LOAD_NO_FILE' }));
    await expect(manager.load('/none.wasm')).rejects.toMatchObject({ code: 'LOAD_NOT_FOUND' });
  });

  describe('PluginManager.unload() and close()', () => {
    it('tells the plugin, and survives what it does', async () => {
      const manager = open();
      await manager.load(assemble(guestWat({ shutdown: '(unreachable)' })));
      await manager.unload('guest');
      await expect(manager.unload('guest')).rejects.toMatchObject({ code: 'LOAD_NOT_LOADED' });
      await expect(manager.execute('guest', input)).rejects.toMatchObject({
        code: 'CALL_NOT_FOUND',
      });
    });

    it('watches a file by the path that it had when it was loaded', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'testbench-manager-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const path = join(folder, 'current', 'guest.wasm');
      for (const release of ['1', '2']) {
        await mkdir(join(folder, release));
        await writeFile(join(folder, release, 'guest.wasm'), plain);
      }
      await symlink('1', join(folder, 'current'));
      const manager = open();
      const { path: known } = await manager.load(relative(process.cwd(), path));
      expect(known).toBe(path);
      const stop = manager.watch('guest');
      const swapped = once(manager.events, 'plugin-swapped');
      await symlink('2', join(folder, 'next'));
      await rename(join(folder, 'next'), join(folder, 'current'));
      expect(await swapped).toMatchObject([{ id: 'guest', reason: 'reload' }]);
      stop();
      await manager.close();
    });

    it('refuses everything after close', async () => {
      const manager = open();
      await manager.load(plain);
      await manager.close();
      expect(manager.pluginCount).toBe(0);
      await expect(manager.execute('guest', input)).rejects.toMatchObject({
        code: 'CALL_SHUT_DOWN',
      });
      const shutDown = { code: 'LOAD_SHUT_DOWN' };
      await expect(manager.load(plain)).rejects.toMatchObject(shutDown);
      await expect(manager.reload('guest', plain)).rejects.toMatchObject(shutDown);
      await expect(manager.rollback('guest')).rejects.toMatchObject(shutDown);
      await expect(manager.unload('guest')).rejects.toMatchObject(shutDown);
      expect(() => manager.watch('guest')).toThrow(expect.objectContaining(shutDown));
    });
  });
});

describe('new PluginManager()', () => {
  it.each([
    { options: { maxLoadedPlugin: 1 }, path: 'maxLoadedPlugin' },
    { options: { limits: { timeoutMS: 1 } }, path: 'limits.timeoutMS' },
    { options: { limits: { timeoutMs: 0 } }, path: 'limits.timeoutMs' },
    { options: { limits: { maxFuel: 1.5 } }, path: 'limits.maxFuel' },
    { options: { features: { simdd: true } }, path: 'features.simdd' },
    { options: { caps: { maxLocal: 1 } }, path: 'caps.maxLocal' },
    { options: { maxConcurrentExecutions: -1 }, path: 'maxConcurrentExecutions' },
    { options: { random: { seed: -1 } }, path: 'random.seed' },
    { options: { features: { exceptions: 'off' } }, path: 'features.exceptions' },
    { options: { enableWasi: 'no' }, path: 'enableWasi' },
    { options: { onLog: 5 }, path: 'onLog' },
    { options: { isolation: 'container' }, path: 'isolation' },
    { options: { secrets: {} }, path: 'secrets' },
    { options: null, path: '' },
  ])('refuses $options', ({ options, path }) => {
    expect(() => new PluginManager(options as never)).toThrow(
      expect.objectContaining({ name: 'ConfigError', path }),
    );
  });
});

describe('options of the methods of PluginManager', () => {
  const golden = [{ input: { data: '' }, check: 5 }];

  it.each([
    { method: 'load', options: { limits: { timeoutMS: 1 } }, path: 'limits.timeoutMS' },
    { method: 'load', options: { state: 'resett' }, path: 'state' },
    { method: 'reload', options: { maxErrorRate: 'lots' }, path: 'maxErrorRate' },
    { method: 'reload', options: { maxErrorRate: 1.5 }, path: 'maxErrorRate' },
    { method: 'reload', options: { golden }, path: 'golden[0].check' },
    { method: 'watch', options: { trialCals: 5 }, path: 'trialCals' },
    { method: 'execute', options: { timeoutMS: 5 }, path: 'timeoutMS' },
    { method: 'execute', options: { signal: {} }, path: 'signal' },
    { method: 'executeBatch', options: { timeoutMs: '5' }, path: 'timeoutMs' },
    { method: 'executeStream', options: { maxFuel: 0 }, path: 'maxFuel' },
  ] as const)('are refused by $method: $options', async ({ method, options, path }) => {
    const manager = new PluginManager();
    const given = options as never;
    const calls = {
      load: () => manager.load(plain, given),
      reload: () => manager.reload('guest', plain, given),
      watch: () => manager.watch('guest', given),
      execute: () => manager.execute('guest', input, given),
      executeBatch: () => manager.executeBatch('guest', [input], given),
      executeStream: () => manager.executeStream('guest', input, given),
    };
    const call = async (): Promise<unknown> => await calls[method]();
    await expect(call()).rejects.toMatchObject({ name: 'ConfigError', path });
    await manager.close();
  });
});

describe('callbacks of the embedder, inline', () => {
  it("runs a call that a plugin's log record starts on another instance, or makes it wait", async () => {
    const imports = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';
    const talking = assemble(
      guestWat({
        imports,
        execute: `(drop (call $log (i32.const 2) (i32.const 1024) (i32.const 1))) ${packed(4096, 15)}`,
      }),
    );
    for (const maxConcurrentExecutions of [1, 2]) {
      const order: string[] = [];
      const calls: Promise<unknown>[] = [];
      const manager = new PluginManager({
        isolation: 'inline',
        maxConcurrentExecutions,
        onLog: () => {
          order.push('log');
          if (order.length === 1) calls.push(manager.execute('guest', input));
          order.push('logged');
        },
      });
      await manager.load(talking);
      await manager.execute('guest', input);
      await Promise.all(calls);
      expect(order).toEqual(
        maxConcurrentExecutions === 1
          ? ['log', 'logged', 'log', 'logged']
          : ['log', 'log', 'logged', 'logged'],
      );
      expect(manager.info('guest')).toMatchObject({ executionCount: 2, status: 'ready' });
    }
  });

  // plugin_alloc logs, and the sink calls another plugin before the first one's input is written.
  it('cannot mix the inputs of two calls', async () => {
    const imports = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';
    const reader = assemble(
      guestWat({
        imports,
        outputText: '{"data":0}',
        alloc: `(drop (call $log (i32.const 2) (i32.const 1024) (i32.const 1))) (global.get $heap)`,
        execute: `(i32.store8 (i32.const 4104) (i32.load8_u offset=8 (local.get $ptr))) ${packed(4096, 10)}`,
      }),
    );
    let logs = 0;
    const calls: Promise<unknown>[] = [];
    const manager = new PluginManager({
      isolation: 'inline',
      onLog: () => {
        logs += 1;
        // The first record comes from plugin_init, the second from the call.
        if (logs === 2) calls.push(manager.execute('guest', { data: 2 }));
      },
    });
    await manager.load(reader);
    expect((await manager.execute('guest', { data: 1 })).data).toBe(1);
    await Promise.all(calls);
  });

  it('may fail without harm to the call', async () => {
    const imports = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';
    const manager = new PluginManager({
      isolation: 'inline',
      onLog: () => {
        throw new RangeError('the sink is full');
      },
    });
    const execute = `(drop (call $log (i32.const 2) (i32.const 1024) (i32.const 1))) ${packed(4096, 15)}`;
    await manager.load(assemble(guestWat({ imports, execute })));
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });
});
