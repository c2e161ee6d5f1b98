import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { QueueAddress } from '@testbench/bench-queue';
import { PluginSystem } from '@testbench/core';
import type { ReadyCheck } from '@testbench/telemetry';

import { loadQueue, type QueuePackage } from './load-queue.js';

/** What the readiness check examines. */
export interface WorkerPlaces {
  readonly address: QueueAddress;
  /** Absolute; undefined if it is not a folder. */
  readonly share: string | undefined;
  readonly workDir: string;
  readonly isolation: 'thread' | 'process';
}

/**
 * Conditions for a worker to take work, for `/readyz`: Redis answers, the share can be read and written, and a plugin loads where plugins will run.
 *
 * The last one is checked until it has succeeded once, since the check starts a thread or a process.
 */
export function workerChecks(places: WorkerPlaces): {
  readonly checks: Readonly<Record<string, ReadyCheck>>;
  readonly close: () => void;
} {
  const { address, share, workDir, isolation } = places;
  let connecting: ReturnType<QueuePackage['connectQueue']> | undefined;
  let loaded: Promise<void> | undefined;
  const checks = {
    async redis() {
      connecting ??= loadQueue().then(({ connectQueue }) => connectQueue(address));
      connecting.catch(() => (connecting = undefined));
      await (await connecting).ping();
    },
    async share() {
      if (share !== undefined) await access(share, constants.R_OK | constants.W_OK);
    },
    async plugins() {
      loaded ??= loadProbe(workDir, isolation);
      loaded.catch(() => (loaded = undefined));
      await loaded;
    },
  };
  const close = (): void =>
    void connecting?.then(
      (client) => client.disconnect(),
      () => {},
    );
  return { checks, close };
}

/** A plugin that does nothing. */
const PROBE =
  'AGFzbQEAAAABHwZgAX8Bf2ACf38AYAABfmACf38Bf2ACf38BfmAAAX8DBwYAAQIDBAUFAwEAAgYIAX8BQYCABAsHagcGbWVtb3J5AgAMcGx1Z2luX2FsbG9jAAALcGx1Z2luX2ZyZWUAAQ9wbHVnaW5fbWV0YWRhdGEAAgtwbHVnaW5faW5pdAADDnBsdWdpbl9leGVjdXRlAAQPcGx1Z2luX3NodXRkb3duAAUKKQYEACMACwIACwoAQs+AgICAgAELBABBAAsKAEKPgICAgIAECwQAQQALC2sCAEGACAtPeyJuYW1lIjoiZ3Vlc3QiLCJ2ZXJzaW9uIjoiMS4wLjAiLCJwbHVnaW5fdHlwZSI6ImN1c3RvbSIsImFwaV92ZXJzaW9uIjoiMS4wLjAifQBBgCALD3siZGF0YSI6ImZpbmUifQ==';

async function loadProbe(workDir: string, isolation: 'thread' | 'process'): Promise<void> {
  await mkdir(workDir, { recursive: true });
  const path = join(workDir, 'probe.wasm');
  await writeFile(path, Buffer.from(PROBE, 'base64'));
  await using system = new PluginSystem({ isolation });
  await system.loadPlugin(path, { id: 'probe' });
}
