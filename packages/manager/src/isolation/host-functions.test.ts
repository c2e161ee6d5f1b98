import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestFunction,
  type GuestResult,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import type { CustomFunctionCall, CustomHostFunctions, LogRecord } from '@testbench/types/abi';
import { afterEach, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const NAMES: readonly GuestFunction[] = ['mine.lookup', 'mine.deep.other', 'host_get_state'];
const client = effectGuest(NAMES);

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

const program = (steps: readonly GuestStep[]): string => effectProgram(steps, NAMES);
const lookup = (input: unknown, max = 1000): GuestStep => ({
  call: 'mine.lookup',
  args: [typeof input === 'string' ? input : JSON.stringify(input), max],
});
const seen = (results: readonly GuestResult[]): [number, string][] =>
  results.map(({ code, bytes }) => [code, String(bytes)]);

describe.each(['inline', 'thread', 'process'] as const)(
  'functions of a host of its own, isolation: %s',
  (isolation) => {
    const logs: LogRecord[] = [];
    const load = async (
      hostFunctions: CustomHostFunctions,
      allowed: readonly string[] = ['mine.lookup'],
    ): Promise<PluginManager> => {
      logs.length = 0;
      const manager = new PluginManager({
        isolation,
        hostFunctions: { 'mine.deep.other': () => 'other', ...hostFunctions },
        onLog: (record) => logs.push(record),
      });
      opened.push(manager);
      await manager.load(client, {
        id: 'asker',
        permissions:
          allowed.length === 0 ? {} : { hostFunctions: true, allowedHostFunctions: allowed },
      });
      return manager;
    };
    const run = async (
      manager: PluginManager,
      steps: readonly GuestStep[],
    ): Promise<[number, string][]> => {
      const input = { data: program(steps), context: { requestId: 'r-1' } };
      return seen(effectResults((await manager.execute('asker', input)).data));
    };

    it('takes JSON and gives JSON, at once or as a promise', async () => {
      const calls: [unknown, string, string | undefined, boolean][] = [];
      const note = (input: unknown, call: CustomFunctionCall): void =>
        void calls.push([input, call.pluginId, call.requestId, call.signal.aborted]);
      const manager = await load(
        {
          'mine.lookup': async (input, call) => {
            await new Promise(setImmediate);
            note(input, call);
            return { found: input };
          },
          'mine.deep.other': note,
        },
        ['mine.lookup', 'mine.deep.other'],
      );
      expect(
        await run(manager, [
          lookup({ key: 'ä' }),
          { call: 'mine.deep.other', args: ['[1]', 100] },
          { call: 'host_get_state', args: ['none', 10] },
        ]),
      ).toEqual([
        [22, '{"found":{"key":"ä"}}'],
        [4, 'null'],
        [-1, ''],
      ]);
      expect(calls).toEqual([
        [{ key: 'ä' }, 'asker', 'r-1', false],
        [[1], 'asker', 'r-1', false],
      ]);
      expect(logs).toEqual([]);
    });

    it('are refused, counted and logged without the grant', async () => {
      let runs = 0;
      const manager = await load({ 'mine.lookup': () => (runs += 1) }, ['mine.deep.other']);
      expect(await run(manager, [lookup(1), { call: 'mine.deep.other', args: ['1', 9] }])).toEqual([
        [-3, ''],
        [7, '"other"'],
      ]);
      expect(runs).toBe(0);
      expect(manager.info('asker')?.statistics).toMatchObject({
        deniedCalls: 1,
        hostCalls: { 'mine.lookup': 1, 'mine.deep.other': 1 },
      });
      expect(logs).toMatchObject([
        { pluginId: 'asker', level: 'warn', message: 'denied: host function "mine.lookup"' },
      ]);
    });

    it('run once for an answer that did not fit the first buffer, and again in the next call', async () => {
      let runs = 0;
      const manager = await load({ 'mine.lookup': () => ({ run: (runs += 1) }) });
      const steps = [lookup('1', 3), lookup('1', 9), lookup('1', 9), lookup('2', 0)];
      expect(await run(manager, steps)).toEqual([
        [9, '{"r'],
        [9, '{"run":1}'],
        [9, '{"run":2}'],
        [9, ''],
      ]);
      expect(await run(manager, [lookup('2', 9)])).toEqual([[9, '{"run":4}']]);
    });

    it('fail with a code, and tell the operator why', async () => {
      const failing: Record<string, () => unknown> = {
        throws: () => {
          throw new TypeError('no \u001b[2J here');
        },
        rejects: async () => {
          throw new Error('refused');
        },
        number: () => 10n,
        symbol: () => () => 1,
        large: () => 'x'.repeat(1024 * 1024),
      };
      const manager = await load({
        'mine.lookup': (input) => failing[String(input)]?.(),
      });
      const names = Object.keys(failing);
      const results = await run(
        manager,
        names.map((name) => lookup(name.replace(/^|$/g, '"'))),
      );
      expect(results.map(([code]) => code)).toEqual([-5, -5, -5, -5, -4]);
      expect(logs.map(({ message }) => message)).toEqual([
        String.raw`host function "mine.lookup" failed: TypeError: no \x1b[2J here`,
        'host function "mine.lookup" failed: Error: refused',
        expect.stringMatching(/failed: its answer is not JSON: TypeError: .*BigInt/),
        expect.stringMatching(/failed: its answer is not JSON: a function has no JSON form/),
        'host function "mine.lookup": its answer has 1048578 bytes, limit is 1048576',
      ]);
      expect(
        logs.every(({ requestId, pluginId: plugin }) => requestId === 'r-1' && plugin === 'asker'),
      ).toBe(true);
    });

    it('do not see what is not JSON of the wire', async () => {
      let runs = 0;
      const manager = await load({ 'mine.lookup': () => (runs += 1) });
      const inputs = ['{', '"\\ud800"', `${'['.repeat(65)}${']'.repeat(65)}`, '1e999'];
      const results = await run(manager, [
        ...inputs.map((input) => lookup(input)),
        { call: 'mine.lookup', args: [Uint8Array.of(0x22, 0xff, 0x22), 10] },
      ]);
      expect(results.map(([code]) => code)).toEqual([-2, -2, -2, -2, -2]);
      expect(runs).toBe(0);
    });

    it('end with the deadline of the call when their promise never settles', async () => {
      const signals: AbortSignal[] = [];
      const manager = await load({
        'mine.lookup': (_input, { signal }) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      });
      await expect(
        manager.execute('asker', { data: program([lookup(1)]) }, { timeoutMs: 50 }),
      ).rejects.toMatchObject({ code: 'CALL_DEADLINE_EXCEEDED', retryable: true });
      const controller = new AbortController();
      const call = manager.execute(
        'asker',
        { data: program([lookup(2)]) },
        { signal: controller.signal },
      );
      await expect.poll(() => signals.length).toBe(2);
      controller.abort();
      await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });

    it('may call the plugin that asks', async () => {
      const manager: PluginManager = await load({
        'mine.lookup': async (input) => {
          if (input === 0) return 'bottom';
          const { data } = await manager.execute('asker', { data: program([lookup(0)]) });
          return seen(effectResults(data));
        },
      });
      expect(await run(manager, [lookup(1)])).toEqual([[18, '[[8,"\\"bottom\\""]]']]);
    });
  },
);

describe('functions of a host of its own', () => {
  it.each([
    { name: 'lookup', problem: /two or more names/ },
    { name: 'Mine.lookup', problem: /two or more names/ },
    { name: 'env.host_log', problem: /reserved/ },
    { name: 'wasi_snapshot_preview1.fd_write', problem: /reserved/ },
    { name: 'testbench.later', problem: /reserved/ },
    { name: 'extism:host.env', problem: /two or more names/ },
    { name: '__proto__.x', problem: /two or more names/ },
  ])('are refused under the name $name', ({ name, problem }) => {
    expect(() => new PluginManager({ hostFunctions: { [name]: () => 1 } })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path: `hostFunctions[${JSON.stringify(name)}]`,
        message: expect.stringMatching(problem),
      }),
    );
  });

  it('must be functions', () => {
    expect(() => new PluginManager({ hostFunctions: { 'mine.a': 5 as never } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'hostFunctions["mine.a"]' }),
    );
  });

  it('are what the host offers: a plugin that imports another is not loaded', async () => {
    const manager = new PluginManager({ hostFunctions: { 'mine.lookup': () => 1 } });
    opened.push(manager);
    await expect(manager.load(client)).rejects.toMatchObject({
      code: 'LOAD_REJECTED',
      violations: [{ rule: 'import' }],
    });
    const other = new PluginManager({ hostFunctions: { 'mine.look_up': () => 1 } });
    opened.push(other);
    await expect(other.load(effectGuest(['mine.lookup']))).rejects.toThrow(
      'did you mean "look_up"?',
    );
  });
});
