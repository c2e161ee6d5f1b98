import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connectQueue, queueStatus } from '@testbench/bench-queue';
import { freePort } from '@testbench/test-kit/free-port';
import { serveModels } from '@testbench/test-kit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';

import { receiveOtlp, spanTree } from './__fixtures__/otlp-receiver.js';
import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const built = existsSync(join(ROOT, 'packages/cli/dist/index.js'));
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const SDK = join(ROOT, 'packages/cli/node_modules/@opentelemetry/sdk-node');
const RECORDS = 15;

interface Started {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly ended: Promise<number | null>;
}

function start(command: string, args: readonly string[], cwd: string, env: object = {}): Started {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NODE_PATH: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, text: () => text, ended };
}

/** A folder with a benchmark and the SDK. */
async function project(origin: string): Promise<string> {
  const cwd = await temporaryFolder();
  const rows = Array.from({ length: RECORDS }, (_, n) =>
    JSON.stringify({ input: `${n}`, expected: `${n}` }),
  );
  await writeFile(join(cwd, 'data.jsonl'), rows.join('\n'));
  const grants = { network: true, allowedHosts: [origin] };
  const config = {
    name: 'spread',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: examplePlugin('openai'),
      config: { base_url: `${origin}/v1` },
      permissions: grants,
      models: ['small'],
    },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    policy: 'policy.json',
  };
  const policy = {
    plugins: [{ name: 'openai', digest: 'any', permissions: grants }],
    secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [origin] } },
  };
  await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  await mkdir(join(cwd, 'node_modules/@opentelemetry'), { recursive: true });
  await symlink(SDK, join(cwd, 'node_modules/@opentelemetry/sdk-node'));
  await mkdir(join(cwd, 'share'));
  return cwd;
}

describe.skipIf(!built || !hasRedis)(
  'the processes of a deployment (need `npm run build` and redis-server)',
  () => {
    it('are one trace over three workers, ready while Redis answers, and drained by SIGTERM', async () => {
      await using collector = await receiveOtlp();
      let isHeld = true;
      await using models = await serveModels({ isHeld: () => isHeld });
      const cwd = await project(models.origin);
      const port = await freePort();
      const server = start(
        'redis-server',
        [
          '--port',
          String(port),
          '--bind',
          '127.0.0.1',
          '--appendonly',
          'yes',
          '--maxmemory-policy',
          'noeviction',
          '--dir',
          cwd,
        ],
        cwd,
      );
      await expect.poll(server.text).toContain('Ready to accept connections');
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        KEY: 'sk-test-of-a-key',
      };
      const queue = ['--queue', `redis://127.0.0.1:${port}`, '--share', 'share'];
      const workers = [1, 2, 3].map((number) =>
        start(
          process.execPath,
          [
            BIN,
            'worker',
            ...queue,
            '--isolation',
            'thread',
            '--policy',
            'policy.json',
            '--telemetry',
            'otlp',
            '--metrics-port',
            '0',
          ],
          cwd,
          { ...env, OTEL_SERVICE_NAME: `worker-${number}` },
        ),
      );
      const address = (worker: Started): string | undefined =>
        /metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(worker.text())?.[1];
      await expect.poll(() => workers.map(address)).not.toContain(undefined);
      const [first] = workers.map((worker) => address(worker)!);
      const readiness = async (): Promise<number> => (await fetch(`${first!}/readyz`)).status;
      await expect.poll(readiness).toBe(200);
      const run = start(
        process.execPath,
        [
          BIN,
          'run',
          'bench.json',
          ...queue,
          '--shard-records',
          '5',
          '--telemetry',
          'otlp',
          '--quiet',
        ],
        cwd,
        env,
      );
      // Each worker has one of the three shards.
      const client = await connectQueue({ url: `redis://127.0.0.1:${port}` });
      const active = async () => (await queueStatus(client)).runs[0]?.active;
      await expect.poll(active, { timeout: 60_000 }).toBe(3);
      client.disconnect();
      isHeld = false;
      models.release();
      expect({ code: await run.ended, text: run.text() }).toMatchObject({ code: 0 });
      const metrics = await (await fetch(`${first!}/metrics`)).text();
      expect(metrics).toContain('testbench_records_total');
      for (const { child } of workers) child.kill('SIGTERM');
      expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0, 0]);
      const spans = collector.spans();
      const tree = spanTree(spans);
      if (process.env['TESTBENCH_SHOW_TRACE'] !== undefined) console.log(tree.join('\n'));
      expect(tree[0]).toBe('testbench run');
      expect(tree.filter((line) => line === '  testbench shard')).toHaveLength(RECORDS / 5);
      expect(tree.filter((line) => line.startsWith('testbench'))).toHaveLength(1);
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
      const places = collector.services('testbench shard');
      expect(places).toHaveLength(3);
      expect(new Set(places)).toEqual(new Set(['worker-1', 'worker-2', 'worker-3']));
      expect(collector.events()).toHaveLength(RECORDS);
      server.child.kill('SIGTERM');
    });
  },
);
