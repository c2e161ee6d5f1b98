import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, type GuestParts, withPadding } from '@testbench/test-kit';
import { MAX_MODULE_BYTES } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_PREPARED_HERE_BYTES } from '../limits.js';
import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const input = { data: null };
/** A plugin that is large enough to be prepared in a thread. */
const large = (parts: GuestParts = {}, bytes = MAX_PREPARED_HERE_BYTES): Uint8Array<ArrayBuffer> =>
  withPadding(assemble(guestWat(parts)), bytes);

const opened: PluginManager[] = [];
const open = (options: PluginManagerOptions): PluginManager => {
  const manager = new PluginManager(options);
  opened.push(manager);
  return manager;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

describe.each(['inline', 'thread', 'process'] as const)('a large module: %s', (isolation) => {
  it('loads, runs and reloads, and its bytes stay the caller’s', async () => {
    const manager = open({ isolation });
    const bytes = large();
    const before = bytes.slice();
    await manager.load(bytes);
    expect(bytes).toEqual(before);
    expect((await manager.execute('guest', input)).data).toBe('fine');
    await manager.reload('guest', large({ outputText: '{"data":"new"}' }));
    expect((await manager.execute('guest', input)).data).toBe('new');
    await manager.rollback('guest');
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it('loads many at once', async () => {
    const manager = open({ isolation });
    const infos = await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        const outputText = `{"data":${index}}`;
        return manager.load(large({ outputText }), { id: `plugin-${index}` });
      }),
    );
    const results = await Promise.all(infos.map(({ id }) => manager.execute(id, input)));
    expect(results.map(({ data }) => data)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  // Messages, rules and offsets cross the thread boundary.
  it.each([
    {
      code: 'LOAD_REJECTED',
      parts: { imports: '(import "env" "host_logg" (func (param i32)))' },
    },
    { code: 'LOAD_REJECTED', parts: { rest: '(table 20000 funcref)' } },
    { code: 'LOAD_INVALID_MODULE', parts: { execute: '(i32.const 0)' } },
    { code: 'LOAD_BAD_EXPORT', parts: { rest: '(func (export "plugin_health") (param i32))' } },
  ])('fails like a small one with $code', async ({ code, parts }) => {
    const manager = open({ isolation });
    const failure = async (bytes: Uint8Array): Promise<LoadError> => {
      const error: unknown = await manager.load(bytes).catch((reason: unknown) => reason);
      if (error instanceof LoadError) return error;
      throw error;
    };
    const expected = await failure(assemble(guestWat(parts)));
    const error = await failure(large(parts));
    expect(error.code).toBe(code);
    const facts = ({ message, offset, field, violations }: LoadError) => ({
      message,
      offset,
      field,
      violations,
    });
    expect(facts(error)).toEqual(facts(expected));
    expect(manager.pluginCount).toBe(0);
  });

  it('fails to load where the manager closes meanwhile', async () => {
    const manager = open({ isolation });
    const loads = Array.from({ length: 4 }, (_, index) =>
      manager.load(large(), { id: `plugin-${index}` }),
    );
    const settled = Promise.allSettled(loads);
    await manager.close();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'LOAD_SHUT_DOWN' } });
    }
  });

  it('is read from a file as far as its cap allows', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'testbench-large-')), 'large.wasm');
    writeFileSync(path, large({}, MAX_MODULE_BYTES));
    await expect(open({ isolation }).load(path)).rejects.toMatchObject({ code: 'LOAD_UNREADABLE' });
    const caps = {
      maxModuleBytes: 2 * MAX_MODULE_BYTES,
      maxCustomSectionBytes: 2 * MAX_MODULE_BYTES,
    };
    const manager = open({ isolation, caps });
    await manager.load(path);
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it('runs without a limit of fuel where that is said', async () => {
    const manager = open({ isolation, limits: { maxFuel: Number.POSITIVE_INFINITY } });
    await manager.load(large());
    expect((await manager.execute('guest', input)).data).toBe('fine');
    const maxFuel = Number.POSITIVE_INFINITY;
    await manager.load(large(), { id: 'other', limits: { maxFuel: 1_000_000 } });
    expect((await manager.execute('other', input, { maxFuel })).data).toBe('fine');
    const [result] = await manager.executeBatch('other', [input, input], { maxFuel });
    expect(result).toMatchObject({ status: 'fulfilled' });
    await expect(manager.execute('other', input, { maxFuel: Number.NaN })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

it('takes over the thread of a manager that was closed', async () => {
  let started = 0;
  const count = (): void => void (started += 1);
  const first = open({ isolation: 'inline' });
  await first.load(large());
  await first.close();
  process.on('worker', count);
  try {
    for (const word of ['one', 'two', 'three']) {
      const manager = open({ isolation: 'inline' });
      await manager.load(large({ outputText: `{"data":"${word}"}` }));
      expect((await manager.execute('guest', input)).data).toBe(word);
      await manager.close();
    }
  } finally {
    process.off('worker', count);
  }
  expect(started).toBe(0);
});
