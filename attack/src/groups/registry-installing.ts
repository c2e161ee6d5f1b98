import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  installPlugins,
  type PluginRequirement,
  publishPlugin,
  RegistryMap,
  updatePlugins,
} from '@testbench/registry/install';
import { createMemoryStore } from '@testbench/registry/stores';
import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import type { PluginStore, Verifier } from '@testbench/types/stores';

import { type Attack, insist } from '../attack.ts';

async function publish(
  store: PluginStore,
  name: string,
  version: string,
  dependencies: Readonly<Record<string, string>> = {},
): Promise<void> {
  const own = name.slice(name.lastIndexOf('/') + 1);
  const wire = { name: own, version, plugin_type: 'custom', api_version: '1.0.0', dependencies };
  const bytes = withMetadataSection(assemble(guestWat()), JSON.stringify(wire));
  await publishPlugin({ store, name, bytes });
}

async function inProject<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing stopped it';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

const only = (store: PluginStore): RegistryMap => new RegistryMap({ registries: { main: store } });

/** Rows 87, 91, 92 and 93: a registry that offers older versions, other people's names, cycles, and more than anyone loads. */
export const registryInstalling: readonly Attack[] = [
  {
    row: 87,
    name: 'an old version, or no news at all',
    modes: ['host'],
    run: () =>
      inProject(async (folder) => {
        const good = createMemoryStore();
        await publish(good, 'a', '1.5.0');
        await installPlugins({ folder, registries: only(good), plugins: [{ name: 'a' }] });
        const frozen = createMemoryStore();
        await publish(frozen, 'a', '1.0.0');
        const registries = only(frozen);
        const { installed } = await updatePlugins({ folder, registries });
        insist(installed[0]?.version === '1.5.0', 'the update went back');
        const plugins: PluginRequirement[] = [{ name: 'a', range: '<1.5.0' }];
        const code = await codeOf(installPlugins({ folder, registries, plugins }));
        insist(code === 'INSTALL_DOWNGRADE', code);
        return 'the locked version stays; a lower one needs consent';
      }),
  },
  {
    row: 91,
    name: 'a name like another, a name of another registry',
    modes: ['host'],
    run: () =>
      inProject(async (folder) => {
        const [ours, all] = [createMemoryStore(), createMemoryStore()];
        await publish(ours, 'team/a', '1.0.0');
        await publish(all, 'team/a', '99.0.0');
        const registries = new RegistryMap({
          registries: { ours, all },
          namespaces: { team: 'ours' },
          fallback: 'all',
        });
        const { installed } = await installPlugins({
          folder,
          registries,
          plugins: [{ name: 'team/a' }],
        });
        insist(installed[0]?.version === '1.0.0', 'another registry was asked');
        const plugins = [{ name: 'team/a', registry: 'all' }];
        const code = await codeOf(installPlugins({ folder, registries, plugins }));
        insist(code === 'INSTALL_WRONG_REGISTRY', code);
        return 'a mapped namespace is looked up in its registry alone';
      }),
  },
  {
    row: 92,
    name: 'dependencies in a circle, and deeper than any project',
    modes: ['host'],
    run: () =>
      inProject(async (folder) => {
        const store = createMemoryStore();
        await publish(store, 'a', '1.0.0', { b: '*' });
        await publish(store, 'b', '1.0.0', { a: '*' });
        for (let depth = 0; depth < 20; depth += 1) {
          await publish(store, `d${depth}`, '1.0.0', { [`d${depth + 1}`]: '*' });
        }
        const registries = only(store);
        const install = (name: string): Promise<string> =>
          codeOf(installPlugins({ folder, registries, plugins: [{ name }] }));
        const [circle, deep] = [await install('a'), await install('d0')];
        insist(circle === 'INSTALL_CIRCLE', circle);
        insist(deep === 'INSTALL_TOO_LARGE', deep);
        return 'both stop, with the chain named';
      }),
  },
  {
    row: 93,
    name: 'a module, and a signature, above the limit',
    modes: ['host'],
    run: () =>
      inProject(async (folder) => {
        const store = createMemoryStore();
        await publish(store, 'a', '1.0.0');
        const artifact = await store.resolve({ name: 'a', version: '1.0.0' });
        const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
        await store.attach(artifact, { artifactType, bytes: new Uint8Array(9 * 2 ** 20) });
        let seen = 0;
        const verifier: Verifier = {
          specificationVersion: 'v1',
          async verify(_artifact, bundles) {
            seen += bundles.length;
            return { outcome: 'unsigned', isolation: 'process' };
          },
        };
        const plugins = [{ name: 'a' }];
        await installPlugins({ folder, registries: only(store), plugins, verifier });
        insist(seen === 0, 'a signature of 9 MiB was read');
        const layers = [{ mediaType: 'application/wasm', bytes: new Uint8Array(17 * 2 ** 20) }];
        await store.write({ name: 'large', version: '1.0.0', layers });
        const registries = only(store);
        const code = await codeOf(
          installPlugins({ folder, registries, plugins: [{ name: 'large' }] }),
        );
        insist(code === 'INSTALL_INVALID_PLUGIN', code);
        return 'neither is fetched';
      }),
  },
];
