import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { BenchmarkSummary } from '@testbench/bench/results';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const RECORDS = Array.from({ length: 7 }, (_, n) => ({
  input: `q${n}`,
  expected: `${n}`,
  answers: { a: `${n}`, b: `${n % 2}` },
}));

describe('testbench run --shard and testbench merge', () => {
  it('give what one machine gives, and say how far a shard is', async () => {
    const cwd = await temporaryFolder();
    const lines = RECORDS.map((record) => JSON.stringify(record)).join('\n');
    await writeFile(join(cwd, 'data.jsonl'), lines);
    const config = {
      name: 'small',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
      evaluators: [{ plugin: examplePlugin('exact-match') }],
    };
    await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
    const run = async (...args: string[]): Promise<[code: number, out: string, err: string]> => {
      const { io, stdout, stderr } = captureIo({ cwd });
      const code = await main(args, io);
      return [code, stdout(), stderr()];
    };
    const [, whole] = await run('run', 'bench.json', '--output-dir', 'whole', '--json');
    const { measured: _m, run: folder, ...summary } = JSON.parse(whole) as BenchmarkSummary;
    expect((await run('run', 'bench.json', '--shard', '2/2'))[0]).toBe(0);
    const [shard] = await readdir(join(cwd, 'runs'));
    expect(shard).toMatch(/^small-[0-9a-f]{12}\.shard-2-of-2$/);
    const [early, , message] = await run('merge', join('runs', shard!));
    expect([early, message]).toEqual([
      1,
      'error BENCH_SHARDS_MISSING: Cannot merge shards: of 2, 1 is not there\n',
    ]);
    expect((await run('run', 'bench.json', '--shard', '1/2'))[0]).toBe(0);
    const [, status] = await run('status', join('runs', shard!));
    expect(status).toContain('shard 2 of 2, complete\n');
    const shards = (await readdir(join(cwd, 'runs'))).map((name) => join('runs', name));
    const [code, merged] = await run('merge', ...shards, '--output-dir', 'merged', '--json');
    const { measured: _n, run: into, ...same } = JSON.parse(merged) as BenchmarkSummary;
    expect(code).toBe(0);
    expect(same).toEqual(summary);
    const rows = async (path: string): Promise<string> => {
      const texts = (await readdir(join(path, 'segments'))).map((name) =>
        readFile(join(path, 'segments', name), 'utf8'),
      );
      return (await Promise.all(texts)).join('');
    };
    expect(await rows(into!)).toBe(await rows(folder!));
  });

  it.each([
    ['0/2', [], '--shard is "0/2", expected a part and how many there are, such as 3/16'],
    ['3/2', [], '--shard is "3/2", expected a part and how many there are, such as 3/16'],
    [
      '1/2',
      ['--fail-under', 'exact-match=1'],
      '--fail-under needs the whole set, and --shard runs a part of it: give it to testbench merge',
    ],
    [
      '1/2',
      ['--watch'],
      '--watch needs the whole set, and --shard runs a part of it: give it to testbench merge',
    ],
  ])('refuse --shard %s with %j', async (shard, more, expected) => {
    const { io, stderr } = captureIo({ cwd: await temporaryFolder() });
    expect(await main(['run', 'bench.json', '--shard', shard, ...more], io)).toBe(2);
    expect(stderr()).toContain(expected);
  });
});
