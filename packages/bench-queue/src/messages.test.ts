import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { openFolderShare } from './folder-share.js';
import { checkJob, readJob } from './job.js';
import { readOutcome } from './message.js';
import { redisOptions, shownAddress } from './redis-url.js';
import { readRunDocument } from './run-document.js';

const PLAN = `sha256:${'a'.repeat(64)}`;
const JOB = { v: 1, run: 'sums-0123456789ab', plan: PLAN, from: 0, to: 10 };
const invalid = expect.objectContaining({ code: 'QUEUE_MESSAGE_INVALID' }) as Error;

describe('readJob()', () => {
  it('takes what ours send', () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    expect(readJob({ ...JOB, traceparent })).toEqual({ ...JOB, traceparent });
  });

  it.each([
    ['nothing', undefined],
    ['a list', [JOB]],
    ['a text that is no JSON', '{'],
    ['another version', { ...JOB, v: 2 }],
    ['a key that nobody knows', { ...JOB, path: '/etc/passwd' }],
    ['a key of the prototype', JSON.parse(`{"__proto__":{"v":1},${JSON.stringify(JOB).slice(1)}`)],
    ['the name of a prototype as its run', { ...JOB, run: 'constructor' }],
    ['a path as its run', { ...JOB, run: '../../etc-0123456789ab' }],
    ['no digest', { ...JOB, plan: 'sha256:../..' }],
    ['an empty range', { ...JOB, from: 10 }],
    ['a range that ends before it begins', { ...JOB, from: 11 }],
    ['a range below 0', { ...JOB, from: -1 }],
    ['a range that is too large', { ...JOB, to: 200_000 }],
    ['a fraction', { ...JOB, to: 1.5 }],
    ['a trace context that is none', { ...JOB, traceparent: 'x'.repeat(55) }],
    ['more than 2 kB', { ...JOB, run: `${'a'.repeat(3000)}-0123456789ab` }],
  ])('refuses %s', (_, data) => {
    expect(() => readJob(data)).toThrow(invalid);
  });

  it('compares a job with the run of its queue', () => {
    const run = { run: JOB.run, plan: PLAN, records: 10 };
    expect(() => checkJob(readJob(JOB), run)).not.toThrow();
    for (const other of [
      { ...JOB, run: 'other-0123456789ab' },
      { ...JOB, plan: `sha256:${'b'.repeat(64)}` },
      { ...JOB, to: 11 },
    ]) {
      expect(() => checkJob(readJob(other), run)).toThrow(invalid);
    }
  });
});

describe('readOutcome() and readRunDocument()', () => {
  it('refuse what ours do not send', () => {
    expect(() => readOutcome({ digest: PLAN })).toThrow(invalid);
    const document = { v: 1, plan: PLAN, config: {}, plugins: [], data: [], sources: [] };
    expect(readRunDocument(JSON.stringify(document))).toEqual(document);
    for (const change of [
      { data: [{ digest: PLAN, bytes: 1, name: '../x.jsonl' }] },
      { data: [{ digest: PLAN, bytes: 1, name: '..' }] },
      { plugins: [{ digest: PLAN, bytes: 1, places: ['providers[0].__proto__'] }] },
      { sources: ['file:///etc'] },
      { sources: ['https://name:secret@example.com'] },
      { sources: Array.from({ length: 5 }, () => 'https://example.com') },
    ]) {
      expect(() => readRunDocument(JSON.stringify({ ...document, ...change }))).toThrow(invalid);
    }
  });
});

describe('redisOptions()', () => {
  it('reads an address, and shows it without its secrets', () => {
    const url = 'rediss://worker:s%2Fecret@queue.example:6380/2';
    expect(redisOptions({ url })).toMatchObject({
      host: 'queue.example',
      port: 6380,
      db: 2,
      username: 'worker',
      password: 's/ecret',
      tls: { servername: 'queue.example' },
    });
    expect(shownAddress({ url })).toBe('rediss://queue.example:6380/2');
    expect(redisOptions({ url: 'redis://h', password: 'p' })).toMatchObject({ password: 'p' });
  });

  it.each([
    'http://h',
    'queue',
    'redis://name:hunter2@h/x',
    'redis://name:hunter2@h/1?tls=no',
    'redis://:hunter2@',
  ])('refuses %s without its secrets', (url) => {
    const refusal = expect.objectContaining({
      code: 'QUEUE_URL_INVALID',
      message: expect.not.stringContaining('hunter2') as string,
    }) as Error;
    expect(() => redisOptions({ url })).toThrow(refusal);
  });
});

describe('openFolderShare()', () => {
  it('gives what was put there, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'testbench-share-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const share = openFolderShare(join(folder, 'share'));
    const place = { run: 'sums-0123456789ab', shard: '0-10' };
    const bytes = Buffer.from('{"index":0}\n');
    const file = await share.putResult(place, bytes);
    expect(Buffer.from(await share.readResult(place, file))).toEqual(bytes);
    const path = join(folder, 'share/results', place.run, place.shard, file.digest.slice(7));
    await writeFile(path, '{"index":1}\n');
    const damaged = { code: 'QUEUE_FILE_DAMAGED' };
    await expect(share.readResult(place, file)).rejects.toMatchObject(damaged);
    await rm(path);
    await writeFile(join(folder, 'secret'), bytes);
    await symlink(join(folder, 'secret'), path);
    await expect(share.readResult(place, file)).rejects.toMatchObject(damaged);
    // The process that makes the file again replaces the file that was put there.
    await rm(path);
    await share.putResult(place, bytes);
    expect(Buffer.from(await share.readResult(place, file))).toEqual(bytes);
    for (const other of [
      { run: '../..', shard: '0-10' },
      { run: place.run, shard: '../0-10' },
      { run: place.run, shard: '10-0' },
    ]) {
      await expect(share.readResult(other, file)).rejects.toBeInstanceOf(RangeError);
    }
    await expect(
      share.readResult(place, { digest: 'sha256:../../secret', bytes: 1 }),
    ).rejects.toBeInstanceOf(RangeError);
    const stored = await share.putBytes(bytes);
    expect(await share.fetch(stored, join(folder, 'copy'))).toBe(true);
    expect(await share.fetch({ ...stored, digest: PLAN }, join(folder, 'none'))).toBe(false);
    await writeFile(join(folder, 'share/files/sha256', stored.digest.slice(7)), '{"index":9}\n');
    await expect(share.fetch(stored, join(folder, 'other'))).rejects.toMatchObject(damaged);
  });
});
