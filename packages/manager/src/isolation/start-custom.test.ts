import { assemble, guestWat } from '@testbench/test-kit';
import type { CustomIsolation, RunnerLink, RunnerStart } from '@testbench/types/stores';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';
import { startThread } from './start-thread.js';

const input = { data: null };
const bytes = assemble(guestWat());

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

function open(
  isolation: NonNullable<PluginManagerOptions['isolation']>,
  options: PluginManagerOptions = {},
): PluginManager {
  const manager = new PluginManager({ isolation, ...options });
  opened.push(manager);
  return manager;
}

const custom = (start: (runner: RunnerStart) => unknown): CustomIsolation => ({
  name: 'elsewhere',
  start: start as CustomIsolation['start'],
});

/** Threads of our own under another name, as a host would start them; a test may change their links. */
function threads(change: (link: RunnerLink, runner: RunnerStart) => Partial<RunnerLink>) {
  return custom((runner) => {
    const link = startThread(runner);
    return { ...link, ...change(link, runner) };
  });
}

describe('an isolation of the host’s own', () => {
  it('is chosen by the manager, by a policy or by the load', async () => {
    const isolation = threads(() => ({}));
    const manager = open((plugin) => (plugin.id === 'one' ? isolation : 'inline'));
    const infos = [
      await manager.load(bytes, { id: 'one' }),
      await manager.load(bytes, { id: 'two' }),
      await manager.load(bytes, { id: 'three', isolation }),
    ];
    expect(infos.map((info) => info.isolation)).toEqual(['elsewhere', 'inline', 'elsewhere']);
    expect((await manager.execute('one', input)).data).toBe('fine');
  });

  it('needs no more than "send" and "kill"', async () => {
    const manager = open(
      custom((runner) => {
        const link = startThread(runner);
        return { send: (message: object) => link.send(message), kill: () => link.kill() };
      }),
    );
    await manager.load(bytes);
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it.each([
    { isolation: { name: 'elsewhere' }, path: 'isolation' },
    { isolation: { name: 'thread', start: () => {} }, path: 'isolation' },
    { isolation: { name: 'host', start: () => {} }, path: 'isolation' },
    { isolation: { name: 'Else where', start: () => {} }, path: 'isolation' },
    { isolation: { start: () => {} }, path: 'isolation' },
    { isolation: 'elsewhere', path: 'isolation' },
  ])('is refused as $isolation', async ({ isolation, path }) => {
    const wrong = isolation as CustomIsolation;
    const refusal = { code: 'CONFIG_INVALID', path };
    expect(() => new PluginManager({ isolation: wrong })).toThrow(expect.objectContaining(refusal));
    const manager = open('inline');
    await expect(manager.load(bytes, { isolation: wrong })).rejects.toMatchObject(refusal);
    await expect(open(() => wrong).load(bytes)).rejects.toMatchObject(refusal);
  });
});

describe('startCustom()', () => {
  it.each([
    {
      what: 'throws',
      start: () => {
        throw new Error('no such machine');
      },
      state: 'no such machine',
    },
    { what: 'gives nothing', start: () => undefined, state: 'gave no link' },
    { what: 'gives a promise', start: async () => await Promise.resolve(), state: 'gave no link' },
    { what: 'cannot kill', start: () => ({ send: () => {} }), state: 'gave no link' },
    {
      what: 'gives a time that is none',
      start: () => ({ send: () => {}, kill: () => {}, graceMs: NaN }),
      state: '"graceMs"',
    },
    {
      what: 'gives no function',
      start: () => ({ send: () => {}, kill: () => {}, setBusy: true }),
      state: '"setBusy"',
    },
  ])('says of one that $what that it could not start', async ({ start, state }) => {
    const manager = open(custom(start));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(manager.load(bytes)).rejects.toMatchObject({
        code: 'LOAD_START_FAILED',
        message: expect.stringContaining(state),
      });
    }
    expect(manager.pluginCount).toBe(0);
  });

  it('fails the calls whose runner cannot be started, and goes on when it can', async () => {
    let fails = false;
    let end = (): void => {};
    const manager = open(
      custom((runner) => {
        if (fails) throw new Error('no room');
        end = () => runner.onExit('out of power');
        return startThread(runner);
      }),
      { maxProcessesPerPlugin: 1 },
    );
    await manager.load(bytes);
    end();
    fails = true;
    // Twice: a place that is not released would keep the second call waiting.
    for (let call = 0; call < 2; call += 1) {
      await expect(manager.execute('guest', input)).rejects.toMatchObject({
        code: 'CALL_START_FAILED',
        message: 'Cannot start runner: isolation "elsewhere" failed: no room',
      });
    }
    fails = false;
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it.each([
    { what: 'dies at once', start: (runner: RunnerStart) => runner.onExit('out of power') },
    {
      what: 'dies later',
      start: (runner: RunnerStart) => void setImmediate(() => runner.onExit('out of power')),
    },
    {
      what: 'dies twice',
      start: (runner: RunnerStart) => {
        runner.onExit('out of power');
        runner.onExit('again');
      },
    },
  ])('says why one that $what is gone', async ({ start }) => {
    const manager = open(
      custom((runner) => {
        start(runner);
        return { send: () => {}, kill: () => {} };
      }),
    );
    await expect(manager.load(bytes)).rejects.toMatchObject({
      code: 'LOAD_CRASHED',
      message: expect.stringContaining('the runner ended: out of power'),
    });
  });

  it.each([
    { what: 'what is no message', message: undefined },
    { what: 'a text', message: 'loaded' },
    { what: 'another type', message: { type: 'root' } },
    {
      what: 'an object that throws when it is looked at',
      message: {
        get type() {
          throw new Error('boom');
        },
      },
    },
  ])('kills one that sends $what', async ({ message }) => {
    for (const when of ['at once', 'as an answer']) {
      let killed = 0;
      const manager = open(
        custom(({ onMessage }) => {
          if (when === 'at once') onMessage(message);
          return { send: () => onMessage(message), kill: () => (killed += 1) };
        }),
      );
      await expect(manager.load(bytes)).rejects.toMatchObject({ code: 'LOAD_BAD_MESSAGE' });
      expect(killed).toBeGreaterThan(0);
    }
  });

  it('ends the call of a runner that never answers, and kills it', async () => {
    let stuck = false;
    let killed = 0;
    const isolation = threads((link) => ({
      graceMs: 0,
      send: (message) => {
        if (!stuck) link.send(message);
      },
      kill: () => {
        killed += 1;
        link.kill();
      },
    }));
    const manager = open(isolation);
    await manager.load(bytes);
    stuck = true;
    await expect(manager.execute('guest', input, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
    });
    expect(killed).toBe(1);
    stuck = false;
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it.each(['send', 'setBusy', 'requestStop'] as const)(
    'fails the call whose link throws in "%s", and kills the runner',
    async (method) => {
      let throws = false;
      let killed = 0;
      const isolation = threads((link) => ({
        [method]: (argument: never) => {
          if (throws) throw new Error('line cut');
          link[method]?.(argument);
        },
        kill: () => {
          killed += 1;
          link.kill();
        },
      }));
      const manager = open(isolation);
      await manager.load(bytes);
      throws = true;
      await expect(manager.execute('guest', input)).rejects.toMatchObject({
        code: 'CALL_CRASHED',
        message: expect.stringContaining('isolation "elsewhere" failed: line cut'),
      });
      expect(killed).toBeGreaterThan(0);
      throws = false;
      expect((await manager.execute('guest', input)).data).toBe('fine');
    },
  );

  it('lets the call of a link that cannot kill end all the same', async () => {
    const threadsToEnd: RunnerLink[] = [];
    const isolation = threads((link) => {
      threadsToEnd.push(link);
      return {
        graceMs: 0,
        kill: () => {
          throw new Error('it lives');
        },
      };
    });
    const manager = open(isolation, { limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(assemble(guestWat({ execute: '(loop (br 0)) (unreachable)' })));
    const controller = new AbortController();
    const call = manager.execute('guest', input, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    await manager.close();
    for (const link of threadsToEnd) link.kill();
  });
});
