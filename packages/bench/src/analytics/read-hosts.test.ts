import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_HOST_RECORD_BYTES } from '@testbench/core/analytics';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchError } from '../errors.js';
import { analysePlugins } from './analyse-plugins.js';
import { readHosts } from './read-hosts.js';

const name = (n: number): string =>
  `host-${String(n).padStart(13, '0')}-1-${String(n).padStart(12, '0')}.json`;

const plugin = {
  name: 'exact',
  version: '1.0.0',
  digest: `sha256:${'1'.repeat(64)}`,
  type: 'evaluator',
  ids: ['metric'],
  calls: 10,
  failedCalls: 2,
  errors: { CALL_TRAPPED: 2 },
  fuelUsed: 100,
  timeMs: 5,
  queueMs: 1,
  peakMemoryBytes: 65_536,
  deniedCalls: 0,
};

function record(day: number, plugins: readonly object[] = [plugin]): string {
  const at = `2026-11-0${day}T00:00:00.000Z`;
  return JSON.stringify({
    formatVersion: 1,
    host: `worker-${day}`,
    startedAt: at,
    writtenAt: at,
    otherCalls: 0,
    plugins,
  });
}

describe('readHosts()', () => {
  it('reads records that add up with those of other hosts', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name(1)), record(1));
    await writeFile(join(folder, name(2)), record(2));
    await writeFile(join(folder, 'other.json'), 'not a record');
    const hosts = await readHosts(folder);
    expect(hosts.map(({ host }) => host)).toEqual(['worker-2', 'worker-1']);
    expect(await analysePlugins({ hosts })).toMatchObject([
      {
        name: 'exact',
        calls: 20,
        failedCalls: 4,
        errors: { CALL_TRAPPED: 4 },
        timeMs: 10,
        peakMemoryBytes: 65_536,
        sources: [
          { kind: 'host', name: 'worker-2', calls: 10, places: ['metric'] },
          { kind: 'host', name: 'worker-1', calls: 10, places: ['metric'] },
        ],
      },
    ]);
    const since = new Date('2026-11-02');
    expect(await analysePlugins({ hosts }, { since })).toMatchObject([{ calls: 10 }]);
  });

  it.each([
    ['that is not JSON', '{'],
    ['of another version', record(1).replace('"formatVersion":1', '"formatVersion":2')],
    ['with a number below 0', record(1, [{ ...plugin, calls: -1 }])],
    ['with a number that is none', record(1, [{ ...plugin, timeMs: '5' }])],
    ['with a time that is none', record(1).replaceAll('2026-11-01', 'yesterday')],
    ['that nests too deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['that is too large', ' '.repeat(MAX_HOST_RECORD_BYTES + 1)],
  ])('refuses a record %s, or tells of it and goes on', async (_what, content) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name(1)), content);
    await writeFile(join(folder, name(2)), record(2));
    await expect(readHosts(folder)).rejects.toMatchObject({ code: 'BENCH_ANALYTICS_DAMAGED' });
    const problems: BenchError[] = [];
    expect(await readHosts(folder, (problem) => void problems.push(problem))).toHaveLength(1);
    expect(problems.map(({ file }) => file)).toEqual([join(folder, name(1))]);
  });

  it('follows no links, and waits for no pipes and folders', async () => {
    const folder = await temporaryFolder();
    await symlink('/etc/passwd', join(folder, name(1)));
    execFileSync('mkfifo', [join(folder, name(2))]);
    await mkdir(join(folder, name(3)));
    const problems: string[] = [];
    expect(await readHosts(folder, ({ code }) => void problems.push(code))).toEqual([]);
    expect(problems).toEqual([
      'BENCH_ANALYTICS_DAMAGED',
      'BENCH_ANALYTICS_DAMAGED',
      'BENCH_ANALYTICS_DAMAGED',
    ]);
  });

  it('takes a code that is called as a part of objects for a code', async () => {
    const folder = await temporaryFolder();
    const json = record(1).replace('CALL_TRAPPED', '__proto__');
    await writeFile(join(folder, name(1)), json);
    const [found] = await analysePlugins({ hosts: await readHosts(folder) });
    expect(Object.entries(found!.errors)).toEqual([['__proto__', 2]]);
  });

  it('says that there is no folder', async () => {
    await expect(readHosts('/no/such/folder')).rejects.toMatchObject({
      code: 'BENCH_ANALYTICS_UNREADABLE',
    });
  });
});
