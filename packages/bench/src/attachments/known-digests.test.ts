import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { runPlan, type RunResult } from '../run/run-plan.js';

const NOW = Date.now();

describe('digests of attachments that an earlier process found', () => {
  let folder: string;
  let kept: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    kept = join(folder, 'out', '.attachments');
    await writeFile(join(folder, 'a.txt'), 'one');
    await writeFile(join(folder, 'b.txt'), 'two');
    const records = ['a.txt', 'b.txt'].map((file) => JSON.stringify({ input: file, file }));
    await writeFile(join(folder, 'data.jsonl'), records.join('\n'));
    // Files that have just been changed are not trusted.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW + 60_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const run = async (change = {}): Promise<RunResult> =>
    await runPlan(
      {
        name: 'known',
        dataset: { path: join(folder, 'data.jsonl'), attachments: ['file'] },
        provider: { plugin: '/see.wasm', models: ['m'] },
        evaluators: [{ plugin: '/look.wasm' }],
        outputDir: join(folder, 'out'),
        ...change,
      },
      {
        system: new ScriptedSystem({
          see: ['provider', () => ({ text: 'seen', model: 'm' }), 'files'],
          look: ['evaluator', () => ({ score: 1 }), 'files'],
        }),
      },
    );
  const entry = async (): Promise<string> => join(kept, (await readdir(kept))[0]!);

  it('are used as long as the files are the same, and give the same plan', async () => {
    const first = await run();
    const before = await readFile(await entry());
    expect(before).toHaveLength(2 * 72);
    expect((await run()).plan.digest).toBe(first.plan.digest);
    expect(await readFile(await entry())).toEqual(before);
  });

  it('are not used for a file whose content, but neither size nor time, has changed', async () => {
    const first = await run();
    const times = new Date(NOW - 5000);
    await utimes(join(folder, 'a.txt'), times, times);
    const second = await run();
    expect(second.plan.digest).toBe(first.plan.digest);
    await writeFile(join(folder, 'a.txt'), 'won');
    await utimes(join(folder, 'a.txt'), times, times);
    const third = await run();
    expect(third.plan.digest).not.toBe(first.plan.digest);
    expect(third.summary.failedCases).toBe(0);
  });

  it('decide nothing: a wrong one is an error of its record, once', async () => {
    const first = await run();
    const path = await entry();
    const bytes = await readFile(path);
    bytes[40] = bytes[40]! ^ 1;
    await writeFile(path, bytes);
    const second = await run();
    expect(second.plan.digest).not.toBe(first.plan.digest);
    expect(second.summary.failures?.[0]?.code).toBe('BENCH_ATTACHMENT_CHANGED');
    expect(second.summary.failedCases).toBe(1);
    expect(await readdir(kept)).toEqual([]);
    expect((await run()).plan.digest).toBe(first.plan.digest);
  });

  it('are not kept for files that have just been changed, and not without a cache', async () => {
    await run({ cache: 'off' });
    await expect(readdir(kept)).rejects.toMatchObject({ code: 'ENOENT' });
    vi.setSystemTime(NOW);
    await run();
    await expect(readdir(kept)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['cut short', Buffer.alloc(100)],
    ['of something else', Buffer.from('hello')],
  ])('are made again if the file is %s', async (_, content) => {
    const first = await run();
    const path = await entry();
    const before = await readFile(path);
    await writeFile(path, content);
    expect((await run()).plan.digest).toBe(first.plan.digest);
    expect(await readFile(path)).toEqual(before);
  });
});
