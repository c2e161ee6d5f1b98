import { join } from 'node:path';
import { existsSync } from 'node:fs';

import type { PluginStore } from '@testbench/types/stores';
import { beforeEach, describe, expect, it } from 'vitest';

import { createMemoryStore } from '../stores/memory-store.js';
import { projectFolder, publish } from './__fixtures__/plugins.js';
import { installPlugins, type InstallResult } from './install-plugins.js';
import {
  listInstalled,
  outdatedPlugins,
  pinPlugin,
  rollbackPlugin,
  uninstallPlugins,
  updatePlugins,
} from './manage-plugins.js';
import type { ProjectOptions } from './project-options.js';
import { RegistryMap } from './registry-map.js';
import { watchUpdates } from './watch-updates.js';

let store: PluginStore;
let project: ProjectOptions;
beforeEach(async () => {
  store = createMemoryStore();
  project = {
    folder: projectFolder(),
    registries: new RegistryMap({ registries: { main: store } }),
  };
  await publish(store, 'a', '1.0.0');
  await installPlugins({ ...project, plugins: [{ name: 'a' }] });
});
const versions = ({ installed }: Pick<InstallResult, 'installed'>): string[] =>
  installed.map(({ name, version }) => `${name}@${version}`);

describe('outdatedPlugins()', () => {
  it('tells what is wanted and what is latest', async () => {
    expect(await outdatedPlugins(project)).toEqual([]);
    for (const version of ['1.1.0', '2.0.0', '3.0.0-rc.1']) await publish(store, 'a', version);
    expect(await outdatedPlugins(project)).toMatchObject([
      { name: 'a', current: '1.0.0', wanted: '1.1.0', latest: '2.0.0', pinned: false },
    ]);
  });
});

describe('updatePlugins()', () => {
  it('hands old and new to what swaps them, and keeps the module of the old one', async () => {
    await publish(store, 'a', '1.1.0');
    const swaps: string[] = [];
    const result = await updatePlugins({
      ...project,
      swap: async ({ name, before, after, beforePath, path }) => {
        swaps.push(`${name} ${before.version} ${after.version}`);
        expect([existsSync(beforePath), existsSync(path)]).toEqual([true, true]);
      },
    });
    expect(versions(result)).toEqual(['a@1.1.0']);
    expect(swaps).toEqual(['a 1.0.0 1.1.0']);
    expect(result.installed[0]?.previous?.version).toBe('1.0.0');
  });

  it('remembers what was not fit, and never offers it again', async () => {
    await publish(store, 'a', '1.1.0');
    const swap = async (): Promise<never> => {
      throw Object.assign(new Error('it is ill'), { code: 'LOAD_UNHEALTHY' });
    };
    await expect(updatePlugins({ ...project, swap })).rejects.toMatchObject({
      code: 'INSTALL_UNHEALTHY',
      message: 'Cannot update "a" from 1.0.0 to 1.1.0: it is ill',
    });
    expect(versions({ installed: await listInstalled(project.folder) })).toEqual(['a@1.0.0']);
    expect(await outdatedPlugins(project)).toEqual([]);
    expect(versions(await updatePlugins(project))).toEqual(['a@1.0.0']);
    await publish(store, 'a', '1.1.1');
    expect(versions(await updatePlugins(project))).toEqual(['a@1.1.1']);
  });

  it.each([
    {
      what: 'a host',
      permissions: { network: true, allowed_hosts: ['new.example'] },
      asks: 'network new.example',
    },
    {
      what: 'a folder to write to',
      permissions: { filesystem: true, allowed_dirs: [{ path: '/d', access: 'read-write' }] },
      asks: 'filesystem /d (read-write)',
    },
  ])('needs consent for $what', async ({ permissions, asks }) => {
    await publish(store, 'a', '1.1.0', { permissions });
    await expect(updatePlugins(project)).rejects.toMatchObject({
      code: 'INSTALL_CONSENT_NEEDED',
      message: expect.stringContaining(asks),
    });
    const refusing = updatePlugins({ ...project, consent: () => false });
    await expect(refusing).rejects.toMatchObject({ code: 'INSTALL_CONSENT_NEEDED' });
    expect(versions(await updatePlugins({ ...project, consent: () => true }))).toEqual(['a@1.1.0']);
  });

  it.each(['1.0.0', '0.9.0'])('stays where it is when the registry has only %s', async (old) => {
    await publish(store, 'a', '1.1.0');
    await updatePlugins(project);
    const older = createMemoryStore();
    await publish(older, 'a', old);
    const events: string[] = [];
    const result = await updatePlugins({
      ...project,
      registries: new RegistryMap({ registries: { main: older } }),
      onEvent: ({ type }) => events.push(type),
    });
    expect(versions(result)).toEqual(['a@1.1.0']);
    expect(events).toContain('behind');
  });
});

describe('pinPlugin() and rollbackPlugin()', () => {
  it('keeps a version until it is let go', async () => {
    await publish(store, 'a', '1.1.0');
    await pinPlugin({ ...project, plugin: 'a' });
    expect(versions(await updatePlugins(project))).toEqual(['a@1.0.0']);
    await expect(updatePlugins({ ...project, plugins: ['a'] })).rejects.toMatchObject({
      code: 'INSTALL_CONFLICT',
    });
    await pinPlugin({ ...project, plugin: 'a', pinned: false });
    expect(versions(await updatePlugins(project))).toEqual(['a@1.1.0']);
  });

  it('pins a version that is named', async () => {
    for (const version of ['1.1.0', '1.2.0']) await publish(store, 'a', version);
    expect(versions(await pinPlugin({ ...project, plugin: 'a', version: '1.1.0' }))).toEqual([
      'a@1.1.0',
    ]);
    await pinPlugin({ ...project, plugin: 'a', pinned: false });
    expect(versions(await updatePlugins(project))).toEqual(['a@1.2.0']);
  });

  it('goes back without a registry, and stays there', async () => {
    await publish(store, 'a', '1.1.0');
    await updatePlugins(project);
    const away = {
      ...project,
      registries: new RegistryMap({ registries: { main: createMemoryStore() } }),
    };
    expect(versions(await rollbackPlugin({ ...away, plugin: 'a' }))).toEqual(['a@1.0.0']);
    expect(versions(await updatePlugins(project))).toEqual(['a@1.0.0']);
    expect(versions(await rollbackPlugin({ ...away, plugin: 'a' }))).toEqual(['a@1.1.0']);
  });

  it('says that there is nothing to go back to', async () => {
    await expect(rollbackPlugin({ ...project, plugin: 'a' })).rejects.toMatchObject({
      code: 'INSTALL_NOT_INSTALLED',
    });
  });
});

describe('uninstallPlugins()', () => {
  it('takes what nobody needs any more, and nothing that somebody does', async () => {
    await publish(store, 'b', '1.0.0', { dependencies: { c: '*' } });
    await publish(store, 'c', '1.0.0');
    await installPlugins({ ...project, plugins: [{ name: 'b' }] });
    await expect(uninstallPlugins({ ...project, plugins: ['c'] })).rejects.toMatchObject({
      code: 'INSTALL_CONFLICT',
      chain: ['b'],
    });
    const { path } = (await listInstalled(project.folder)).find(({ name }) => name === 'c')!;
    expect(versions(await uninstallPlugins({ ...project, plugins: ['b'] }))).toEqual(['a@1.0.0']);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(project.folder, 'testbench.lock'))).toBe(true);
  });
});

describe('watchUpdates()', () => {
  it('looks with jitter, goes on after a failure, and ends', async () => {
    const delays: number[] = [];
    let fire = (): void => {};
    let isEnded = false;
    const told: unknown[] = [];
    const stop = watchUpdates({
      ...project,
      intervalMs: 10_000,
      jitter: 0.5,
      random: () => 1,
      startTimer: (work, delayMs) => {
        delays.push(delayMs);
        fire = work;
        return () => void (isEnded = true);
      },
      onOutdated: (outdated) => {
        told.push(...outdated);
        throw new Error('no');
      },
      onProblem: () => {},
    });
    await publish(store, 'a', '1.1.0');
    fire();
    await expect.poll(() => delays).toEqual([15_000, 15_000]);
    expect(told).toMatchObject([{ name: 'a', wanted: '1.1.0' }]);
    stop();
    expect(isEnded).toBe(true);
  });
});
