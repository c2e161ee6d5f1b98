import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { QueueAddress } from '@testbench/bench-queue';
import { PluginSystem } from '@testbench/core';
import type { ReadyCheck } from '@testbench/telemetry';

import { loadQueue, type QueuePackage } from './load-queue.js';
import { PROBE_PLUGIN } from './probe-plugin.js';

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

async function loadProbe(workDir: string, isolation: 'thread' | 'process'): Promise<void> {
  await mkdir(workDir, { recursive: true });
  const path = join(workDir, 'probe.wasm');
  await writeFile(path, PROBE_PLUGIN);
  await using system = new PluginSystem({ isolation });
  await system.loadPlugin(path, { id: 'probe' });
}
