import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { PluginSystem } from '@testbench/core';
import {
  installPlugins,
  publishPlugin,
  RegistryMap,
  updatePlugins,
} from '@testbench/registry/install';
import { createMemoryStore } from '@testbench/registry/stores';
import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import { expect, it, onTestFinished } from 'vitest';

const CALLS = 2_000;
/** Ten every 10 ms are 1,000 per second. */
const CALLS_AT_ONCE = 10;
const PAUSE_MS = 10;

/** A plugin that answers with its version. */
function version(number: string): Uint8Array {
  const metadata = { name: 'guest', version: number, plugin_type: 'custom', api_version: '1.0.0' };
  const metadataText = JSON.stringify(metadata);
  const outputText = JSON.stringify({ data: number });
  return withMetadataSection(assemble(guestWat({ metadataText, outputText })), metadataText);
}

it('loses no call of 1,000 a second while a plugin is updated, and refuses one with wrong answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-updates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = createMemoryStore();
  const project = { folder, registries: new RegistryMap({ registries: { main: store } }) };
  await publishPlugin({ store, bytes: version('1.0.0') });
  const { installed } = await installPlugins({ ...project, plugins: [{ name: 'guest' }] });
  await using system = new PluginSystem();
  await system.loadPlugin(installed[0]!.path);

  const answers = new Map<unknown, number>();
  const calling = (async () => {
    const calls: Promise<void>[] = [];
    while (calls.length < CALLS) {
      for (let n = 0; n < CALLS_AT_ONCE; n += 1) {
        const call = system.executePlugin('guest', { data: null }, { timeoutMs: 20_000 });
        calls.push(call.then(({ data }) => void answers.set(data, (answers.get(data) ?? 0) + 1)));
      }
      await wait(PAUSE_MS);
    }
    await Promise.all(calls);
  })();
  const swap = async ({ name, path }: { readonly name: string; readonly path: string }) =>
    await system.reloadPlugin(name, path, {
      golden: [{ input: { data: null }, check: ({ data }) => data !== '1.2.0' }],
    });
  await publishPlugin({ store, bytes: version('1.1.0') });
  await updatePlugins({ ...project, swap });
  await publishPlugin({ store, bytes: version('1.2.0') });
  await expect(updatePlugins({ ...project, swap })).rejects.toMatchObject({
    code: 'INSTALL_UNHEALTHY',
    cause: { code: 'LOAD_UNHEALTHY' },
  });
  await calling;
  expect(new Set(answers.keys())).toEqual(new Set(['1.0.0', '1.1.0']));
  expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBe(CALLS);
  expect(system.getPluginInfo('guest')?.metadata.version).toBe('1.1.0');
});
