import { execFileSync } from 'node:child_process';
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import { describe, expect, it } from 'vitest';

import { readModuleFile } from './read-module-file.js';

const folder = mkdtempSync(join(tmpdir(), 'testbench-read-'));

describe('readModuleFile()', () => {
  it('reads a file', async () => {
    const path = join(folder, 'a.wasm');
    writeFileSync(path, Uint8Array.of(1, 2, 3));
    expect(await readModuleFile(path)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('reads as much as it is told to', async () => {
    const path = join(folder, 'large.wasm');
    writeFileSync(path, '');
    truncateSync(path, MAX_MODULE_BYTES + 1);
    await expect(readModuleFile(path)).rejects.toMatchObject({ code: 'LOAD_UNREADABLE' });
    expect(await readModuleFile(path, MAX_MODULE_BYTES + 1)).toHaveLength(MAX_MODULE_BYTES + 1);
    await expect(readModuleFile(path, 10)).rejects.toMatchObject({ code: 'LOAD_UNREADABLE' });
  });

  it.each([
    { path: join(folder, 'missing.wasm'), code: 'LOAD_NOT_FOUND' },
    { path: join(folder, 'a.wasm', 'below'), code: 'LOAD_NOT_FOUND' },
    { path: folder, code: 'LOAD_UNREADABLE' },
    { path: '/dev/zero', code: 'LOAD_UNREADABLE' },
  ])('fails for $path with $code', async ({ path, code }) => {
    writeFileSync(join(folder, 'a.wasm'), '');
    await expect(readModuleFile(path)).rejects.toMatchObject({ code });
  });

  // Row 68 of the attack catalogue: a FIFO without a writer would hold an I/O thread forever.
  it('does not wait for a FIFO', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    await expect(readModuleFile(path)).rejects.toMatchObject({ code: 'LOAD_UNREADABLE' });
  });

  it('refuses a file that is too large before reading it', async () => {
    const path = join(folder, 'large.wasm');
    writeFileSync(path, '');
    truncateSync(path, MAX_MODULE_BYTES + 1);
    await expect(readModuleFile(path)).rejects.toMatchObject({ code: 'LOAD_UNREADABLE' });
  });
});
