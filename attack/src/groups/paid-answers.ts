import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { CallCache, type CachedCall } from '@testbench/bench/calls';

import { LATE_MS } from '../arena.ts';
import { type Attack, insist, NotContained } from '../attack.ts';

const ROW = 141;
const TiB = 2 ** 40;
const KEY = createHash('sha256').update('a').digest('hex');
const RIGHT: CachedCall = {
  answer: 'right',
  latency: { queueMs: 0, durationMs: 1 },
  answeredAt: 1,
};
const FACTS = '{"latency":{"queueMs":0,"durationMs":1},"answeredAt":1}';

/** An entry with a correct digest, whatever its content. */
function entryOf(body: string, key = KEY): string {
  return `${createHash('sha256').update(`${key}\n${body}`).digest('hex')}\n${body}`;
}

function sparse(path: string, bytes: number): void {
  const file = openSync(path, 'w', 0o600);
  ftruncateSync(file, bytes);
  closeSync(file);
}

/** A place to attack: the path of an entry, its original content, and a file that does not belong to the cache. */
interface Place {
  readonly path: string;
  readonly intact: Buffer;
  readonly victim: string;
}

/** What is put where an entry, or its folder, should be. */
const KINDS: Readonly<Record<string, (place: Place) => void>> = {
  'a link to a file of this user': ({ path, victim }) => symlinkSync(victim, path),
  'a link to an endless device': ({ path }) => symlinkSync('/dev/zero', path),
  'a link to itself': ({ path }) => symlinkSync(path, path),
  'a FIFO': ({ path }) => void execFileSync('mkfifo', ['-m', '600', path]),
  'an empty directory': ({ path }) => mkdirSync(path, { mode: 0o700 }),
  'a directory that is not empty': ({ path }) => {
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, 'x'), '');
  },
  'a tebibyte of zeros': ({ path }) => sparse(path, TiB),
  'nothing but a digest': ({ path }) => writeFileSync(path, entryOf(''), { mode: 0o600 }),
  'an entry of another key': ({ path }) => {
    const other = createHash('sha256').update('b').digest('hex');
    writeFileSync(path, entryOf(`${FACTS}\n"wrong"\n`, other), { mode: 0o600 });
  },
  'an entry that others can write to': ({ path }) => {
    writeFileSync(path, entryOf(`${FACTS}\n"wrong"\n`));
    chmodSync(path, 0o666);
  },
  'a right digest and brackets without end': ({ path }) => {
    const body = `${FACTS}\n${'['.repeat(4_000_000)}\n`;
    writeFileSync(path, entryOf(body), { mode: 0o600 });
  },
  'a right digest and an answer of a million levels': ({ path }) => {
    const levels = 1_000_000;
    const body = `${FACTS}\n${'['.repeat(levels)}${']'.repeat(levels)}\n`;
    writeFileSync(path, entryOf(body), { mode: 0o600 });
  },
  'a right digest and facts of wrong types': ({ path }) => {
    const body = `{"latency":{"queueMs":"0","durationMs":{}},"answeredAt":-1,"__proto__":{"a":1}}\n"wrong"\n`;
    writeFileSync(path, entryOf(body), { mode: 0o600 });
  },
  'in a folder that is a link to somewhere else': ({ path, victim, intact }) => {
    const elsewhere = join(dirname(victim), 'elsewhere');
    renameSync(dirname(path), elsewhere);
    writeFileSync(join(elsewhere, 'precious.txt'), 'mine');
    writeFileSync(
      join(elsewhere, path.slice(path.lastIndexOf('/') + 1)),
      intact.toString().replace('right', 'wrong'),
    );
    symlinkSync(elsewhere, dirname(path));
  },
  'in a folder that is a file': ({ path }) => {
    rmSync(dirname(path), { recursive: true });
    writeFileSync(dirname(path), 'x');
  },
};

const contents = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().join();

/** Row 141: the content of the folder of paid answers costs a call at most, and leads nowhere. */
export const paidAnswers: readonly Attack[] = [
  ...Object.entries(KINDS).map(([name, put]): Attack => ({
    row: ROW,
    name: `a paid answer that is ${name}`,
    modes: ['host'],
    async run() {
      const root = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
      try {
        const folder = join(root, 'cache');
        const victim = join(root, 'victim.txt');
        writeFileSync(victim, 'secret');
        await (await CallCache.open({ folder })).write(KEY, RIGHT);
        const path = join(folder, KEY.slice(0, 2), `${KEY.slice(2)}.call`);
        const intact = readFileSync(path);
        rmSync(path);
        put({ path, intact, victim });
        const outside = contents(root)
          .split(',')
          .filter((entry) => !entry.startsWith('cache'));
        const started = performance.now();
        const cache = await CallCache.open({ folder });
        const ask = async (): Promise<CachedCall> => RIGHT;
        const found = await cache.answer(KEY, ask);
        await cache.stats();
        await cache.prune({ olderThanMs: 0, maxBytes: 0 });
        const lateMs = performance.now() - started;
        insist(found.call.answer === 'right', 'a wrong answer');
        insist(found.source === 'asked', 'the entry was taken');
        insist(readFileSync(victim, 'utf8') === 'secret', 'the file that it leads to is changed');
        const after = contents(root)
          .split(',')
          .filter((entry) => !entry.startsWith('cache'));
        insist(after.join() === outside.join(), `outside: ${after.join()}`);
        if (lateMs > LATE_MS) throw new NotContained(`it took ${lateMs.toFixed(0)} ms`);
        return `asked again; ${cache.counts.problems} told`;
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    },
  })),
  {
    row: ROW,
    name: 'a folder of paid answers that others can write to',
    modes: ['host'],
    async run() {
      const root = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
      try {
        for (const mode of [0o777, 0o720, 0o702]) {
          chmodSync(root, mode);
          const code = await CallCache.open({ folder: root }).then(
            () => 'it was opened',
            (error: { readonly code?: string }) => error.code,
          );
          insist(code === 'BENCH_CACHE_UNUSABLE', `mode ${mode.toString(8)}: ${code}`);
        }
        return 'BENCH_CACHE_UNUSABLE';
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    },
  },
  {
    row: ROW,
    name: "pruning a folder that holds somebody's files",
    modes: ['host'],
    async run() {
      const root = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
      try {
        const names = ['thesis.txt', 'ab/notes.call', `ab/${'g'.repeat(62)}.call`, 'ab/x.tmp'];
        mkdirSync(join(root, 'ab'), { mode: 0o700 });
        for (const name of names) {
          writeFileSync(join(root, name), 'mine');
          utimesSync(join(root, name), 1, 1);
        }
        const before = contents(root);
        const cache = await CallCache.open({ folder: root });
        const { removed } = await cache.prune({ olderThanMs: 0, maxBytes: 0 });
        insist(removed === 0 && contents(root) === before, contents(root));
        return 'only its own names are removed';
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    },
  },
];
