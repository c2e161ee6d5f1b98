import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, METADATA, withMetadataSection } from '@testbench/test-kit';
import { createMemoryStore } from '@testbench/registry/stores';
import { describe, expect, it } from 'vitest';

import { PluginSystem } from './plugin-system.js';

const plugin = (fields: object): Uint8Array => {
  const metadataText = JSON.stringify({ ...JSON.parse(METADATA), ...fields });
  return withMetadataSection(assemble(guestWat({ metadataText })), metadataText);
};

describe('PluginSystem', () => {
  it('loads from a file, runs, reloads and unloads', async () => {
    await using system = new PluginSystem();
    const path = join(mkdtempSync(join(tmpdir(), 'testbench-core-')), 'a.wasm');
    writeFileSync(path, plugin({}));
    const loaded = await system.loadPlugin(path);
    expect(loaded.info).toMatchObject({ id: 'guest', path });
    expect((await system.executePlugin<string>('guest', { data: 1 })).data).toBe('fine');
    await system.reloadPlugin('guest', plugin({ version: '2.0.0' }));
    expect(system.getPluginInfo('guest')).toMatchObject({
      metadata: { version: '2.0.0' },
      executionCount: 1,
    });
    await system.unloadPlugin('guest');
    expect(system.pluginCount).toBe(0);
  });

  it('loads what a reference names in its store, and says what is none', async () => {
    const store = createMemoryStore();
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      const layers = [{ mediaType: 'application/wasm', bytes: plugin({ version }) }];
      for (const name of ['team/guest', 'h.example/guest']) {
        await store.write({ name, version, layers });
      }
    }
    await store.write({ name: 'data', version: '1.0.0', layers: [] });
    await using system = new PluginSystem({ store });
    const { info } = await system.loadPlugin('team/guest@^1.0');
    expect(info.metadata.version).toBe('1.2.0');
    const { digest } = await store.resolve({ name: 'h.example/guest', version: '2.0.0' });
    await system.reloadPlugin('guest', `oci://h.example/guest@${digest}`);
    expect(system.getPluginInfo('guest')?.metadata.version).toBe('2.0.0');
    const failing = (source: string): Promise<unknown> =>
      system.loadPlugin(source).catch((error: unknown) => error);
    expect(await failing('team/guest@^3')).toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await failing('data@1.x')).toMatchObject({ code: 'STORE_INVALID_MANIFEST' });
    expect(await failing('oci://h.example')).toMatchObject({ code: 'STORE_INVALID_REFERENCE' });
    await using without = new PluginSystem();
    await expect(without.loadPlugin('oci://h.example/guest')).rejects.toMatchObject({
      code: 'LOAD_NOT_FOUND',
      message: expect.stringContaining('has no store'),
    });
  });

  it('finds by type and capability, as of the current version', async () => {
    await using system = new PluginSystem();
    await system.loadPluginFromBytes('a', plugin({ plugin_type: 'filter' }));
    await system.loadPluginFromBytes('b', plugin({ capabilities: ['network'] }));
    expect(system.findPluginsByType('filter').map(({ id }) => id)).toEqual(['a']);
    expect(system.findPluginsByCapability('network').map(({ id }) => id)).toEqual(['b']);
    await system.reloadPlugin('b', plugin({ plugin_type: 'filter' }));
    expect(system.findPluginsByType('filter').map(({ id }) => id)).toEqual(['a', 'b']);
    expect(system.findPluginsByCapability('network')).toEqual([]);
    await system.unloadPlugin('a');
    expect(system.findPluginsByType('filter').map(({ id }) => id)).toEqual(['b']);
    expect(system.listPlugins().map(({ id }) => id)).toEqual(['b']);
  });

  it('discovers what lies in its search paths', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-core-'));
    writeFileSync(join(folder, 'x.wasm'), plugin({ name: 'x' }));
    await using system = new PluginSystem({ searchPaths: [folder] });
    expect(await system.discoverPlugins()).toMatchObject([{ metadata: { name: 'x' } }]);
    expect(system.pluginCount).toBe(0);
  });

  it('tells of plugins without a section, which load by their path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-core-'));
    const path = join(folder, 'plain.wasm');
    writeFileSync(path, assemble(guestWat()));
    const problems: [string, string, string][] = [];
    await using system = new PluginSystem({
      searchPaths: [folder],
      onProblem: (where, { code, message }) => problems.push([where, code, message]),
    });
    expect(await system.discoverPlugins()).toEqual([]);
    expect(problems).toEqual([
      [path, 'LOAD_INVALID_METADATA', expect.stringContaining('`testbench embed`')],
    ]);
    expect(await system.loadPlugin(path)).toMatchObject({ id: 'guest' });
  });

  it.each([
    { options: { searchPaths: '/plugins' }, path: 'searchPaths' },
    { options: { searchPaths: [5] }, path: 'searchPaths[0]' },
    { options: { searchPaths: [''] }, path: 'searchPaths[0]' },
    { options: { onProblem: 5 }, path: 'onProblem' },
    { options: { limits: 5 }, path: 'limits' },
  ])('refuses $options', ({ options, path }) => {
    expect(() => new PluginSystem(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it('refuses an id in addition to the name of bytes', async () => {
    await using system = new PluginSystem();
    const options = { id: 'other' } as never;
    await expect(system.loadPluginFromBytes('one', plugin({}), options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'id',
    });
  });

  it('tells a wrong type of an argument from a plugin that is not there', async () => {
    await using system = new PluginSystem();
    const wrong = (action: Promise<unknown>) => expect(action).rejects.toThrow(TypeError);
    await wrong(system.loadPluginFromBytes('a', 'text' as never));
    await wrong(system.loadPluginFromBytes('a', undefined as never));
    await wrong(system.loadPluginFromBytes(5 as never, plugin({})));
    for (const id of [5, undefined, null, {}] as never[]) {
      await wrong(system.executePlugin(id, { data: 1 }));
      await wrong(system.executePluginBatch(id, []));
      await wrong(system.executePluginStream(id, { data: 1 }).next());
      await wrong(system.reloadPlugin(id, plugin({})));
      await wrong(system.rollbackPlugin(id));
      await wrong(system.unloadPlugin(id));
      expect(() => system.watchPlugin(id)).toThrow(TypeError);
      expect(() => system.getPluginInfo(id)).toThrow(TypeError);
    }
    await system.loadPluginFromBytes('a', plugin({}));
    await wrong(system.reloadPlugin('a', 42 as never));
  });

  it('refuses an unknown option, and everything after close', async () => {
    expect(() => new PluginSystem({ searchPath: [] } as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        message: expect.stringContaining('did you mean "searchPaths"?') as unknown,
      }),
    );
    const system = new PluginSystem();
    await system.close();
    await system.close();
    await expect(system.loadPluginFromBytes('a', plugin({}))).rejects.toMatchObject({
      code: 'LOAD_SHUT_DOWN',
    });
  });
});
