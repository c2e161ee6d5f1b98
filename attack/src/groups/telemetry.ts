import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readHosts } from '@testbench/bench/analytics';
import type { ResultRow } from '@testbench/bench/results';
import { createRunTelemetry, MetricsRegistry, startMetricsServer } from '@testbench/telemetry';

import { type Attack, insist } from '../attack.ts';

/** The maximum size of `/metrics`, no matter who chooses the names. */
const MAX_TEXT_BYTES = 4_000_000;
const HOSTILE = `x"} 1\n# TYPE forged counter\nforged 1\r\\\u202e\u0000\ud800`;
const PLACE = { run: 'r', plan: 'sha256:0', from: 0, to: 1 };

/** A line in Prometheus' format, or an empty one. */
const LINE =
  /^(?:|# (?:HELP|TYPE) [a-z_0-9]+ .*|[a-z_0-9]+(?:\{(?:[a-z_0-9]+="(?:[^"\\]|\\[\\"nr])*",?)*\})? [-+\d.eInf]+)$/;

function rowOf(index: number, name: string): ResultRow {
  return {
    index,
    prompt: name,
    provider: name,
    model: name,
    epoch: 1,
    scores: { [name]: 1 },
    errors: { [`${name}e`]: { code: name, message: name } },
    fuel: { [name]: 1 },
    usage: { promptTokens: 1, completionTokens: 1, cachedTokens: 0 },
    measured: { totalMs: 1, attempts: 1, cost: 1 },
  };
}

async function statusOf(
  port: number,
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<number | string> {
  return await new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'closed'))
      .end();
  });
}

/** Rows 320 to 323: what telemetry and analytics receive, and who asks for it. */
export const telemetryRows: readonly Attack[] = [
  {
    row: 320,
    name: 'names that forge lines and labels, and a thousand of them',
    modes: ['host'],
    run() {
      const registry = new MetricsRegistry();
      const hooks = createRunTelemetry({ registry })!;
      for (let n = 0; n < 1000; n += 1) {
        const name = `${n}${HOSTILE}${'y'.repeat(10_000)}`;
        hooks.onEvent({ ...PLACE, type: 'record-end', rows: [rowOf(n, name)], isEarlier: false });
      }
      const text = registry.text();
      const wrong = text.split('\n').find((line) => !LINE.test(line));
      insist(wrong === undefined, `a line was forged: ${wrong?.slice(0, 100) ?? ''}`);
      insist(text.length < MAX_TEXT_BYTES, `the figures have ${text.length} bytes`);
      return `1,000 hostile names are ${text.length} bytes of well-formed lines, most of them "other"`;
    },
  },
  {
    row: 321,
    name: 'a server of metrics: other hosts, methods, paths, heads, sockets',
    modes: ['host'],
    async run() {
      await using server = await startMetricsServer({ registry: new MetricsRegistry(), port: 0 });
      const { port } = server;
      for (const host of ['evil.example', '127.0.0.1.evil.example', `localhost.${port}`]) {
        const status = await statusOf(port, '/metrics', { headers: { host } });
        insist(status === 421, `the host ${host} was answered with ${status}`);
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const status = await statusOf(port, '/metrics', { method });
        insist(status === 405, `${method} was answered with ${status}`);
      }
      for (const path of ['/metrics/../../etc/passwd', '//metrics', '/%2e%2e/etc/passwd']) {
        const status = await statusOf(port, path);
        insist(status === 404, `${path} was answered with ${status}`);
      }
      const large = await statusOf(port, '/', { headers: { x: 'y'.repeat(1_000_000) } });
      insist(large !== 200, 'a head of a megabyte was taken');
      const sockets = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
      const ends = sockets.map(
        (socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)),
      );
      await Promise.race(ends);
      for (const socket of sockets) socket.destroy();
      await Promise.all(ends);
      insist((await statusOf(port, '/healthz')) === 200, 'it answers no more');
      return 'only GET of three pages by a name of loopback; 32 sockets, heads of 8 KiB';
    },
  },
  {
    row: 322,
    name: 'records of hosts that are links, pipes, too deep, too large',
    modes: ['host'],
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
      const name = (n: number): string =>
        join(folder, `host-${'0'.repeat(13)}-${n}-${'0'.repeat(12)}.json`);
      try {
        symlinkSync('/etc/passwd', name(1));
        execFileSync('mkfifo', [name(2)]);
        writeFileSync(name(3), '['.repeat(1_000_000));
        writeFileSync(name(4), `{"plugins":${'['.repeat(5_000)}${']'.repeat(5_000)}}`);
        writeFileSync(name(5), ' '.repeat(8 * 1024 * 1024));
        writeFileSync(name(6), '{"__proto__":{"plugins":[]},"formatVersion":1}');
        const codes: string[] = [];
        const hosts = await readHosts(folder, ({ code }) => void codes.push(code));
        insist(hosts.length === 0, 'one of them was read');
        const strange = codes.find((code) => code !== 'BENCH_ANALYTICS_DAMAGED');
        insist(codes.length === 6 && strange === undefined, `refused with ${codes.join(', ')}`);
        return 'each is refused by its own name, and the others are read';
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  {
    row: 323,
    name: 'a trace context that is none, in a job',
    modes: ['host'],
    run() {
      const registry = new MetricsRegistry();
      const hooks = createRunTelemetry({ registry })!;
      for (const traceparent of ['', '00-0-0-0', HOSTILE, `00-${'a'.repeat(10_000_000)}`]) {
        const place = { ...PLACE, traceparent };
        hooks.onEvent({ ...place, type: 'shard-start', timestampMs: 0 });
        const end = { timestampMs: 1, durationMs: 1, rows: 0, failedRows: 0 };
        hooks.onEvent({ ...place, type: 'shard-end', ...end });
      }
      insist(
        registry.text().includes('testbench_shards_total{testbench_outcome="ok"} 4'),
        'a shard is missing',
      );
      return 'it begins a trace of its own';
    },
  },
];
