import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { openStoreShare } from '@testbench/bench-queue';
import { createMemoryStore } from '@testbench/registry/stores';

it('a queue can keep its files in a store of artifacts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'testbench-store-share-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const share = openStoreShare(createMemoryStore(), 'team/share');
  const bytes = Buffer.from('{"index":0}\n');
  const file = await share.putBytes(bytes);
  expect(await share.fetch(file, join(folder, 'copy'))).toBe(true);
  expect(await readFile(join(folder, 'copy'))).toEqual(bytes);
  const place = { run: 'sums-0123456789ab', shard: '0-1' };
  expect(await share.putResult(place, bytes)).toEqual(file);
  expect(Buffer.from(await share.readResult(place, file))).toEqual(bytes);
  const other = { ...file, digest: `sha256:${'0'.repeat(64)}` };
  expect(await share.fetch(other, join(folder, 'none'))).toBe(false);
  await expect(share.readResult(place, other)).rejects.toMatchObject({
    code: 'QUEUE_FILE_MISSING',
  });
});
