import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const guest = effectGuest([
  'host_file_open',
  'host_file_read',
  'host_file_write',
  'host_file_close',
  'host_file_list',
]);

let root: string;
let manager: PluginManager;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-files-'));
  await mkdir(join(root, 'in'));
  await mkdir(join(root, 'out'));
  await writeFile(join(root, 'in/a.txt'), 'a'.repeat(100));
});
afterEach(async () => {
  await manager.close();
  await rm(root, { recursive: true });
});

describe.each(['inline', 'thread', 'process'] as const)('files, isolation: %s', (isolation) => {
  beforeEach(async () => {
    manager = new PluginManager({ isolation });
    await manager.load(guest, {
      permissions: {
        filesystem: true,
        allowedDirs: [join(root, 'in'), { path: join(root, 'out'), access: 'read-write' }],
      },
    });
  });

  it('reads, lists and writes what was granted, and nothing else', async () => {
    const { data } = await manager.execute('guest', {
      data: effectProgram([
        { call: 'host_file_open', args: [join(root, 'in/a.txt'), 0] },
        { call: 'host_file_read', args: [{ resultOf: 0 }, 60], untilEnd: true },
        { call: 'host_file_open', args: [join(root, 'out/b.txt'), 1] },
        { call: 'host_file_write', args: [{ resultOf: 2 }, 'written'] },
        { call: 'host_file_close', args: [{ resultOf: 2 }] },
        { call: 'host_file_list', args: [join(root, 'out'), 1000] },
        { call: 'host_file_open', args: [join(root, 'in/b.txt'), 1] },
        { call: 'host_file_open', args: ['/etc/passwd', 0] },
      ]),
    });
    const results = effectResults(data);
    expect(results.map(({ code }) => code)).toEqual([1, 60, 40, 0, 2, 7, 0, 32, -3, -3]);
    expect(String(results[1]?.bytes)).toBe('a'.repeat(60));
    expect(JSON.parse(String(results[7]?.bytes))).toEqual([{ name: 'b.txt', type: 'file' }]);
    expect(await readFile(join(root, 'out/b.txt'), 'utf8')).toBe('written');
  });

  it('says nothing of trying again where files are slow: they are as slow the next time', async () => {
    await writeFile(join(root, 'in/a.txt'), 'a'.repeat(1_000_000));
    const reading = manager.execute(
      'guest',
      {
        data: effectProgram([
          { call: 'host_file_open', args: [join(root, 'in/a.txt'), 0] },
          // A million waits.
          { call: 'host_file_read', args: [{ resultOf: 0 }, 1], untilEnd: true },
        ]),
      },
      { timeoutMs: 100, maxFuel: Number.MAX_SAFE_INTEGER },
    );
    await expect(reading).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
      retryable: undefined,
    });
  });

  it('leaves nothing of a file that was not closed', async () => {
    await manager.execute('guest', {
      data: effectProgram([
        { call: 'host_file_open', args: [join(root, 'out/b.txt'), 1] },
        { call: 'host_file_write', args: [{ resultOf: 0 }, 'half'] },
      ]),
    });
    await expect.poll(() => readdir(join(root, 'out'))).toEqual([]);
  });
});
