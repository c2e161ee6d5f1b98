import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { CallCache, type CallCacheOptions, type CacheProblem } from './call-cache.js';
import { type CachedCall, decodeCachedCall, encodeCachedCall } from './cached-call.js';

const BUILT = new URL('../../build/calls/call-cache.js', import.meta.url);
const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
const key = keyOf('a');
const call: CachedCall = {
  answer: { text: 'Paris é😀' },
  finishReason: 'stop',
  usage: { promptTokens: 9, cachedTokens: 4, completionTokens: 12 },
  cost: 0.000_3,
  fuelUsed: 5000,
  metrics: { chunks: 3 },
  latency: { queueMs: 1.5, firstTokenMs: 80, durationMs: 850 },
  answeredAt: 1_790_000_000_000,
};

interface Setting {
  readonly folder: string;
  readonly cache: CallCache;
  readonly problems: CacheProblem[];
  readonly file: string;
}

async function setUp(more: Partial<CallCacheOptions> = {}): Promise<Setting> {
  const folder = join(await temporaryFolder(), 'calls');
  const problems: CacheProblem[] = [];
  const onProblem = (problem: CacheProblem): void => void problems.push(problem);
  const cache = await CallCache.open({ folder, onProblem, ...more });
  const file = join(folder, key.slice(0, 2), `${key.slice(2)}.call`);
  return { folder, cache, problems, file };
}

const filesIn = async (folder: string): Promise<string[]> =>
  await readdir(folder, { recursive: true });

describe('CallCache', () => {
  it('gives back what was written, also to another one on the same folder', async () => {
    const { folder, cache, problems } = await setUp();
    expect(await cache.read(key)).toBeUndefined();
    await cache.write(key, call);
    expect(await cache.read(key)).toEqual(call);
    const other = await CallCache.open({ folder });
    expect(await other.read(key)).toEqual(call);
    expect(await other.read(keyOf('b'))).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('asks once', async () => {
    const { folder, cache } = await setUp();
    let asked = 0;
    const ask = async (): Promise<CachedCall> => {
      asked += 1;
      await new Promise(setImmediate);
      return call;
    };
    const found = await Promise.all([1, 2, 3].map(() => cache.answer(key, ask)));
    expect(found.map(({ source }) => source)).toEqual(['asked', 'shared', 'shared']);
    expect((await cache.answer(key, ask)).source).toBe('cached');
    const other = await CallCache.open({ folder });
    expect(await other.answer(key, ask)).toEqual({ call, source: 'cached' });
    expect(asked).toBe(1);
    expect(cache.counts).toEqual({ hits: 1, misses: 1, shared: 2, written: 1, problems: 0 });
  });

  it('keeps no failure, and tells it to all who wait', async () => {
    const { folder, cache } = await setUp();
    const fail = (): Promise<CachedCall> => Promise.reject(new Error('no'));
    const ends = await Promise.allSettled([cache.answer(key, fail), cache.answer(key, fail)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await filesIn(folder)).toEqual([]);
    expect((await cache.answer(key, async () => call)).source).toBe('asked');
  });

  it('refreshes each answer once', async () => {
    const { folder, cache } = await setUp();
    await cache.write(key, { ...call, answeredAt: 1000 });
    const fresh = await CallCache.open({ folder, mode: 'refresh', freshFrom: 2000 });
    const ask = async (): Promise<CachedCall> => ({ ...call, answeredAt: 2500 });
    expect((await fresh.answer(key, ask)).source).toBe('asked');
    expect((await fresh.answer(key, ask)).source).toBe('cached');
    // Like a run that continues after it was killed.
    const resumed = await CallCache.open({ folder, mode: 'refresh', freshFrom: 2000 });
    expect((await resumed.answer(key, ask)).source).toBe('cached');
    const again = await CallCache.open({ folder, mode: 'refresh' });
    expect((await again.answer(key, ask)).source).toBe('asked');
  });

  it('neither reads nor writes when it is off', async () => {
    const folder = join(await temporaryFolder(), 'calls');
    const cache = await CallCache.open({ folder, mode: 'off' });
    const ask = async (): Promise<CachedCall> => call;
    expect((await cache.answer(key, ask)).source).toBe('asked');
    expect((await cache.answer(key, ask)).source).toBe('asked');
    expect(await cache.read(key)).toBeUndefined();
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lets nobody else read or write, and has neither prompt nor configuration in it', async () => {
    const { folder, cache, file } = await setUp();
    await cache.write(key, call);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [, facts = '', answer = ''] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(answer)).toEqual(call.answer);
    expect(Object.keys(JSON.parse(facts) as object).sort()).toEqual([
      'answeredAt',
      'cost',
      'finishReason',
      'fuelUsed',
      'latency',
      'metrics',
      'usage',
    ]);
  });

  it.each<{ what: string; put: (file: string, intact: Buffer) => unknown; kind?: string }>([
    { what: 'is cut', put: (file, intact) => truncate(file, intact.length - 1) },
    { what: 'is empty', put: (file) => truncate(file, 0) },
    { what: 'has one bit changed', put: (file, intact) => writeFile(file, flipped(intact, 90)) },
    { what: 'has its digest changed', put: (file, intact) => writeFile(file, flipped(intact, 3)) },
    { what: 'goes on', put: (file, intact) => writeFile(file, Buffer.concat([intact, intact])) },
    {
      what: 'is that of another key',
      put: (file) => writeFile(file, Buffer.concat(encodeCachedCall(keyOf('b'), call))),
    },
    {
      what: 'has a wrong shape under a right digest',
      put: (file) => writeFile(file, entryOf(`{"latency":5,"answeredAt":1}\n"x"\n`)),
    },
    { what: 'has no JSON under a right digest', put: (file) => writeFile(file, entryOf('x')) },
    {
      what: 'nests without end',
      put: (file) =>
        writeFile(file, entryOf(`${FACTS}\n${'['.repeat(100_000)}${']'.repeat(100_000)}\n`)),
    },
    {
      what: 'can be written by others',
      put: (file) => chmod(file, 0o666),
      kind: 'foreign',
    },
    {
      what: 'is larger than entries may be',
      put: (file) => truncate(file, 17 * 1024 * 1024),
      kind: 'foreign',
    },
    {
      what: 'is a link to a good one',
      async put(file, intact) {
        await writeFile(`${file}.other`, intact, { mode: 0o600 });
        await rm(file);
        await symlink(`${file}.other`, file);
      },
      kind: 'foreign',
    },
    {
      what: 'is a FIFO',
      async put(file) {
        await rm(file);
        execFileSync('mkfifo', ['-m', '600', file]);
      },
      kind: 'foreign',
    },
    {
      what: 'is a folder',
      async put(file) {
        await rm(file);
        await mkdir(file);
      },
      kind: 'foreign',
    },
  ])('throws away and tells of an entry that $what', async ({ put, kind = 'damaged' }) => {
    const { cache, problems, file } = await setUp();
    await cache.write(key, call);
    await put(file, await readFile(file));
    expect(await cache.read(key)).toBeUndefined();
    expect(problems).toMatchObject([
      { kind, file, message: expect.stringContaining(`Cannot use the paid answer "${file}": `) },
    ]);
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    // The cache continues as if the entry had never been there.
    expect((await cache.answer(key, async () => call)).source).toBe('asked');
    expect((await cache.answer(key, async () => call)).source).toBe('cached');
    expect(problems).toHaveLength(1);
  });

  it('never takes a changed entry for a good one', async () => {
    const intact = Buffer.concat(encodeCachedCall(key, call));
    expect(decodeCachedCall(key, intact)).toEqual(call);
    fc.assert(
      fc.property(
        fc.nat(intact.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(intact.length),
        (at, change, end) => {
          const changed = Buffer.from(intact);
          changed[at]! ^= change;
          expect(() => decodeCachedCall(key, changed)).toThrow(/./);
          expect(() =>
            decodeCachedCall(key, intact.subarray(0, Math.min(end, intact.length - 1))),
          ).toThrow(/./);
        },
      ),
    );
  });

  it('gives back whatever a call can give', () => {
    const facts = fc.record(
      {
        finishReason: fc.string(),
        cost: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        metrics: fc.dictionary(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        usage: fc.record({
          promptTokens: fc.nat(),
          cachedTokens: fc.nat(),
          completionTokens: fc.nat(),
        }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), facts, (answer, more) => {
        const given = { ...call, ...more, answer };
        const bytes = Buffer.concat(encodeCachedCall(key, given));
        expect(decodeCachedCall(key, bytes)).toEqual(JSON.parse(JSON.stringify(given)));
      }),
    );
  });

  it('does not follow a folder that is a link', async () => {
    const { folder, cache, file } = await setUp();
    const elsewhere = await temporaryFolder();
    await symlink(elsewhere, dirname(file));
    await writeFile(
      join(elsewhere, `${key.slice(2)}.call`),
      Buffer.concat(encodeCachedCall(key, call)),
      { mode: 0o600 },
    );
    const other = await CallCache.open({ folder });
    expect(await other.read(key)).toBeUndefined();
    await cache.write(key, call);
    expect((await stat(file)).isFile()).toBe(true);
    expect(await readdir(elsewhere)).toHaveLength(1);
  });

  it('goes on when its folder is removed', async () => {
    const { folder, cache, problems } = await setUp();
    await cache.write(key, call);
    await rm(folder, { recursive: true });
    expect(await cache.read(key)).toBeUndefined();
    await cache.write(key, call);
    expect(await cache.read(key)).toEqual(call);
    expect(problems).toEqual([]);
  });

  it('says that an answer cannot be kept, and gives it', async () => {
    const { cache, problems } = await setUp({ maxEntryBytes: 300 });
    const long = { ...call, answer: 'x'.repeat(300) };
    expect((await cache.answer(key, async () => long)).call).toEqual(long);
    expect(problems).toMatchObject([{ kind: 'too-large' }]);
    const { folder, ...full } = await setUp();
    await writeFile(join(folder, 'in-the-way'), '');
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    expect((await full.cache.answer(key, async () => call)).call).toEqual(call);
    expect(full.problems.map(({ kind }) => kind)).toContain('unwritable');
  });

  it.each([
    {
      what: 'others can write to',
      put: async (folder: string): Promise<void> => {
        await mkdir(folder);
        await chmod(folder, 0o777);
      },
    },
    { what: 'is a file', put: (folder: string): Promise<void> => writeFile(folder, '') },
  ])('refuses a folder that $what', async ({ put }) => {
    const folder = join(await temporaryFolder(), 'calls');
    await put(folder);
    await expect(CallCache.open({ folder })).rejects.toMatchObject({
      code: 'BENCH_CACHE_UNUSABLE',
      message: expect.stringContaining('Cannot keep paid answers in') as unknown,
      file: folder,
    });
  });

  it.each([
    { options: { folder: '' }, code: 'CONFIG_INVALID' },
    { options: { folder: 'x', mode: 'on' }, code: 'CONFIG_INVALID' },
    { options: { folder: 'x', mod: 'off' }, code: 'CONFIG_UNKNOWN_KEY' },
    { options: {}, code: 'CONFIG_INVALID' },
  ])('refuses $options', async ({ options, code }) => {
    await expect(CallCache.open(options as CallCacheOptions)).rejects.toMatchObject({ code });
  });
});

describe('CallCache.prune()', () => {
  /** Entries 0, 1, 2, … of 1,000 bytes more or less, each a second older than the one before. */
  async function fill(cache: CallCache, folder: string, count: number): Promise<number> {
    const now = Date.now();
    for (let index = 0; index < count; index += 1) {
      const name = keyOf(String(index));
      await cache.write(name, { ...call, answer: 'x'.repeat(1000) });
      const at = new Date(now - index * 1000 - 500);
      await utimes(join(folder, name.slice(0, 2), `${name.slice(2)}.call`), at, at);
    }
    return (await cache.stats()).bytes / count;
  }
  const kept = async (cache: CallCache, count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) {
      if ((await cache.read(keyOf(String(index)))) !== undefined) found.push(index);
    }
    return found;
  };

  it('counts', async () => {
    const { cache, folder } = await setUp();
    expect(await cache.stats()).toEqual({
      entries: 0,
      bytes: 0,
      oldestAt: undefined,
      newestAt: undefined,
      unfinished: 0,
      foreign: 0,
    });
    await fill(cache, folder, 10);
    const stats = await cache.stats();
    expect(stats).toMatchObject({ entries: 10, unfinished: 0, foreign: 0 });
    expect(stats.newestAt! - stats.oldestAt!).toBe(9000);
  });

  it('removes by age, then the oldest by size', async () => {
    const { cache, folder } = await setUp();
    const size = await fill(cache, folder, 10);
    expect(await cache.prune({ olderThanMs: 7000 })).toMatchObject({ removed: 3, kept: 7 });
    expect(await kept(cache, 10)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const pruned = await cache.prune({ maxBytes: size * 4 + 10 });
    expect(pruned).toMatchObject({ removed: 3, kept: 4, keptBytes: size * 4 });
    expect(await kept(cache, 10)).toEqual([0, 1, 2, 3]);
    expect(await cache.prune({ olderThanMs: 2000, maxBytes: size })).toMatchObject({ kept: 1 });
    expect(await kept(cache, 10)).toEqual([0]);
    expect(await cache.prune({ maxBytes: 0 })).toMatchObject({ removed: 1, kept: 0 });
  });

  it('removes no more than it must among those of one moment', async () => {
    const { cache, folder } = await setUp();
    const size = await fill(cache, folder, 6);
    for (const name of await filesIn(folder)) {
      if (name.endsWith('.call')) await utimes(join(folder, name), 1000, 1000);
    }
    expect(await cache.prune({ maxBytes: size * 4 })).toMatchObject({ removed: 2, kept: 4 });
  });

  it('removes what killed writers left, and nothing that is not its own', async () => {
    const { cache, folder, file } = await setUp();
    await cache.write(key, call);
    const shard = dirname(file);
    const temporaries = ['0', '1'].map((digit) =>
      join(shard, `.testbench-${digit.repeat(36)}.tmp`),
    );
    for (const path of temporaries) await writeFile(path, 'x');
    await utimes(temporaries[0]!, 1000, 1000);
    const foreign = [join(folder, 'notes.txt'), join(shard, 'notes.txt'), join(folder, 'deep')];
    for (const path of foreign.slice(0, 2)) await writeFile(path, 'x');
    await mkdir(foreign[2]!);
    expect(await cache.stats()).toMatchObject({ entries: 1, unfinished: 2, foreign: 3 });
    expect(await cache.prune({ olderThanMs: 0, maxBytes: 0 })).toMatchObject({ unfinished: 1 });
    for (const path of [...foreign, temporaries[1]!])
      await expect(stat(path)).resolves.toBeDefined();
    expect(await cache.stats()).toMatchObject({ entries: 0, unfinished: 1, foreign: 3 });
  });
});

describe('processes on one cache', () => {
  /** Keeps writing answers under ten keys; reports each round. */
  const writing = (folder: string, who: string): string => `
    import { createHash } from 'node:crypto';
    const { CallCache } = await import(${JSON.stringify(BUILT.href)});
    const cache = await CallCache.open({ folder: ${JSON.stringify(folder)} });
    for (let round = 0; ; round += 1) {
      for (let name = 0; name < 10; name += 1) {
        const key = createHash('sha256').update(String(name)).digest('hex');
        const answer = ${JSON.stringify(who)}.repeat(50_000 + round);
        await cache.write(key, { answer, latency: { queueMs: 0, durationMs: 1 }, answeredAt: 1 });
      }
      console.log(cache.counts.problems);
    }`;

  it('never see half of what another writes, nor what a killed one left', async () => {
    const { folder, cache, problems } = await setUp();
    const start = (
      who: string,
    ): {
      readonly kill: () => Promise<void>;
      readonly said: () => string;
      readonly round: () => Promise<void>;
    } => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writing(folder, who)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      return {
        said: () => said,
        round: () => expect.poll(() => said.split('\n').length, { interval: 5 }).toBeGreaterThan(2),
        async kill() {
          const ended = new Promise((resolve) => {
            child.once('exit', resolve);
          });
          child.kill('SIGKILL');
          await ended;
        },
      };
    };
    const survivor = start('s');
    let read = 0;
    for (let round = 0; round < 4; round += 1) {
      const victim = start('v');
      await victim.round();
      for (let name = 0; name < 10; name += 1) {
        const found = await cache.read(keyOf(String(name)));
        if (found !== undefined) read += 1;
        expect(found?.answer ?? 'ss').toMatch(/^(?:s+|v+)$/);
      }
      await victim.kill();
      expect(victim.said()).toMatch(/^(?:0\n)+$/);
    }
    await survivor.round();
    await survivor.kill();
    expect(survivor.said()).toMatch(/^(?:0\n)+$/);
    expect(read).toBeGreaterThan(30);
    expect(problems).toEqual([]);
    expect(await cache.stats()).toMatchObject({ entries: 10, foreign: 0 });
  });
});

const FACTS = '{"latency":{"queueMs":0,"durationMs":1},"answeredAt":1}';

/** An entry with a correct digest and arbitrary content. */
function entryOf(body: string): Buffer {
  const digest = createHash('sha256').update(`${key}\n${body}`).digest('hex');
  return Buffer.from(`${digest}\n${body}`);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 1;
  return changed;
}
