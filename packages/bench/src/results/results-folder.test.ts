import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkSummary } from './benchmark-summary.js';
import { ResultsFolder } from './results-folder.js';

const row = { index: 0, line: 1, model: 'm', input: 'q', scores: {} };
const summary = { name: 'test' } as BenchmarkSummary;

describe('ResultsFolder', () => {
  it('writes both files, with the digest of the one in the other', async () => {
    const path = join(await temporaryFolder(), 'a', 'b');
    const folder = await ResultsFolder.create(path, { inputs: [] });
    await folder.addRow(row);
    expect(await readFile(join(path, 'results.jsonl'), 'utf8').catch(() => 'none')).toBe('none');
    const { resultsDigest } = await folder.publish(summary);
    await folder.discard();
    const rows = await readFile(join(path, 'results.jsonl'));
    expect(resultsDigest).toBe(`sha256:${createHash('sha256').update(rows).digest('hex')}`);
    const written = await readFile(join(path, 'summary.json'), 'utf8');
    expect(JSON.parse(written)).toEqual({ name: 'test', resultsDigest });
    expect((await readdir(path)).sort()).toEqual(['results.jsonl', 'summary.json']);
  });

  it('leaves the old files if one of the new ones cannot get its name', async () => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'results.jsonl'), 'old');
    const folder = await ResultsFolder.create(path, { inputs: [] });
    await folder.addRow(row);
    await mkdir(join(path, 'summary.json'));
    await expect(folder.publish(summary)).rejects.toMatchObject({ code: 'BENCH_OUTPUT_FAILED' });
    await folder.discard();
    expect(await readFile(join(path, 'results.jsonl'), 'utf8')).toBe('old');
    expect((await readdir(path)).sort()).toEqual(['results.jsonl', 'summary.json']);
  });

  it.each([
    { name: 'a file', make: (path: string) => writeFile(path, '') },
    {
      name: 'a folder called summary.json',
      make: (path: string) => mkdir(join(path, 'summary.json'), { recursive: true }),
    },
    {
      name: 'two names for one file',
      make: async (path: string) => {
        await mkdir(path);
        await writeFile(join(path, 'results.jsonl'), '');
        await link(join(path, 'results.jsonl'), join(path, 'summary.json'));
      },
    },
    {
      name: 'a link to the data set',
      make: async (path: string) => {
        await mkdir(path);
        await writeFile(join(path, '..', 'data.jsonl'), '');
        await symlink('../data.jsonl', join(path, 'results.jsonl'));
      },
    },
  ])('refuses $name beforehand', async ({ make }) => {
    const base = await temporaryFolder();
    const path = join(base, 'out');
    await make(path);
    const inputs = [{ path: join(base, 'data.jsonl'), what: 'the data set' }];
    await expect(ResultsFolder.check(path, { inputs })).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
    });
  });
});
