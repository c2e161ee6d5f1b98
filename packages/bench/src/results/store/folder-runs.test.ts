import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import {
  appendFile,
  link,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { testRunStore } from '@testbench/test-kit/contracts';
import type { RunSegment, RunWriter } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

import { collect, temporaryFolder } from '../../__fixtures__/temporary-folder.js';
import { createFolderRuns } from './folder-runs.js';

const folders = new WeakMap<object, string>();

testRunStore('createFolderRuns()', {
  open: () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-runs-'));
    const store = createFolderRuns(folder);
    folders.set(store, folder);
    return store;
  },
  damage: async (store, run, { from, to }) => {
    const file = join(folders.get(store)!, run, 'segments', `${from}-${to}.jsonl`);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
  },
});

async function addRow(writer: RunWriter, from: number, row = '{}'): Promise<RunSegment> {
  const segment = await writer.begin(from);
  await segment.write(row);
  return await segment.complete(from + 1);
}

async function setUp(): Promise<{ folder: string; run: string; segments: string }> {
  const folder = await temporaryFolder();
  const writer = await createFolderRuns(folder).open('run');
  await addRow(writer, 0);
  await addRow(writer, 1);
  await writer.close();
  return { folder, run: join(folder, 'run'), segments: join(folder, 'run', 'segments') };
}

describe('createFolderRuns()', () => {
  it('leaves the files that it names, and no others', async () => {
    const { run } = await setUp();
    expect((await readdir(run)).sort()).toEqual(['manifest.json', 'segments']);
    expect((await readdir(join(run, 'segments'))).sort()).toEqual(['0-1.jsonl', '1-2.jsonl']);
    expect(JSON.parse(await readFile(join(run, 'manifest.json'), 'utf8'))).toMatchObject({
      formatVersion: 1,
      segments: [{ from: 0, to: 1, rows: 1, bytes: 3 }, { from: 1 }],
    });
  });

  it('removes what a killed writer left unfinished, and says so', async () => {
    const { folder, segments } = await setUp();
    const torn = '.testbench-12345678-1234-1234-1234-123456789abc.tmp';
    await writeFile(join(segments, torn), '{"ind');
    await writeFile(join(segments, '2-3.jsonl'), '{}\n');
    await writeFile(join(segments, 'notes.txt'), 'mine');
    const writer = await createFolderRuns(folder).open('run');
    expect(writer.segments).toHaveLength(2);
    expect(writer.repairs).toEqual([
      expect.stringContaining(`${torn}": 5 bytes of a segment that was not complete`),
      expect.stringContaining('2-3.jsonl": 3 bytes'),
    ]);
    await writer.close();
    expect((await readdir(segments)).sort()).toEqual(['0-1.jsonl', '1-2.jsonl', 'notes.txt']);
  });

  it('runs records again whose segment is gone', async () => {
    const { folder, segments } = await setUp();
    await rm(join(segments, '0-1.jsonl'));
    const writer = await createFolderRuns(folder).open('run');
    expect(writer.segments.map(({ from }) => from)).toEqual([1]);
    expect(writer.repairs).toEqual([expect.stringContaining('records 0 to 0 are run again')]);
    await addRow(writer, 0);
    await writer.close();
  });

  it('removes no data set that looks like a leftover', async () => {
    const { folder, segments } = await setUp();
    await writeFile(join(segments, 'data.jsonl'), '{}');
    await link(join(segments, 'data.jsonl'), join(segments, '7-8.jsonl'));
    const inputs = [{ path: join(segments, 'data.jsonl'), what: 'the data set' }];
    await expect(createFolderRuns(folder, { inputs }).open('run')).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: expect.stringContaining('it is the data set, which must stay'),
    });
    expect(await readFile(join(segments, '7-8.jsonl'), 'utf8')).toBe('{}');
  });

  it.each([
    { text: '', code: 'BENCH_RUN_DAMAGED', says: 'it is not JSON' },
    { text: '{"formatVersion":1,"segm', code: 'BENCH_RUN_DAMAGED', says: 'it is not JSON' },
    { text: 'null', code: 'BENCH_RUN_DAMAGED', says: 'expected an object' },
    { text: '{"formatVersion":2}', code: 'BENCH_RUN_VERSION', says: 'the run has format 2' },
    { text: '{"formatVersion":1}', code: 'BENCH_RUN_DAMAGED', says: '"segments": expected a list' },
    {
      text: '{"formatVersion":1,"segments":[{"from":"../x"}]}',
      code: 'BENCH_RUN_DAMAGED',
      says: '"segments[0].from": expected a whole number',
    },
    {
      text: JSON.stringify({
        formatVersion: 1,
        segments: [
          { from: 0, to: 2, rows: 1, bytes: 1, digest: `sha256:${'0'.repeat(64)}` },
          { from: 1, to: 2, rows: 1, bytes: 1, digest: `sha256:${'0'.repeat(64)}` },
        ],
      }),
      code: 'BENCH_RUN_DAMAGED',
      says: '"segments[1]": expected records from 2 on',
    },
  ])('refuses a manifest of $text', async ({ text, code, says }) => {
    const { folder, run, segments } = await setUp();
    const file = join(run, 'manifest.json');
    await writeFile(file, text);
    const expected = { code, file, message: expect.stringContaining(says) };
    await expect(createFolderRuns(folder).read('run')).rejects.toMatchObject(expected);
    await expect(createFolderRuns(folder).open('run')).rejects.toMatchObject(expected);
    // Nothing that someone may want to restore is touched.
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(segments)).toHaveLength(2);
    await writeFile(file, '{"formatVersion":1,"segments":[]}');
    await (await createFolderRuns(folder).open('run')).close();
  });

  it.each([
    { how: 'cut short', change: (file: string) => truncate(file, 1), says: 'has 1 bytes instead' },
    {
      how: 'longer',
      change: (file: string) => appendFile(file, 'x'),
      says: 'has more than 3 bytes instead',
    },
    {
      how: 'changed',
      change: (file: string) => writeFile(file, '{]\n'),
      says: 'remove it and resume',
    },
  ])('tells a segment that is $how', async ({ change, says }) => {
    const { folder, segments } = await setUp();
    const file = join(segments, '1-2.jsonl');
    await change(file);
    const reader = await createFolderRuns(folder).read('run');
    await expect(collect(reader!.rows(reader!.segments[1]!))).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
      file,
      message: expect.stringContaining(says),
    });
  });

  it('says who writes a run, in this process and in another one', async () => {
    const { folder, run } = await setUp();
    const writer = await createFolderRuns(folder).open('run');
    await expect(createFolderRuns(folder).open('run')).rejects.toMatchObject({
      code: 'BENCH_RUN_LOCKED',
      message: `Cannot write run ${JSON.stringify(run)}: process ${process.pid} of ${JSON.stringify(hostname())} is writing it; wait for that process, or end it`,
    });
    const reader = await createFolderRuns(folder).read('run');
    expect(reader?.segments).toHaveLength(2);
    await writer.close();
    await (await createFolderRuns(folder).open('run')).close();
  });

  it('takes over from a writer that was killed', async () => {
    const { folder, run } = await setUp();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const holder = { host: hostname(), pid: dead, start: '1', token: 't', boot: '', namespace: '' };
    await writeFile(join(run, 'lock'), JSON.stringify(holder));
    const writer = await createFolderRuns(folder).open('run');
    expect(writer.segments).toHaveLength(2);
    await writer.close();
  });

  it('keeps what is complete when the disk takes no more', async () => {
    const { folder, segments } = await setUp();
    const writer = await createFolderRuns(folder).open('run');
    await rm(segments, { recursive: true });
    await expect(writer.begin(2)).rejects.toMatchObject({ code: 'BENCH_OUTPUT_FAILED' });
    expect(writer.segments).toHaveLength(2);
    await writer.close();
  });

  it('refuses a place that is no folder', async () => {
    const { folder } = await setUp();
    await writeFile(join(folder, 'file'), '');
    await expect(createFolderRuns(join(folder, 'file')).open('run')).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
    });
    expect(await createFolderRuns(join(folder, 'none')).list()).toEqual([]);
  });

  it('lists the folders that hold a run', async () => {
    const { folder } = await setUp();
    await mkdir(join(folder, 'other'));
    expect(await createFolderRuns(folder).list()).toEqual(['run']);
    expect((await stat(join(folder, 'other'))).isDirectory()).toBe(true);
  });
});
