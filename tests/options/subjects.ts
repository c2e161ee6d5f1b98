import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Plugin, PluginSystem } from '@testbench/core';
import { PluginManager } from '@testbench/manager';
import { createTestHost, type TestHost } from '@testbench/sdk';
import { assemble, guestWat } from '@testbench/test-kit';

export const bytes = assemble(guestWat());
export const folder = mkdtempSync(join(tmpdir(), 'testbench-options-'));
export const input = { data: null };
export const manager = new PluginManager();
export const system = new PluginSystem({ isolation: 'inline' });
export const plugin: Plugin = await system.loadPluginFromBytes('guest', bytes);
export const host: TestHost = await createTestHost(bytes, { isolation: 'inline' });
export const config = {
  name: 'none',
  dataset: { path: 'none.csv' },
  provider: { plugin: 'none.wasm', models: ['a'] },
  evaluators: [{ plugin: 'none.wasm' }],
};
export const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'a', version: '1.0.0' };

/** Ends what the rows share. */
export async function closeAll(): Promise<void> {
  await manager.close();
  await system.close();
  await host.close();
  rmSync(folder, { recursive: true });
}
