import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import type { PluginStore, Verification, Verifier } from '@testbench/types/stores';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { createMemoryStore } from '../stores/memory-store.js';
import { moduleOf, projectFolder, publish } from './__fixtures__/plugins.js';
import { findPlugin } from './find-plugin.js';
import type { InstallEvent } from './install-events.js';
import { type InstallOptions, installPlugins, type InstallResult } from './install-plugins.js';
import { publishPlugin } from './publish-plugin.js';
import { RegistryMap } from './registry-map.js';

let store: PluginStore;
let folder: string;
beforeEach(() => {
  store = createMemoryStore();
  folder = projectFolder();
});

const install = (
  plugins: InstallOptions['plugins'] = [],
  change: Partial<InstallOptions> = {},
): Promise<InstallResult> =>
  installPlugins({
    folder,
    registries: new RegistryMap({ registries: { main: store } }),
    plugins,
    ...change,
  });
const versions = ({ installed }: InstallResult): string[] =>
  installed.map(({ name, version }) => `${name}@${version}`);
const lockfile = (): string => readFileSync(join(folder, 'testbench.lock'), 'utf8');

describe('installPlugins()', () => {
  it('makes no lockfile for nothing', async () => {
    expect(await install()).toEqual({ installed: [], changed: false });
    expect(existsSync(join(folder, 'testbench.lock'))).toBe(false);
  });

  it('takes the highest version that satisfies, and writes down what it is', async () => {
    const digests: string[] = [];
    for (const version of ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0']) {
      digests.push(await publish(store, 'team/bleu', version));
    }
    const result = await install([{ name: 'team/bleu', range: '^1.0.0' }]);
    expect(versions(result)).toEqual(['team/bleu@1.10.0']);
    expect(result.installed[0]).toMatchObject({
      registry: 'main',
      requirement: '^1.0.0',
      digest: digests[1],
      signers: [],
    });
    expect(readFileSync(result.installed[0]!.path)).toEqual(
      Buffer.from(moduleOf('bleu', '1.10.0')),
    );
    expect(JSON.parse(lockfile())).toMatchObject({ lockfileVersion: 1 });
  });

  it.each([
    { range: '*', version: '1.0.0' },
    { range: '>=2.0.0-0', version: '2.0.0-rc.1' },
    { range: '2.0.0-rc.1', version: '2.0.0-rc.1' },
  ])('takes a prerelease only if $range names one', async ({ range, version }) => {
    await publish(store, 'a', '1.0.0');
    await publish(store, 'a', '2.0.0-rc.1');
    expect(versions(await install([{ name: 'a', range }]))).toEqual([`a@${version}`]);
  });

  it('writes the same bytes in any order of asking', async () => {
    await publish(store, 'a', '1.0.0');
    await publish(store, 'b', '1.0.0', {
      permissions: { network: true, allowed_hosts: ['b.example', 'a.example'] },
    });
    await install([{ name: 'a' }, { name: 'b' }]);
    const first = lockfile();
    folder = projectFolder();
    await install([{ name: 'b' }]);
    await install([{ name: 'a' }]);
    expect(lockfile()).toBe(first);
    expect(first.indexOf('a.example')).toBeLessThan(first.indexOf('b.example'));
  });

  it('keeps what the lockfile has, also without a registry', async () => {
    await publish(store, 'a', '1.0.0');
    await install([{ name: 'a' }]);
    await publish(store, 'a', '1.1.0');
    const before = lockfile();
    expect(versions(await install())).toEqual(['a@1.0.0']);
    store = createMemoryStore();
    expect(await install([], { frozen: true })).toMatchObject({ changed: false });
    expect(lockfile()).toBe(before);
  });

  it.each([
    { asked: [{ name: 'b' }], state: 'no such plugin' },
    { asked: [{ name: 'a', range: '^2.0.0' }], state: 'the lockfile requires' },
  ])('changes nothing when frozen: $state', async ({ asked, state }) => {
    for (const name of ['a', 'b']) await publish(store, name, '1.0.0');
    await install([{ name: 'a' }]);
    const before = lockfile();
    await expect(install(asked, { frozen: true })).rejects.toMatchObject({
      code: 'INSTALL_FROZEN',
      message: expect.stringContaining(state),
    });
    expect(lockfile()).toBe(before);
  });

  it('fetches a module again that is damaged or gone', async () => {
    await publish(store, 'a', '1.0.0');
    const { installed } = await install([{ name: 'a' }]);
    const { path } = installed[0]!;
    writeFileSync(path, 'damaged');
    const events: string[] = [];
    await install([], { frozen: true, onEvent: ({ type }) => events.push(type) });
    expect(events).toContain('damaged');
    expect(readFileSync(path)).toEqual(Buffer.from(moduleOf('a', '1.0.0')));
  });

  it('passes over versions that this host cannot run', async () => {
    await publish(store, 'a', '1.0.0');
    await publish(store, 'a', '1.1.0', { min_host_version: '1.9.0' });
    await publish(store, 'a', '1.2.0', { api_version: '2.0.0' });
    const skipped: string[] = [];
    const onEvent = (event: InstallEvent): void => {
      if (event.type === 'skipped') skipped.push(event.reason);
    };
    expect(versions(await install([{ name: 'a' }], { onEvent }))).toEqual(['a@1.0.0']);
    expect(skipped).toEqual([
      expect.stringMatching(/^it is made for contract 2\.0\.0/),
      expect.stringMatching(/^it needs contract 1\.9\.0/),
    ]);
    const alone = install([{ name: 'a', range: '1.1.0' }], { folder: projectFolder() });
    await expect(alone).rejects.toMatchObject({ code: 'INSTALL_NO_VERSION' });
  });

  it('installs what plugins depend on, and takes it away with them', async () => {
    await publish(store, 'a', '1.0.0', { dependencies: { b: '^1.0.0' } });
    await publish(store, 'b', '1.5.0', { dependencies: { c: '1.x' } });
    await publish(store, 'b', '2.0.0');
    await publish(store, 'c', '1.0.0');
    expect(versions(await install([{ name: 'a' }]))).toEqual(['a@1.0.0', 'b@1.5.0', 'c@1.0.0']);
  });

  it('chooses again where another requires less', async () => {
    await publish(store, 'a', '1.0.0', { dependencies: { shared: '1.0.0' } });
    await publish(store, 'shared', '1.0.0');
    await publish(store, 'shared', '1.1.0');
    const result = await install([{ name: 'shared', range: '^1.0.0' }, { name: 'a' }]);
    expect(versions(result)).toEqual(['a@1.0.0', 'shared@1.0.0']);
  });

  it('explains a conflict', async () => {
    await publish(store, 'a', '1.0.0', { dependencies: { shared: '^1.0.0' } });
    await publish(store, 'b', '1.0.0', { dependencies: { shared: '^2.0.0' } });
    await publish(store, 'shared', '1.0.0');
    await publish(store, 'shared', '2.0.0');
    await expect(install([{ name: 'a' }, { name: 'b' }])).rejects.toMatchObject({
      code: 'INSTALL_CONFLICT',
      message:
        'Cannot install "shared": no version satisfies every requirement, a@1.0.0 requires ^1.0.0, b@1.0.0 requires ^2.0.0; the registry has 2.0.0, 1.0.0',
    });
    expect(existsSync(join(folder, 'testbench.lock'))).toBe(false);
  });

  // Row 92.
  it('names the chain of a circle', async () => {
    await publish(store, 'a', '1.0.0', { dependencies: { b: '*' } });
    await publish(store, 'b', '1.0.0', { dependencies: { c: '*' } });
    await publish(store, 'c', '1.0.0', { dependencies: { b: '*' } });
    await expect(install([{ name: 'a' }])).rejects.toMatchObject({
      code: 'INSTALL_CIRCLE',
      chain: ['b@1.0.0', 'c@1.0.0', 'b'],
    });
  });

  it('names the chain to what is missing', async () => {
    await publish(store, 'a', '1.0.0', { dependencies: { b: '*' } });
    await publish(store, 'b', '1.0.0', { dependencies: { gone: '^3.0.0' } });
    await expect(install([{ name: 'a' }])).rejects.toMatchObject({
      code: 'INSTALL_NO_VERSION',
      chain: ['a@1.0.0', 'b@1.0.0'],
      message: expect.stringContaining('a@1.0.0 > b@1.0.0 requires ^3.0.0'),
    });
  });

  it('stops at dependencies that are too deep', async () => {
    for (let depth = 0; depth < 18; depth += 1) {
      await publish(store, `p${depth}`, '1.0.0', { dependencies: { [`p${depth + 1}`]: '*' } });
    }
    await expect(install([{ name: 'p0' }])).rejects.toMatchObject({ code: 'INSTALL_TOO_LARGE' });
  });

  it('fetches no module that nobody would load', async () => {
    await publish(store, 'a', '1.0.0');
    const resolved = await store.resolve({ name: 'a', version: '1.0.0' });
    const read = vi.spyOn(store, 'read');
    const layers = [{ ...resolved.layers[0]!, size: MAX_MODULE_BYTES + 1 }];
    vi.spyOn(store, 'resolve').mockResolvedValue({ ...resolved, layers });
    const refused = {
      code: 'INSTALL_INVALID_PLUGIN',
      message: expect.stringContaining('its module has 16777217 bytes, limit is 16777216'),
    };
    await expect(install([{ name: 'a' }])).rejects.toMatchObject(refused);
    const registries = new RegistryMap({ registries: { main: store } });
    const found = findPlugin('a@1.0.0', { registries, cacheFolder: join(folder, 'cache') });
    await expect(found).rejects.toMatchObject(refused);
    expect(read).not.toHaveBeenCalled();
  });

  it.each([
    { what: 'another name', bytes: moduleOf('other', '1.0.0') },
    { what: 'another version', bytes: moduleOf('a', '1.0.1') },
    { what: 'no module', bytes: new TextEncoder().encode('text') },
    {
      what: 'a dependency that is no name',
      bytes: moduleOf('a', '1.0.0', { dependencies: { '../b': '*' } }),
    },
    {
      what: 'a dependency without a range',
      bytes: moduleOf('a', '1.0.0', { dependencies: { b: 'newest' } }),
    },
  ])('refuses an artifact that holds $what', async ({ bytes }) => {
    await store.write({
      name: 'a',
      version: '1.0.0',
      layers: [{ mediaType: 'application/wasm', bytes }],
    });
    await expect(install([{ name: 'a' }])).rejects.toMatchObject({
      code: 'INSTALL_INVALID_PLUGIN',
    });
    expect(readdirSync(folder)).not.toContain('testbench.lock');
  });

  it('refuses an artifact of another kind', async () => {
    const bytes = new TextEncoder().encode('x');
    await store.write({
      name: 'a',
      version: '1.0.0',
      layers: [{ mediaType: 'text/plain', bytes }],
    });
    await expect(install([{ name: 'a' }])).rejects.toMatchObject({
      code: 'INSTALL_INVALID_PLUGIN',
    });
  });

  // Row 86.
  it('refuses a version whose digest was changed, and takes the one of the lockfile', async () => {
    await publish(store, 'a', '1.0.0');
    const { installed } = await install([{ name: 'a' }]);
    writeFileSync(installed[0]!.path, 'damaged');
    store = createMemoryStore();
    await publish(store, 'a', '1.0.0', { description: 'another one' });
    await expect(install()).rejects.toMatchObject({ code: 'INSTALL_MOVED', plugin: 'a' });
  });

  // Row 87.
  it('refuses a version that is lower than the locked one, unless that is meant', async () => {
    await publish(store, 'a', '1.0.0');
    await publish(store, 'a', '1.5.0');
    await install([{ name: 'a' }]);
    const lower = [{ name: 'a', range: '<1.5.0' }];
    await expect(install(lower)).rejects.toMatchObject({ code: 'INSTALL_DOWNGRADE' });
    expect(versions(await install(lower, { allowDowngrade: true }))).toEqual(['a@1.0.0']);
  });

  it('installs twice at the same time', async () => {
    for (const name of ['a', 'b']) await publish(store, name, '1.0.0');
    await Promise.all([install([{ name: 'a' }]), install([{ name: 'b' }])]);
    expect(versions(await install())).toEqual(['a@1.0.0', 'b@1.0.0']);
  });

  it('leaves everything as it was when it is cancelled or a registry fails', async () => {
    await publish(store, 'a', '1.0.0');
    await install([{ name: 'a' }]);
    const before = lockfile();
    await expect(install([], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    store = Object.assign(Object.create(store) as PluginStore, {
      list: () => Promise.reject(new Error('down')),
    });
    await expect(install([{ name: 'b' }])).rejects.toThrow('down');
    expect(lockfile()).toBe(before);
  });

  it.each([
    '{',
    '{"lockfileVersion": 2, "plugins": {}}',
    '{"lockfileVersion": 1, "plugins": {"../a": {}}}',
  ])('refuses the lockfile %s', async (text) => {
    writeFileSync(join(folder, 'testbench.lock'), text);
    await expect(install()).rejects.toMatchObject({ code: 'INSTALL_BAD_LOCKFILE' });
  });
});

// Row 91.
describe('RegistryMap', () => {
  const two = (): RegistryMap =>
    new RegistryMap({
      registries: { ours: createMemoryStore(), all: store },
      namespaces: { team: 'ours', special: 'ours' },
      fallback: 'all',
    });

  it('never looks a mapped name up elsewhere', async () => {
    await publish(store, 'team/a', '9.9.9');
    const installing = install([{ name: 'team/a' }], { registries: two() });
    await expect(installing).rejects.toMatchObject({
      code: 'INSTALL_NO_VERSION',
      message: expect.stringContaining('the registry "ours" has no such plugin'),
    });
  });

  it.each([
    { name: 'team/a', wanted: 'all' },
    { name: 'special', wanted: 'all' },
    { name: 'other', wanted: 'ours' },
    { name: '__proto__', wanted: undefined },
  ])('refuses $name from $wanted', ({ name, wanted }) => {
    expect(() => two().find(name, wanted)).toThrow(
      expect.objectContaining({ code: 'INSTALL_WRONG_REGISTRY' }),
    );
  });

  it('refuses a locked plugin from another registry', async () => {
    await publish(store, 'a', '1.0.0');
    await install([{ name: 'a' }]);
    const registries = new RegistryMap({ registries: { other: store } });
    await expect(install([], { registries })).rejects.toMatchObject({
      code: 'INSTALL_WRONG_REGISTRY',
    });
  });

  it('refuses a namespace of a registry that is not there', () => {
    expect(() => new RegistryMap({ registries: {}, namespaces: { team: 'ours' } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'namespaces.team' }),
    );
  });
});

describe('with a verifier', () => {
  const saying = (verification: Verification): Verifier => ({
    specificationVersion: 'v1',
    verify: async () => verification,
  });
  const signed = (id: string): Verifier =>
    saying({
      outcome: 'trusted',
      signers: [{ id, kind: 'key' }],
      firstUse: true,
      attestations: [],
    });

  it('writes the signer down, and stops at another one', async () => {
    await publish(store, 'a', '1.0.0');
    const { installed } = await install([{ name: 'a' }], { verifier: signed('key:one') });
    expect(installed[0]?.signers).toEqual(['key:one']);
    await publish(store, 'a', '1.1.0');
    const other = install([{ name: 'a', range: '1.1.0' }], { verifier: signed('key:two') });
    await expect(other).rejects.toMatchObject({
      code: 'INSTALL_UNTRUSTED',
      refusal: 'SIGNER_CHANGED',
    });
    const unsigned = saying({ outcome: 'unsigned', isolation: 'process' });
    await expect(
      install([{ name: 'a', range: '1.1.0' }], { verifier: unsigned }),
    ).rejects.toMatchObject({ refusal: 'SIGNER_CHANGED' });
    await expect(install([{ name: 'a', range: '1.1.0' }])).rejects.toMatchObject({
      code: 'INSTALL_UNTRUSTED',
    });
  });

  it('refuses what it refuses, with its code', async () => {
    await publish(store, 'a', '1.0.0');
    const verifier = saying({
      outcome: 'refused',
      code: 'KEY_REVOKED',
      message: 'the key was revoked',
    });
    await expect(install([{ name: 'a' }], { verifier })).rejects.toMatchObject({
      code: 'INSTALL_UNTRUSTED',
      refusal: 'KEY_REVOKED',
      message: 'Cannot trust "a@1.0.0": the key was revoked',
    });
  });
});

describe('publishPlugin()', () => {
  it.each([
    { what: 'no section', bytes: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), name: 'a' },
    { what: 'another name', bytes: moduleOf('b', '1.0.0'), name: 'a' },
    { what: 'no module', bytes: new Uint8Array(3), name: 'a' },
  ])('refuses $what', async ({ bytes, name }) => {
    await expect(publishPlugin({ store, bytes, name })).rejects.toMatchObject({
      code: 'INSTALL_INVALID_PLUGIN',
    });
  });

  it('gives the same digest for the same module', async () => {
    const bytes = moduleOf('@Team/a', '1.0.0');
    const one = await publishPlugin({ store, bytes });
    const two = await publishPlugin({ store: createMemoryStore(), bytes });
    expect(one).toMatchObject({ name: 'team/a', version: '1.0.0', digest: two.digest });
  });
});
