import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PluginManager } from '@testbench/manager';
import { assemble, guestWat } from '@testbench/test-kit';

import { LATE_MS } from '../arena.ts';
import { type Attack, insist, NotContained } from '../attack.ts';

const fine = assemble(guestWat());

/** An entry with a correct digest, whatever its content. */
function entryOf(path: string, content: Uint8Array): Buffer {
  const key = path.slice(path.lastIndexOf('/') + 1, -'.metered'.length);
  const inner = createHash('sha256').update(content).digest();
  return Buffer.concat([createHash('sha256').update(key).update(inner).digest(), content]);
}

/** What is put where an entry should be. */
const KINDS: Readonly<Record<string, (path: string, intact: Buffer) => void>> = {
  'a right digest and no module': (path) => {
    writeFileSync(path, entryOf(path, Buffer.from('no module')), { mode: 0o600 });
  },
  'a right digest and nothing': (path) => {
    writeFileSync(path, entryOf(path, new Uint8Array()), { mode: 0o600 });
  },
  'a right digest and a module that is not metered': (path) => {
    writeFileSync(path, entryOf(path, fine), { mode: 0o600 });
  },
  'the digest of the content alone': (path) => {
    const content = Buffer.from('no module');
    const digest = createHash('sha256').update(content).digest();
    writeFileSync(path, Buffer.concat([digest, content]), { mode: 0o600 });
  },
  nothing: (path) => writeFileSync(path, '', { mode: 0o600 }),
  'a FIFO': (path) => void execFileSync('mkfifo', ['-m', '600', path]),
  'a link to a FIFO': (path) => {
    execFileSync('mkfifo', ['-m', '600', `${path}.fifo`]);
    symlinkSync(`${path}.fifo`, path);
  },
  'a link to an endless device': (path) => symlinkSync('/dev/zero', path),
  'a link to a good entry': (path, intact) => {
    writeFileSync(`${path}.other`, intact, { mode: 0o600 });
    symlinkSync(`${path}.other`, path);
  },
  'a link to itself': (path) => symlinkSync(path, path),
  'a directory': (path) => mkdirSync(path, { mode: 0o700 }),
  'a directory that is not empty': (path) => mkdirSync(join(path, 'below'), { recursive: true }),
  'an unreadable file': (path, intact) => {
    writeFileSync(path, intact);
    chmodSync(path, 0);
  },
};

/** Row 109: the content of a cache folder costs time at most. */
export const cacheEntries: readonly Attack[] = Object.entries(KINDS).map(([name, put]): Attack => ({
  row: 109,
  name: `a cache entry that is ${name}`,
  modes: ['inline', 'thread'],
  async run(arena) {
    const cacheDir = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
    try {
      const load = async (): Promise<PluginManager> => {
        const manager = await arena.manager({ cacheDir, limits: { timeoutMs: 5000 } });
        await manager.load(fine, { id: 'victim' });
        const { data } = await manager.execute('victim', { data: null });
        insist(data === 'fine', 'a wrong answer');
        return manager;
      };
      await load();
      const paths = readdirSync(cacheDir).map((entry) => join(cacheDir, entry));
      insist(paths.length > 0, 'nothing was kept');
      for (const path of paths) {
        const intact = readFileSync(path);
        rmSync(path);
        put(path, intact);
      }
      const started = performance.now();
      await load();
      const lateMs = performance.now() - started;
      if (lateMs > 5000 + LATE_MS) throw new NotContained(`it took ${lateMs.toFixed(0)} ms`);
      return 'metered and compiled again';
    } finally {
      rmSync(cacheDir, { recursive: true, force: true });
    }
  },
}));
