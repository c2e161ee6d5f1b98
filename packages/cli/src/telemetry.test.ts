import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { serveModels } from '@testbench/test-kit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { receiveOtlp, spanTree } from './__fixtures__/otlp-receiver.js';
import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const built = existsSync(join(ROOT, 'packages/cli/dist/index.js'));
const KEY = 'sk-0123456789';
const SDK = join(ROOT, 'packages/cli/node_modules/@opentelemetry/sdk-node');

/** A project with a benchmark of a paid model; with the SDK, if requested. */
async function setUp(origin: string, hasSdk: boolean): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(
    join(cwd, 'data.jsonl'),
    '{"id":"a","input":"4","expected":"4"}\n{"id":"b","input":"5","expected":"4"}\n',
  );
  const config = {
    name: 'paid',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: examplePlugin('openai'),
      models: ['small'],
      parameters: { max_tokens: 9 },
      config: { base_url: `${origin}/v1` },
      permissions: { network: true, allowedHosts: [origin] },
    },
    policy: 'policy.json',
    evaluators: [{ plugin: examplePlugin('exact-match') }],
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  const policy = { secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [origin] } } };
  await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
  if (hasSdk) {
    await mkdir(join(cwd, 'node_modules/@opentelemetry'), { recursive: true });
    await symlink(SDK, join(cwd, 'node_modules/@opentelemetry/sdk-node'));
  }
  return cwd;
}

/** Runs the built command: an SDK is registered for a whole process. */
async function run(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [BIN, 'run', 'bench.json', '--quiet', ...args], {
    cwd,
    env: { ...process.env, KEY, NODE_PATH: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}

describe.skipIf(!built)('testbench run --telemetry (needs `npm run build`)', () => {
  it("sends a trace, metrics and results with the project's SDK", async () => {
    await using models = await serveModels();
    await using collector = await receiveOtlp();
    const cwd = await setUp(models.origin, true);
    const { code, stderr } = await run(cwd, ['--telemetry', 'otlp'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_RESOURCE_ATTRIBUTES: 'team=evaluation',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const spans = collector.spans();
    expect(spanTree(spans)).toEqual([
      'testbench run',
      '  stage openai',
      '    chat small',
      '    chat small',
      '  stage exact-match',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(collector.metrics()).toContain('gen_ai.client.inference.duration');
    expect(collector.metrics()).toContain('testbench.stage.fuel');
    const calls = spans.filter(({ name }) => name === 'chat small').map(({ spanId }) => spanId);
    expect(collector.events()).toMatchObject(
      calls.map((spanId) => ({ eventName: 'gen_ai.evaluation.result', spanId })),
    );
    expect(collector.text()).toContain('"evaluation"');
    // No attributes of the process: its arguments may hold a password.
    expect(collector.text()).not.toContain('--telemetry');
  });

  it('ends with its exit code where the collector is gone', async () => {
    await using models = await serveModels();
    const cwd = await setUp(models.origin, true);
    const { code } = await run(cwd, ['--telemetry', 'otlp'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    expect(code).toBe(0);
  });

  it('says which SDK it needs', async () => {
    const cwd = await setUp('http://127.0.0.1:9', false);
    const { code, stderr } = await run(cwd, ['--telemetry', 'otlp'], {});
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--telemetry needs the SDK of OpenTelemetry in your project: npm install @opentelemetry/sdk-node\n',
    );
  });
});

describe('testbench run', () => {
  const attempt = async (...args: string[]): Promise<{ code: number; err: string }> => {
    const { io, stderr } = captureIo({ cwd: await setUp('http://127.0.0.1:9', false) });
    return { code: await main(['run', 'bench.json', ...args], io), err: stderr() };
  };

  it.each([
    [['--metrics-host', '0.0.0.0'], '--metrics-host needs --metrics-port'],
    [['--metrics-port', '70000'], '--metrics-port is 70000, expected 0 to 65535'],
    [['--metrics-port', '0', '--dry-run'], '--metrics-port does not go with --dry-run'],
    [['--telemetry', 'otlp', '--watch'], '--telemetry does not go with --watch'],
    [['--telemetry', 'jaeger'], 'expected otlp'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await attempt(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('serves figures while it runs', async () => {
    let port: string | undefined;
    let isHeld = true;
    await using models = await serveModels({ isHeld: () => isHeld });
    vi.stubEnv('KEY', KEY);
    onTestFinished(() => void vi.unstubAllEnvs());
    const captured = captureIo({ cwd: await setUp(models.origin, false) });
    const { io } = captured;
    const running = main(['run', 'bench.json', '--metrics-port', '0'], {
      ...io,
      stderr: {
        write(text: string) {
          port ??= /metrics: http:\/\/127\.0\.0\.1:(\d+)\/metrics/.exec(text)?.[1];
          return io.stderr.write(text);
        },
      },
    });
    await expect.poll(() => port).toBeDefined();
    const metrics = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port!}/metrics`)).text();
    await expect.poll(metrics).toContain('testbench_active_shards 1\n');
    isHeld = false;
    models.release();
    expect(await running).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port!}/metrics`)).rejects.toThrow('fetch failed');
  });
});
