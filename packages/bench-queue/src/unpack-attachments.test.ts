import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ArrivedAttachments } from '@testbench/bench/shards';
import { makeFolder } from '@testbench/core/files';

import { packAttachments } from './pack-attachments.js';
import { openFolderShare } from './folder-share.js';
import { unpackAttachments } from './unpack-attachments.js';

describe('unpackAttachments()', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-attached-'));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const share = () => openFolderShare(join(folder, 'share'));
  const fetched: string[] = [];
  const unpack = async (list: string): Promise<ArrivedAttachments> => {
    const table = await share().putBytes(Buffer.alloc(36));
    const given = { table, list: await share().putBytes(Buffer.from(list)), files: 1, paths: 1 };
    return await unpackAttachments(given, folder, ['/data/a.jsonl'], async (file, target) => {
      fetched.push(file.digest);
      makeFolder(join(folder, 'attachments'));
      expect(await share().fetch(file, target)).toBe(true);
    });
  };

  it('finds what was packed, and fetches a file only when it is read', async () => {
    const state = { table: Buffer.alloc(36), files: 1, paths: 2 };
    const problem = {
      code: 'BENCH_ATTACHMENT_UNREADABLE',
      state: 'the file does not exist',
    } as const;
    const packed = await packAttachments(share(), {
      state,
      async *paths() {
        yield [
          { file: 0, path: 'a.txt', content: { bytes: Buffer.from('hello') } },
          { file: 0, path: 'none.txt', content: problem },
        ];
      },
    });
    expect(packed).toMatchObject({ files: 1, paths: 2, table: { bytes: 36 } });
    const arrived = await unpack(
      `{"file":0,"path":"a.txt","content":${JSON.stringify(await share().putBytes(Buffer.from('hello')))}}\n` +
        `{"file":0,"path":"none.txt","problem":${JSON.stringify(problem)}}\n`,
    );
    const before = fetched.length;
    expect(await arrived.read('/data/a.jsonl', 'none.txt')).toEqual(problem);
    expect(fetched).toHaveLength(before);
    expect(await arrived.read('/data/a.jsonl', 'a.txt')).toEqual({ bytes: Buffer.from('hello') });
    expect(fetched).toHaveLength(before + 1);
  });

  it.each([
    ['no JSON', 'a.txt\n'],
    ['a key that nobody knows', '{"file":0,"path":"a","local":"/etc/passwd"}\n'],
    ['no digest', '{"file":0,"path":"a","content":{"digest":"../../etc/passwd","bytes":1}}\n'],
    [
      'a code of something else',
      '{"file":0,"path":"a","problem":{"code":"CALL_TRAPPED","state":""}}\n',
    ],
    ['an entry that never ends', `{"file":0,"path":"${'a'.repeat(40_000)}"}\n`],
  ])('refuses a list with %s', async (_, list) => {
    await expect(unpack(list)).rejects.toMatchObject({ code: 'QUEUE_MESSAGE_INVALID' });
  });

  it('reads no file of this machine for a path that the list lacks', async () => {
    await writeFile(join(folder, 'own.txt'), 'own');
    const arrived = await unpack('');
    await expect(arrived.read('/data/a.jsonl', 'own.txt')).rejects.toMatchObject({
      code: 'QUEUE_MESSAGE_INVALID',
    });
  });
});
