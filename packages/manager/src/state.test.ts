import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createFileStateStores } from '@testbench/host';
import { METADATA, withMetadataSection } from '@testbench/test-kit';
import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PluginManager } from './plugin-manager.js';

const guest = withMetadataSection(effectGuest(['host_set_state', 'host_get_state']), METADATA);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'testbench-state-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const set: GuestStep = { call: 'host_set_state', args: ['key', 'value'] };
const get: GuestStep = { call: 'host_get_state', args: ['key', 100] };

/** Loads, takes one step, and closes; the result of the step. */
async function visit(
  isolation: 'inline' | 'thread' | 'process',
  step: GuestStep,
  id?: string,
  module = guest,
): Promise<string | number | undefined> {
  await using manager = Object.assign(
    new PluginManager({ isolation, openStateStore: createFileStateStores(directory) }),
    {
      async [Symbol.asyncDispose](this: PluginManager) {
        await this.close();
      },
    },
  );
  const info = await manager.load(module, id === undefined ? {} : { id });
  const { data } = await manager.execute(info.id, { data: effectProgram([step]) });
  const [result] = effectResults(data);
  return result === undefined || result.code <= 0 ? result?.code : String(result.bytes);
}

describe.each(['inline', 'thread', 'process'] as const)('durable state, %s', (isolation) => {
  it('outlives the manager, for the id that a plugin is loaded under', async () => {
    expect(await visit(isolation, set, 'mine')).toBe(0);
    expect(await visit(isolation, get, 'mine')).toBe('value');
    expect(await visit(isolation, get, 'yours')).toBe(-1);
  });

  it('is not opened by the name that a plugin gives itself', async () => {
    expect(await visit(isolation, set, 'guest')).toBe(0);
    expect(await visit(isolation, get)).toBe(-1);
    expect(await visit(isolation, set)).toBe(0);
    expect(await visit(isolation, get)).toBe('value');
  });
});

describe('a state of your own', () => {
  it('is asked with the id, or else the digest, and closed with the plugin', async () => {
    const asked: string[] = [];
    const manager = new PluginManager({
      isolation: 'inline',
      openStateStore(plugin) {
        asked.push(plugin);
        return {
          specificationVersion: 'v1',
          get: () => undefined,
          set: () => false,
          delete: () => false,
          close: () => void asked.push('closed'),
        };
      },
    });
    await manager.load(guest, { id: 'mine' });
    const { digest } = await manager.load(guest);
    await manager.unload('mine');
    expect(asked).toEqual(['mine', digest, 'closed']);
    await expect(manager.load(Uint8Array.of(1))).rejects.toMatchObject({
      code: 'LOAD_INVALID_MODULE',
    });
    await manager.close();
    expect(asked).toEqual(['mine', digest, 'closed', 'closed']);
  });
});
