import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ISOLATIONS, PluginSystem } from '@testbench/core';
import { PLUGIN_TYPES } from '@testbench/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const plugins = join(import.meta.dirname, '../example-plugins');
const wasm = (name: string) => join(plugins, name, 'build', `${name}.wasm`);

const names = [
  'answer-extractor',
  'contains',
  'exact-match',
  'normalize-text',
  'numeric-match',
  'replay',
  'text-statistics',
  'threshold',
  'token-f1',
];

const system = new PluginSystem({ searchPaths: [plugins] });
beforeAll(async () => {
  for (const name of names) await system.loadPlugin(wasm(name));
});
afterAll(() => system.close());

describe('the example plugins behind one PluginSystem', () => {
  it('are ready, each under its own name', () => {
    expect(system.pluginCount).toBe(names.length);
    expect(system.listPlugins().map(({ id, status, contract }) => [id, status, contract])).toEqual(
      names.map((name) => [name, 'ready', 'v1']),
    );
  });

  it.each(PLUGIN_TYPES)('have at least one %s', (type) => {
    const found = system.findPluginsByType(type);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((info) => info.metadata.pluginType === type)).toBe(true);
  });

  it('are found by capability', () => {
    const ids = system.findPluginsByCapability('text_evaluation').map(({ id }) => id);
    expect(ids).toContain('exact-match');
    expect(ids).not.toContain('threshold');
  });

  it.each([
    { id: 'exact-match', data: { output: 'Paris', expected: 'Paris' }, out: { score: 1 } },
    { id: 'exact-match', data: { output: 'Rome', expected: ['Paris', 'Rom'] }, out: { score: 0 } },
    { id: 'exact-match', data: { output: 'Zürich 🏔', expected: 'Zürich 🏔' }, out: { score: 1 } },
    { id: 'numeric-match', data: { output: '1,200', expected: '1200' }, out: { score: 1 } },
    { id: 'contains', data: { output: 'I say Paris.', expected: 'Paris' }, out: { score: 1 } },
    { id: 'token-f1', data: { output: 'a red fox', expected: 'red fox' }, out: { score: 1 } },
    { id: 'token-f1', data: { output: 'dog', expected: 'red fox' }, out: { score: 0 } },
  ])('score $data with $id', async ({ id, data, out }) => {
    const output = await system.executePlugin(id, { data });
    expect(output.data).toMatchObject(out);
    expect(output.metadata.fuelUsed).toBeGreaterThan(0);
    expect(output.metadata.memoryUsedBytes % 65_536).toBe(0);
  });

  it('count their calls and errors', async () => {
    const before = system.getPluginInfo('contains')!;
    await system.executePlugin('contains', { data: { output: 'a', expected: 'a' } });
    await expect(system.executePlugin('contains', { data: 7 })).rejects.toMatchObject({
      code: expect.stringMatching(/^CALL_(INVALID_INPUT|PLUGIN_FAILED)$/),
    });
    const after = system.getPluginInfo('contains')!;
    expect(after.executionCount - before.executionCount).toBe(2);
    expect(after.errorCount - before.errorCount).toBe(1);
    expect(after.lastExecutedAt).toBeInstanceOf(Date);
    expect(after.status).toBe('error');
    await system.executePlugin('contains', { data: { output: 'a', expected: 'a' } });
    expect(system.getPluginInfo('contains')?.status).toBe('ready');
  });

  it('burn the same fuel for the same input', async () => {
    const input = { data: { output: 'the quick brown fox', expected: 'a slow brown fox' } };
    const first = await system.executePlugin('token-f1', input);
    const second = await system.executePlugin('token-f1', input);
    expect(second.data).toEqual(first.data);
    // Not pinned to a number: it changes with every compiler. It must not drift with the retained state.
    expect(second.metadata.fuelUsed).toBeLessThan(first.metadata.fuelUsed * 1.5);
  });

  // With `keep`, the heap from earlier calls changes the count a little.
  it.each(ISOLATIONS)('burn exactly the same fuel with reset (%s)', async (isolation) => {
    const path = wasm('token-f1');
    await using resetting = new PluginSystem({ isolation });
    await resetting.loadPlugin(path, { state: 'reset' });
    const call = async (output: string): Promise<number> => {
      const input = { data: { output, expected: 'a slow brown fox' } };
      return (await resetting.executePlugin('token-f1', input)).metadata.fuelUsed;
    };
    const first = await call('the quick brown fox');
    await call('another text, and a longer one, so that the heap grows. '.repeat(2000));
    expect([await call('the quick brown fox'), await call('the quick brown fox')]).toEqual([
      first,
      first,
    ]);
  });

  it('are discovered from their files without running', async () => {
    const found = await system.discoverPlugins();
    // The list above has only the plugins whose answers are checked here.
    expect(found.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(names));
  });

  it('are replaced by another version under the same id', async () => {
    await system.loadPlugin(wasm('contains'), { id: 'swap' });
    await system.reloadPlugin('swap', await readFile(wasm('exact-match')));
    expect(system.getPluginInfo('swap')?.metadata.name).toBe('exact-match');
    const data = { output: 'I say Paris', expected: 'Paris' };
    expect((await system.executePlugin('swap', { data })).data).toMatchObject({ score: 0 });
    await system.unloadPlugin('swap');
    expect(system.getPluginInfo('swap')).toBeUndefined();
    await expect(system.executePlugin('swap', { data })).rejects.toMatchObject({
      code: 'CALL_NOT_FOUND',
    });
  });

  it('keep the old version when the new one does not load', async () => {
    await expect(system.reloadPlugin('contains', Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'LOAD_INVALID_MODULE',
    });
    const data = { output: 'still here', expected: 'here' };
    expect((await system.executePlugin('contains', { data })).data).toMatchObject({ score: 1 });
  });
});
