import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { findPluginsDir, PluginLocator } from './locate-plugin.js';

const MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const entry = {
  name: 'exact-match',
  version: '0.1.3',
  type: 'evaluator',
  description: '',
  digest: `sha256:${createHash('sha256').update(MODULE).digest('hex')}`,
  file: 'exact-match.wasm',
};

async function install(plugins: readonly unknown[] = [entry], module = MODULE): Promise<string> {
  const manifest = JSON.stringify({ formatVersion: 1, plugins });
  const folder = dirname(await temporaryFile('manifest.json', manifest));
  await writeFile(join(folder, 'exact-match.wasm'), module);
  return folder;
}

describe('PluginLocator', () => {
  it.each(['exact-match', 'exact-match@^0.1', 'exact-match@0.1.3', 'exact-match@<1 || 2.x'])(
    'finds %j',
    async (reference) => {
      const folder = await install();
      expect(await new PluginLocator(folder).locate(reference, 'provider.plugin')).toEqual({
        path: join(folder, 'exact-match.wasm'),
        digest: entry.digest,
      });
    },
  );

  it('gives a path back as it is, and needs no package for it', async () => {
    const locator = new PluginLocator('/nowhere');
    expect(await locator.locate('/a/b.wasm', 'p')).toEqual({ path: '/a/b.wasm' });
  });

  it.each([
    ['exact-mach', 'has none of this name, did you mean "exact-match"?'],
    ['zebra', 'has none of this name; there are: exact-match'],
    ['exact-match@^0.2', 'the installed version is 0.1.3'],
    ['exact-match@newest', '"newest" is no range of versions'],
  ])('refuses %j', async (reference, state) => {
    const located = new PluginLocator(await install()).locate(reference, 'evaluators[0].plugin');
    await expect(located).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'evaluators[0].plugin',
      message: expect.stringContaining(state),
    });
  });

  it.each([
    ['another digest', [{ ...entry, digest: 'sha256:00' }], 'is not the one of the manifest'],
    ['a file elsewhere', [{ ...entry, file: '../a.wasm' }], 'expected the name of a .wasm file'],
    ['no file', [{ ...entry, file: 'none.wasm' }], 'install @testbench/plugins again'],
    ['no digest', [{ ...entry, digest: undefined }], '"digest" is missing'],
  ])('refuses a package with %s', async (_, plugins, state) => {
    const located = new PluginLocator(await install(plugins)).locate('exact-match', 'p');
    await expect(located).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(state),
    });
  });

  it('says what to install', async () => {
    await expect(new PluginLocator('/nowhere').locate('a', 'p')).rejects.toMatchObject({
      message: expect.stringContaining('install @testbench/plugins again'),
    });
  });
});

describe('findPluginsDir()', () => {
  it('looks where Node looks for a package', async () => {
    const folder = dirname(await temporaryFile('testbench.yaml', ''));
    const installed = join(folder, 'node_modules/@testbench/plugins');
    await mkdir(join(installed, 'dist'), { recursive: true });
    const manifest = { name: '@testbench/plugins', exports: './dist/index.js' };
    await writeFile(join(installed, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(installed, 'dist/index.js'), 'throw new Error("run");');
    await mkdir(join(folder, 'deeper'));
    expect(findPluginsDir(join(folder, 'deeper'))).toBe(join(installed, 'build'));
  });
});
