import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { listRuns } from '@testbench/bench/results';
import { connectQueue } from '@testbench/bench-queue';
import { freePort } from '@testbench/test-kit/free-port';
import { serveModels } from '@testbench/test-kit/model-server';

import { spendBudget } from './budget.ts';
import { tryCommands } from './commands.ts';
import { digestOf, type KilledRun, printKills, runWithKills, summaryOf } from './kills.ts';
import { shareInRegistry } from './registry-share.ts';
import {
  Actor,
  busyProcesses,
  command,
  plugin,
  redis,
  type Scene,
  until,
  writeBenchmark,
} from './scene.ts';

/*
 * A queue over Debian's Redis, whose processes are killed at random moments: nothing may be lost or duplicated, and the bytes must be
 * the same as on one machine, while other processes keep all processors busy. `--full` kills twenty times in 100,000 records; without it the same takes a
 * minute.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { full: { type: 'boolean', default: false }, seed: { type: 'string', default: '7' } },
});
const seed = Number(values.seed);
const size = values.full
  ? { records: 100_000, kills: 20, shardRecords: 500, paid: 3000, paidKills: 9 }
  : { records: 8000, kills: 5, shardRecords: 100, paid: 300, paidKills: 3 };
const REDELIVERY_MS = 5000;
const EPOCHS = values.full ? 5 : 3;

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.log('skipped: there is no redis-server (apt-get install redis-server)');
  process.exit(0);
}

const problems: string[] = [];
const check = (holds: boolean, what: string): void => {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
  if (!holds) problems.push(what);
};
const folder = await mkdtemp(join(tmpdir(), 'testbench-kills-'));
const port = await freePort();
await mkdir(join(folder, 'redis'));
const server = redis(port, join(folder, 'redis'));
const url = `redis://127.0.0.1:${port}`;
try {
  await free({ folder: join(folder, 'free'), url, redis: server });
  await paid({ folder: join(folder, 'paid'), url, redis: server });
  const scene = (name: string): Scene => ({ folder: join(folder, name), url, redis: server });
  await spendBudget(scene('budget'), check);
  await shareInRegistry(scene('registry'), check);
  await tryCommands(scene('commands'), check);
  await secured(join(folder, 'secured'));
  await versions({ folder: join(folder, 'versions'), url, redis: server });
} finally {
  await server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.log(`\n${problems.length} checks failed`);
  process.exit(1);
}
console.log('\nnothing lost, nothing twice, same bytes');

function checkRedelivery({ kills }: KilledRun): void {
  const times = kills.flatMap(({ redeliveryMs }) => redeliveryMs ?? []);
  const longest = Math.max(0, ...times);
  check(longest < REDELIVERY_MS, `redelivery after ${(longest / 1000).toFixed(2)} s at most`);
}

/** Plugins without paid answers: every byte must be the same. */
async function free(scene: Scene): Promise<void> {
  await writeBenchmark(scene.folder, size.records, {
    name: 'free',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
    // So that there is time for all kills.
    epochs: EPOCHS,
  });
  const one = await new Actor(() =>
    command(['run', 'bench.json', '--output-dir', 'one'], scene.folder),
  ).ended;
  if (one.code !== 0) throw new Error(one.text);
  const [whole] = await listRuns(join(scene.folder, 'one'));
  using load = busyProcesses();
  const killed = await runWithKills(scene, {
    ...size,
    expectedMs: values.full ? 50_000 : 8000,
    seed,
    workerArgs: ['--isolation', 'thread'],
  });
  printKills(`${size.records} records, three workers, ${load.count} busy processes`, killed);
  const [expected, found] = [await digestOf(whole!), await digestOf(killed.run)];
  check(found.rows === size.records * EPOCHS, `${found.rows} rows, none of them twice`);
  check(
    found.bytes === expected.bytes,
    `rows have the bytes of one machine: ${found.bytes.slice(0, 16)}`,
  );
  check(
    (await summaryOf(killed.run.path)) === (await summaryOf(whole!.path)),
    'so has the summary',
  );
  const running = killed.kills.filter(({ at }) => at < size.records).length;
  // On a busy machine the last kills come after all rows are there.
  check(running > 0, `${running} of ${killed.kills.length} kills while records were missing`);
  checkRedelivery(killed);
}

/** A paid provider: an answer that was received and kept is never requested again. */
async function paid(scene: Scene): Promise<void> {
  /** When each question was answered, by the server's clock. */
  const answered = new Map<string, number>();
  const again: string[] = [];
  let settledBefore = 0;
  await using models = await serveModels({
    latencyMs: 15,
    answer: ({ body }) => {
      const text = JSON.stringify(body).match(/Say \d+/)?.[0] ?? '';
      const at = answered.get(text);
      // Answers of the last half second before a kill may still have been in transit.
      if (at !== undefined && at < settledBefore) again.push(text);
      answered.set(text, performance.now());
      return text;
    },
  });
  const grants = { network: true, allowedHosts: [models.origin] };
  await writeBenchmark(scene.folder, size.paid, {
    name: 'paid',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: plugin('openai'),
      config: { base_url: `${models.origin}/v1` },
      permissions: grants,
      models: ['small'],
      calls: { concurrency: 4 },
    },
    evaluators: [{ plugin: plugin('exact-match') }],
    policy: 'policy.json',
  });
  const policy = {
    plugins: [{ name: 'openai', digest: 'any', permissions: grants }],
    secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [models.origin] } },
  };
  await writeFile(join(scene.folder, 'policy.json'), JSON.stringify(policy));
  using load = busyProcesses();
  const killed = await runWithKills(scene, {
    records: size.paid,
    kills: size.paidKills,
    expectedMs: values.full ? 30_000 : 5000,
    shardRecords: Math.ceil(size.paid / 30),
    seed: seed + 1,
    workerArgs: ['--isolation', 'thread', '--policy', 'policy.json'],
    env: { KEY: 'sk-test-of-a-key' },
    onKill: () => {
      settledBefore = performance.now() - 500;
    },
  });
  printKills(`${size.paid} paid answers, three workers, ${load.count} busy processes`, killed);
  const found = await digestOf(killed.run);
  const repeated = models.bill.answers - size.paid;
  const workers = killed.kills.filter(({ what }) => what.startsWith('worker')).length;
  // While Redis is down, no worker can claim that a shard is its own, and another one may begin it: each has four calls in flight.
  const lost = workers + 3 * killed.kills.filter(({ what }) => what === 'Redis').length;
  check(found.rows === size.paid, `${found.rows} rows, none of them twice`);
  check(again.length === 0, `${again.length} answers that had arrived were paid for again`);
  check(
    repeated <= lost * 4,
    `${repeated} answers that were under way were asked for again, of ${lost * 4} that could be`,
  );
  checkRedelivery(killed);
}

/** A worker of another version takes no shard, and reports why. */
async function versions(scene: Scene): Promise<void> {
  await writeBenchmark(scene.folder, 20, {
    name: 'versions',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
  });
  const place = ['--queue', scene.url, '--share', join(scene.folder, 'share')];
  const coordinator = new Actor(() => command(['run', 'bench.json', ...place], scene.folder));
  const client = await connectQueue({ url: scene.url });
  const worker = async (): Promise<Actor> =>
    new Actor(() => command(['worker', ...place, '--isolation', 'thread'], scene.folder));
  try {
    await until(async () => (await client.zcard('testbench:runs')) === 1, 'the run', 30_000);
    const [run] = await client.zrange('testbench:runs', 0, -1);
    const key = `testbench:run:${run}`;
    const record = await client.get(key);
    const { rewrite } = JSON.parse(record!) as { rewrite: number };
    await client.set(key, record!.replace(`"rewrite":${rewrite}`, `"rewrite":${rewrite + 1}`));
    const other = await worker();
    await until(
      async () => (await client.hlen(`testbench:refusals:${run}`)) === 1,
      'a refusal',
      30_000,
    );
    const [reason] = await client.hvals(`testbench:refusals:${run}`);
    await other.kill('SIGTERM');
    check(reason!.startsWith('QUEUE_VERSION'), `another version is refused: ${reason}`);
    await client.set(key, record!);
    const same = await worker();
    const { code } = await coordinator.ended;
    await same.kill('SIGTERM');
    const drained = await same.ended;
    check(code === 0 && drained.code === 0, 'the same version does the run, and SIGTERM drains it');
  } finally {
    client.disconnect();
    await coordinator.kill('SIGKILL');
  }
}

/** A server with TLS and a password: neither is shown, and neither can be omitted. */
async function secured(place: string): Promise<void> {
  const records = 40;
  const password = 'correct-horse-battery';
  await writeBenchmark(place, records, {
    name: 'secured',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
  });
  const made = spawnSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'.split(
      ' ',
    ),
    { cwd: place, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const tlsPort = await freePort();
  const files = [
    '--tls-cert-file',
    'cert.pem',
    '--tls-key-file',
    'key.pem',
    '--tls-auth-clients',
    'no',
  ];
  const guarded = redis(0, place, [
    '--tls-port',
    `${tlsPort}`,
    ...files,
    '--requirepass',
    password,
  ]);
  const at = (secret: string): string => `rediss://:${secret}@localhost:${tlsPort}`;
  const open = ['--queue-ca', 'cert.pem', '--share', 'share'];
  const status = async (...args: string[]) =>
    await new Actor(() => command(['queue', 'status', ...args], place)).ended;
  try {
    const worker = new Actor(() =>
      command(['worker', '--queue', at(password), ...open, '--isolation', 'thread'], place),
    );
    const run = new Actor(() =>
      command(['run', 'bench.json', '--queue', `rediss://localhost:${tlsPort}`, ...open], place, {
        TESTBENCH_QUEUE_PASSWORD: password,
      }),
    );
    const { code, text } = await run.ended;
    await worker.kill('SIGTERM');
    const drained = await worker.ended;
    check(code === 0, 'a run over rediss:// with a password');
    const wrong = await status('--queue', at('wrong-horse'), '--queue-ca', 'cert.pem');
    const unknown = await status('--queue', at(password));
    const refused = [wrong, unknown].every(
      (end) => end.code === 1 && end.text.includes('QUEUE_UNREACHABLE'),
    );
    check(refused, 'a wrong password and an unknown authority are refused');
    const said = [text, drained.text, wrong.text, unknown.text].join('\n');
    check(!/correct-horse|wrong-horse/.test(said), 'no password is shown');
  } finally {
    await guarded.kill('SIGKILL');
  }
}
