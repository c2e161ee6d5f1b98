import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalRow, listRuns, type StoredRun } from '@testbench/bench/results';
import {
  type ModelServer,
  type ModelServerOptions,
  serveModels,
} from '@testbench/test-kit/model-server';
import { describe, expect, it } from 'vitest';

import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';
import { readRows } from './__fixtures__/run-bench.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const built =
  existsSync(join(ROOT, 'packages/cli/dist/index.js')) && existsSync(examplePlugin('openai'));
const RECORDS = 120;
/** Each one is a process; CI uses 20. */
const KILLS = Number(process.env['KILLS'] ?? 5);
const CONCURRENCY = 4;

interface Setting extends AsyncDisposable {
  readonly server: ModelServer;
  readonly cwd: string;
}

/** A benchmark that asks a server on loopback. */
async function setUp(
  serving: ModelServerOptions,
  change: object = {},
  records = RECORDS,
): Promise<Setting> {
  const server = await serveModels(serving);
  const cwd = await temporaryFolder();
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({ input: `Say ${n}`, expected: `Say ${n}` }),
  );
  await writeFile(join(cwd, 'data.jsonl'), lines.join('\n'));
  const policy = { secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [server.origin] } } };
  await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
  const config = {
    name: 'asked',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: examplePlugin('openai'),
      config: { base_url: `${server.origin}/v1` },
      permissions: { network: true, allowedHosts: [server.origin] },
      models: ['small'],
    },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    policy: 'policy.json',
    outputDir: 'out',
    ...change,
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return { server, cwd, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** @param blocks Maximum size of files, in blocks of 512 bytes. @default as large as there is room for */
function start(cwd: string, blocks?: number) {
  const limit = blocks === undefined ? '' : `ulimit -f ${blocks}; `;
  const line = [process.execPath, BIN, 'run', 'bench.json'];
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...line], {
    cwd,
    env: { ...process.env, KEY: 'sk-test-of-a-key' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  return { child, ended };
}

async function canonicalRows(run: StoredRun): Promise<string[]> {
  return (await readRows(run)).map(canonicalRow);
}

async function onlyRun(cwd: string): Promise<StoredRun> {
  const runs = await listRuns(join(cwd, 'out'));
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

/** The number of calls that a resumed run reports as lost in flight. */
function toldOf(stderr: string): number {
  return Number(/(\d+) paid calls? (?:was|were) under way/.exec(stderr)?.[1] ?? 0);
}

describe.skipIf(!built)('a run that asks a server (needs `npm run build`)', () => {
  it(`goes on after each of ${KILLS} kills, with the same rows, and asks only for what was under way again`, async () => {
    await using setting = await setUp({ latencyMs: ({ number }) => 20 + (number % 7) * 15 });
    const { server, cwd } = setting;
    let told = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = server.requests.length;
      const { child, ended } = start(cwd);
      // Anywhere within the run's first answers, while calls are in flight.
      const after = before + 1 + ((kill * 7) % 11);
      await expect
        .poll(() => server.requests.length >= after || child.exitCode !== null, { interval: 1 })
        .toBe(true);
      child.kill('SIGKILL');
      const { stderr } = await ended;
      told += toldOf(stderr);
    }
    const { code, stderr } = await start(cwd).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    told += toldOf(stderr);
    const run = await onlyRun(cwd);
    expect(run.isComplete).toBe(true);

    // An undisturbed run of the same plan, in its own folder.
    await using undisturbed = await setUp({});
    expect((await start(undisturbed.cwd).ended).code).toBe(0);
    const whole = await onlyRun(undisturbed.cwd);
    expect(await canonicalRows(run)).toEqual(await canonicalRows(whole));

    const repeated = server.requests.length - RECORDS;
    expect(repeated).toBeLessThanOrEqual(told);
    expect(repeated).toBeGreaterThan(0);
  }, 240_000);

  it('ends with a sentence when its journal has no room, and pays again for nothing that had come', async () => {
    // Answers are small but their journal is not: it is the first file to reach the limit.
    await using setting = await setUp({ latencyMs: 5 }, { concurrency: CONCURRENCY });
    const { server, cwd } = setting;
    const full = await start(cwd, 8).ended;
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(
      /error BENCH_OUTPUT_FAILED: Cannot write results to ".*calls\.log": /,
    );
    expect(full.stderr).not.toMatch(/INTERNAL|EFBIG/);
    const answered = server.bill.answers;
    expect(answered).toBeGreaterThan(10);
    expect(answered).toBeLessThan(RECORDS);
    const { code, stderr } = await start(cwd).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { summary } = await onlyRun(cwd);
    expect(summary).toMatchObject({ records: RECORDS, failedCases: 0 });
    // Calls in flight when it ended may be billed again.
    expect(server.bill.answers).toBeLessThan(RECORDS + CONCURRENCY);
  }, 60_000);

  it('goes on without a cache that has no room, and says so', async () => {
    await using setting = await setUp({ answer: () => 'x'.repeat(3000), latencyMs: 1 }, {}, 3);
    const { cwd, server } = setting;
    const full = await start(cwd, 6).ended;
    expect(full.stderr).toMatch(/Cannot keep the paid answer ".*": it would be too large/);
    expect(full.stderr).not.toContain('INTERNAL');
    expect(server.bill.answers).toBe(3);
  }, 60_000);

  it('keeps 64 calls in flight when told so', async () => {
    await using setting = await setUp({ latencyMs: 300 }, { concurrency: 64 }, 400);
    const { server, cwd } = setting;
    expect((await start(cwd).ended).code).toBe(0);
    expect(server.peak).toBe(64);
    expect(server.requests).toHaveLength(400);
  }, 60_000);

  it('answers every record though 5 % of requests are refused and 2 % fail', async () => {
    const fault: ModelServerOptions['fault'] = ({ number }) => {
      if (number % 20 === 7) return { status: 429, retryAfter: '1' };
      return number % 50 === 11 ? { status: 500 } : undefined;
    };
    await using setting = await setUp({ fault, latencyMs: 5 }, {}, 300);
    const { server, cwd } = setting;
    const { code, stderr } = await start(cwd).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { summary } = await onlyRun(cwd);
    expect(summary).toMatchObject({ records: 300, failedCases: 0 });
    expect(summary?.scores[0]).toMatchObject({ n: 300, mean: 1, errors: 0 });
    expect(server.refused).toBeGreaterThan(10);
    expect(server.bill.answers).toBe(300);
  }, 120_000);
});
