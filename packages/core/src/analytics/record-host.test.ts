import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble, guestWat } from '@testbench/test-kit';
import { describe, expect, it, vi } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { PluginSystem } from '../plugin-system.js';
import type { HostRecord } from './host-record.js';
import { MAX_HOST_RECORDS } from './limits.js';
import { recordHost } from './record-host.js';

const read = async (file: string): Promise<HostRecord> =>
  JSON.parse(await readFile(file, 'utf8')) as HostRecord;
const input = { data: 'secret input' };

/** A module of the test kit as a file. */
async function guest(execute?: string): Promise<string> {
  const path = join(await temporaryFolder(), 'guest.wasm');
  await writeFile(path, assemble(execute === undefined ? guestWat() : guestWat({ execute })));
  return path;
}

describe('recordHost()', () => {
  it('counts calls by module, those of plugins that were loaded before too', async () => {
    const folder = join(await temporaryFolder(), 'new', 'analytics');
    await using system = new PluginSystem({ isolation: 'inline' });
    await system.loadPlugin(await guest(), { id: 'one' });
    const recorder = recordHost(system, { folder, host: 'test' });
    await system.loadPlugin(await guest(), { id: 'two' });
    await system.loadPlugin(await guest('(unreachable)'), { id: 'bad' });
    await system.executePlugin('one', input);
    await system.executePlugin('two', input);
    await system.executePlugin('bad', input).catch(() => {});
    await recorder.close();
    await system.executePlugin('one', input);
    const record = await read(recorder.file);
    expect(record).toMatchObject({
      formatVersion: 1,
      host: 'test',
      otherCalls: 0,
      plugins: [
        { ids: ['one', 'two'], calls: 2, failedCalls: 0, errors: {}, peakMemoryBytes: 131_072 },
        { ids: ['bad'], calls: 1, failedCalls: 1, errors: { CALL_TRAPPED: 1 } },
      ],
    });
    expect(record.plugins[0]!.fuelUsed).toBeGreaterThan(0);
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  it('counts calls after a reload for the new version', async () => {
    const folder = await temporaryFolder();
    await using system = new PluginSystem({ isolation: 'inline' });
    await system.loadPlugin(await guest(), { id: 'one' });
    const recorder = recordHost(system, { folder });
    await system.executePlugin('one', input);
    await system.reloadPlugin('one', await guest('(unreachable)'));
    await system.executePlugin('one', input).catch(() => {});
    await recorder.close();
    const { plugins } = await read(recorder.file);
    expect(plugins.map(({ calls, failedCalls }) => [calls, failedCalls])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('writes a file of its own for each host, and none without calls', async () => {
    const folder = await temporaryFolder();
    await using system = new PluginSystem({ isolation: 'inline' });
    await system.loadPlugin(await guest(), { id: 'one' });
    const idle = recordHost(system, { folder });
    await idle.close();
    expect(await readdir(folder)).toEqual([]);
    const recorders = [recordHost(system, { folder }), recordHost(system, { folder })];
    await system.executePlugin('one', input);
    await Promise.all(recorders.flatMap((recorder) => [recorder.flush(), recorder.flush()]));
    await Promise.all(recorders.map((recorder) => recorder.close()));
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('keeps the newest records, and leaves other files alone', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'mine.json'), '');
    const name = (n: number): string =>
      `host-${String(n).padStart(13, '0')}-1-${'0'.repeat(12)}.json`;
    for (let n = 0; n < MAX_HOST_RECORDS + 3; n += 1) await writeFile(join(folder, name(n)), '');
    await using system = new PluginSystem({ isolation: 'inline' });
    await system.loadPlugin(await guest(), { id: 'one' });
    await using recorder = recordHost(system, { folder });
    await system.executePlugin('one', input);
    await recorder.flush();
    const left = await readdir(folder);
    expect(left).toHaveLength(MAX_HOST_RECORDS + 1);
    expect(left).toContain('mine.json');
    expect(left).not.toContain(name(3));
    expect(left).toContain(name(4));
  });

  it('tells of a file that cannot be written, and tries again', async () => {
    const folder = await temporaryFolder();
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, '');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const onProblem = vi.fn<(error: unknown) => void>();
    await using system = new PluginSystem({ isolation: 'inline' });
    await system.loadPlugin(await guest(), { id: 'one' });
    const recorder = recordHost(system, { folder: blocked, flushMs: 1000, onProblem });
    await system.executePlugin('one', input);
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    await vi.waitFor(() =>
      expect(onProblem).toHaveBeenCalledWith(
        expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }),
      ),
    );
    await recorder.close();
    expect(onProblem).toHaveBeenCalledTimes(2);
  });

  it('refuses a folder that is none', () => {
    const system = { events: {}, listPlugins: () => [] } as never;
    expect(() => recordHost(system, { folder: '' })).toThrow('folder');
  });
});
