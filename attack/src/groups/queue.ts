import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { checkJob, connectQueue, openFolderShare, readJob } from '@testbench/bench-queue';
import { PluginError } from '@testbench/types/errors';

import { type Attack, insist } from '../attack.ts';

const PLAN = `sha256:${'a'.repeat(64)}`;
const RUN = { run: 'sums-0123456789ab', plan: PLAN, records: 1000 };
const JOB = { v: 1, run: RUN.run, plan: PLAN, from: 0, to: 10 };
const PLACE = { run: RUN.run, shard: '0-10' };
const ROWS = Buffer.from('{"index":0}\n');

/** The error with which a forged job is refused; it must be one of our messages, and quick. */
function refusalOf(data: unknown): string {
  try {
    checkJob(readJob(data), RUN);
  } catch (error) {
    return PluginError.is(error) ? error.code : `no error of ours: ${String(error)}`;
  }
  return 'taken';
}

function refuses(jobs: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(jobs);
  for (const name of names) {
    const found = refusalOf(jobs[name]);
    insist(found === 'QUEUE_MESSAGE_INVALID', `${name}: ${found}`);
  }
  return `QUEUE_MESSAGE_INVALID: ${names.join(', ')}`;
}

/** A share with the rows of one shard, and a file besides it. */
async function withShare(
  action: (scene: {
    readonly share: ReturnType<typeof openFolderShare>;
    readonly file: { readonly digest: string; readonly bytes: number };
    readonly path: string;
    readonly secret: string;
  }) => Promise<string>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-queue-'));
  try {
    const share = openFolderShare(join(folder, 'share'));
    const file = await share.putResult(PLACE, ROWS);
    const hex = createHash('sha256').update(ROWS).digest('hex');
    const path = join(folder, 'share/results', PLACE.run, PLACE.shard, hex);
    const secret = join(folder, 'secret');
    writeFileSync(secret, ROWS);
    return await action({ share, file, path, secret });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (PluginError.is(error)) return error.code;
    return error instanceof RangeError ? 'RangeError' : String(error);
  }
  return 'taken';
}

/** Rows 340 to 344: what comes through Redis, and from a folder that others can write to. */
export const queueRows: readonly Attack[] = [
  {
    row: 340,
    name: 'jobs that are too large, or have names of a prototype',
    modes: ['host'],
    run: () =>
      refuses({
        'a run of a megabyte': { ...JOB, run: `${'a'.repeat(1_000_000)}-0123456789ab` },
        'a key of the prototype': JSON.parse('{"__proto__":{"v":1},"v":1}'),
        'constructor as the run': { ...JOB, run: 'constructor' },
        'a key more': { ...JOB, isolation: 'inline' },
        'no object': [JOB],
        'deep lists': JSON.parse(`${'['.repeat(900)}${']'.repeat(900)}`),
      }),
  },
  {
    row: 341,
    name: 'jobs that name paths in place of runs and digests',
    modes: ['host'],
    run: () =>
      refuses({
        'a run above': { ...JOB, run: '../../../etc/passwd-0123456789ab' },
        'an absolute run': { ...JOB, run: '/etc-0123456789ab' },
        'a NUL': { ...JOB, run: 'a\0b-0123456789ab' },
        'a digest that is a path': { ...JOB, plan: `sha256:${'../'.repeat(21)}x` },
      }),
  },
  {
    row: 342,
    name: 'jobs of ranges out of order, and of another run or plan',
    modes: ['host'],
    run: () =>
      refuses({
        'an end before the beginning': { ...JOB, from: 10, to: 5 },
        'no record': { ...JOB, to: 0 },
        'behind the last record': { ...JOB, from: 995, to: 1005 },
        'a billion records': { ...JOB, to: 1_000_000_000 },
        'half a record': { ...JOB, from: 0.5 },
        'no number': { ...JOB, to: '10' },
        'a foreign run': { ...JOB, run: 'other-0123456789ab' },
        'another digest': { ...JOB, plan: `sha256:${'b'.repeat(64)}` },
      }),
  },
  {
    row: 343,
    name: 'results that somebody replaced in the shared folder',
    modes: ['host'],
    run: async () =>
      await withShare(async ({ share, file, path, secret }) => {
        const read = (): Promise<unknown> => share.readResult(PLACE, file);
        const tricks: Readonly<Record<string, () => void>> = {
          'other rows': () => writeFileSync(path, '{"index":1}\n'),
          'more rows': () => writeFileSync(path, Buffer.concat([ROWS, ROWS])),
          'a link': () => symlinkSync(secret, path),
          'a pipe': () => execFileSync('mkfifo', [path]),
          'a folder': () => mkdirSync(path),
        };
        for (const [name, trick] of Object.entries(tricks)) {
          rmSync(path, { recursive: true, force: true });
          trick();
          const code = await codeOf(read);
          insist(code === 'QUEUE_FILE_DAMAGED', `${name}: ${code}`);
        }
        rmSync(path, { recursive: true, force: true });
        const gone = await codeOf(read);
        insist(gone === 'QUEUE_FILE_MISSING', `nothing: ${gone}`);
        return `QUEUE_FILE_DAMAGED: ${Object.keys(tricks).join(', ')}`;
      }),
  },
  {
    row: 343,
    name: 'names of results and files that lead out of the shared folder',
    modes: ['host'],
    run: async () =>
      await withShare(async ({ share, file, path }) => {
        const out = dirname(dirname(dirname(path)));
        const tricks: readonly (() => Promise<unknown>)[] = [
          () => share.readResult({ run: '../..', shard: '0-10' }, file),
          () => share.putResult({ run: RUN.run, shard: '../../x' }, ROWS),
          () => share.putResult({ run: '/tmp', shard: '0-10' }, ROWS),
          () => share.fetch({ digest: 'sha256:../../../secret', bytes: 12 }, join(out, 'copy')),
        ];
        for (const [number, trick] of tricks.entries()) {
          const code = await codeOf(trick);
          insist(code === 'RangeError', `trick ${number}: ${code}`);
        }
        return 'only names of runs, shards and digests become paths';
      }),
  },
  {
    row: 344,
    name: 'a password of the queue in what is said of it',
    modes: ['host'],
    async run() {
      const secret = 'hunter2';
      for (const url of [
        `http://me:${secret}@queue`,
        `redis://me:${secret}@queue/x`,
        `redis://me:${secret}@queue:6379?tls=1`,
        `redis://me:${secret}@`,
      ]) {
        const said = await connectQueue({ url }).then(
          () => 'connected',
          (error: unknown) => `${String(error)} ${JSON.stringify(error)}`,
        );
        insist(said.includes('QueueError') && !said.includes(secret), said);
      }
      return 'addresses are refused without their secrets';
    },
  },
];
