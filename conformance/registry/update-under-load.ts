import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { PluginSystem } from '@testbench/core';
import { listInstalled, RegistryMap, updatePlugins } from '@testbench/registry/install';
import { dockerCredentials, openRegistry } from '@testbench/registry-oci';
import { createVerifier, parseTrustRules } from '@testbench/trust';

import type { Reach } from './follow-plugin.ts';
import { insist } from './scene.ts';

const CALLS_A_SECOND = 1_000;
const TICK_MS = 10;
/** Before and after the swap. */
const AROUND_MS = 1_000;
const INPUT = { data: { output: '4', expected: '4' } };

const isRight = ({ data }: { readonly data: unknown }): boolean =>
  (data as { readonly score?: unknown }).score === 1;

/** Updates a plugin while a host calls it, like a program that embeds Testbench. @returns What was seen. */
export async function updateUnderLoad(
  folder: string,
  host: string,
  { ca, login }: Reach,
  name: string,
): Promise<string> {
  const store = openRegistry({
    host,
    ...(login !== undefined && { credentials: dockerCredentials(join(folder, 'docker.json')) }),
    ...(ca !== undefined && {
      certificateAuthorities: [{ hosts: [`https://${host}`], ca: readFileSync(ca, 'utf8') }],
    }),
  });
  const registries = new RegistryMap({ registries: { ours: store } });
  const rules = JSON.parse(readFileSync(join(folder, 'testbench-trust.json'), 'utf8'));
  const verifier = createVerifier({ rules: parseTrustRules(rules) });
  const [installed] = await listInstalled(folder);
  await using system = new PluginSystem();
  await system.loadPlugin(installed!.path, { id: name });

  const over = new AbortController();
  let sent = 0;
  let answered = 0;
  const lost: unknown[] = [];
  const callOnce = async (): Promise<void> => {
    try {
      const { data } = await system.executePlugin(name, INPUT, { timeoutMs: 30_000 });
      if (isRight({ data })) answered += 1;
      else lost.push(data);
    } catch (error) {
      lost.push(error);
    }
  };
  const started = performance.now();
  const calling = (async () => {
    const calls: Promise<void>[] = [];
    while (!over.signal.aborted) {
      // As many as are due: a slow machine catches up.
      for (
        const due = ((performance.now() - started) * CALLS_A_SECOND) / 1000;
        sent < due;
        sent += 1
      ) {
        calls.push(callOnce());
      }
      await wait(TICK_MS);
    }
    await Promise.all(calls);
  })();
  await wait(AROUND_MS);
  const atUpdate = sent;
  await updatePlugins({
    folder,
    registries,
    verifier,
    swap: async ({ path }) => {
      const golden = [{ input: INPUT, check: isRight }];
      await system.reloadPlugin(name, path, { golden });
    },
  });
  const atSwap = sent;
  await wait(AROUND_MS);
  over.abort();
  await calling;
  const seconds = (performance.now() - started) / 1000;
  const version = system.getPluginInfo(name)?.metadata.version;
  insist(version === '1.1.0', `version ${version} runs`);
  insist(lost.length === 0, `${lost.length} calls were lost, such as ${String(lost[0])}`);
  insist(answered === sent, `${answered} of ${sent} calls were answered`);
  insist(atSwap > atUpdate && sent > atSwap, 'no call was made during or after the update');
  return `${answered} of ${sent} calls answered in ${seconds.toFixed(1)} s, ${atSwap - atUpdate} of them made while it was updated; version ${version} runs`;
}
