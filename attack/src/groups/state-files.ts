import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createFileStateStores } from '@testbench/host';

import { type Attack, insist } from '../attack.ts';

const HOST = fileURLToPath(new URL('../../../packages/host/dist/index.js', import.meta.url));
const MiB = 2 ** 20;
/** Twice the size that a file may have before it is rewritten: what a host adds until it is killed. */
const MAX_FILE_BYTES = 16 * MiB;
/** `unshare` with these flags, with a separate `/proc`: what a container has. */
const NAMESPACES = ['--fork', '--pid', '--mount-proc', '--kill-child'];

/** A host that stores values of 100 kB until it is killed, and reports when it has stored 7 MB, or what went wrong. */
const STORING = (folder: string): string => `
  const { createFileStateStores } = await import(${JSON.stringify(HOST)});
  try {
    const state = createFileStateStores(${JSON.stringify(folder)})('plugin');
    for (let index = 0; index < 70; index += 1) state.set('key', new Uint8Array(100_000).fill(index));
    console.log('stored');
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(error.code);
  }`;

interface Host {
  readonly says: string;
  readonly kill: () => Promise<void>;
}

async function startHost(
  folder: string,
  wrapper: readonly string[] = [],
): Promise<Host | undefined> {
  const [command, ...args] = [...wrapper, process.execPath];
  const child = spawn(command, [...args, '--input-type=module', '-e', STORING(folder)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const says = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    void ended.then(() => resolve(''));
  });
  if (says === '') return undefined;
  return {
    says,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sizeOf(folder: string): number {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  return Math.max(0, ...sizes);
}

/** Row 113. */
export const stateFiles: readonly Attack[] = [
  {
    row: 113,
    name: 'a host that stores 7 MB and is killed, 8 times',
    modes: ['host'],
    run: () =>
      inFolder(async (folder) => {
        let largest = 0;
        for (let round = 0; round < 8; round += 1) {
          const host = await startHost(folder);
          insist(host?.says === 'stored', `round ${round} said ${host?.says}`);
          await host?.kill();
          largest = Math.max(largest, sizeOf(folder));
        }
        insist(largest < MAX_FILE_BYTES, `the file has ${largest} bytes`);
        const state = createFileStateStores(folder)('plugin');
        insist(state.get('key')?.[0] === 69, 'the last value is gone');
        state.close?.();
        insist(sizeOf(folder) < 200_000, `${sizeOf(folder)} bytes are left`);
        return `at most ${(largest / MiB).toFixed(0)} MiB`;
      }),
  },
  {
    row: 113,
    name: 'a second host that does not see the process of the first',
    modes: ['host'],
    run: () =>
      inFolder(async (folder) => {
        const first = await startHost(folder, ['unshare', ...NAMESPACES]);
        if (first === undefined) return 'this system has no namespaces for us; not tried';
        insist(first.says === 'stored', `the first said ${first.says}`);
        try {
          for (const wrapper of [[], ['unshare', ...NAMESPACES]]) {
            const second = await startHost(folder, wrapper);
            insist(second?.says === 'LOAD_STATE_IN_USE', `the second said ${second?.says}`);
            await second?.kill();
          }
        } finally {
          await first.kill();
        }
        // The killed host holds no lock, though nothing here can see that it is gone.
        const third = await startHost(folder, ['unshare', ...NAMESPACES]);
        insist(third?.says === 'stored', `the third said ${third?.says}`);
        await third?.kill();
        return 'LOAD_STATE_IN_USE while the first lives, and no longer';
      }),
  },
];
