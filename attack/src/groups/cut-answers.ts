import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import { serveHttp } from '@testbench/test-kit/loopback';

import { type Attack, insist, ISOLATED } from '../attack.ts';

const client = effectGuest(['host_http_open', 'host_http_head', 'host_http_read']);
const FAILED = -5;
/** By then a decoder has reached the end of the available data. */
const LATE_ANSWER_MS = 200;
const text = JSON.stringify({ choices: [{ message: { content: 'an answer '.repeat(500) } }] });
const CODINGS = {
  gzip: gzipSync(text),
  br: brotliCompressSync(text),
  deflate: deflateSync(text),
} as const;

/** Row 110: a decoder that fails while nothing reads from it. The supervisor sees the host die of it. */
export const cutAnswers: readonly Attack[] = [
  ...Object.entries(CODINGS).map(([coding, bytes]): Attack => ({
    row: 110,
    name: `answers in ${coding} that are cut short, read late`,
    modes: ISOLATED,
    async run(arena) {
      await using server = await serveHttp((request, response) => {
        const cut = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0);
        if (cut === 0) setTimeout(() => response.end('late'), LATE_ANSWER_MS);
        else response.writeHead(200, { 'content-encoding': coding }).end(bytes.subarray(0, -cut));
      });
      const manager = await arena.manager({ limits: { timeoutMs: 5000 } });
      const permissions = { network: true, allowedHosts: [server.origin] };
      await manager.load(client, { id: 'attacker', permissions });
      const open = (path: string): GuestStep => ({
        call: 'host_http_open',
        args: [JSON.stringify({ url: `${server.origin}/${path}` })],
      });
      const cuts = [1, 4, 8, 9, 30];
      const steps: GuestStep[] = [
        ...cuts.map((cut) => open(String(cut))),
        open('late'),
        { call: 'host_http_head', args: [{ resultOf: cuts.length }, 1024] },
        ...cuts.map((_cut, index): GuestStep => ({
          call: 'host_http_read',
          args: [{ resultOf: index }, 4096],
          untilEnd: true,
        })),
      ];
      const { data } = await manager.execute('attacker', { data: effectProgram(steps) });
      const ends = effectResults(data)
        .slice(cuts.length + 2)
        .filter(({ code }) => code <= 0);
      insist(
        ends.length === cuts.length && ends.every(({ code }) => code === FAILED),
        `the reads ended with ${ends.map(({ code }) => code).join(', ')}`,
      );
      return `${FAILED} for each`;
    },
  })),
  {
    row: 110,
    name: 'testbench run against a model server that cuts its answers short',
    modes: ['host'],
    async run() {
      await using server = await serveHttp((request, response) => {
        request.resume();
        const codings = Object.entries(CODINGS);
        const [coding, bytes] = codings[server.accepted() % codings.length]!;
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding })
          .end(bytes.subarray(0, -5));
      });
      const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
      try {
        const { code, stderr } = await runBenchmark(folder, server.origin);
        insist(code === 1, `it ended with code ${code}: ${stderr.slice(-300)}`);
        insist(!/^\s+at /m.test(stderr), `it printed a stack: ${stderr.slice(-300)}`);
        return 'every call failed, the run came to its end';
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];

const repository = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Runs a benchmark of 12 records with the provider `openai`. */
async function runBenchmark(
  folder: string,
  origin: string,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const records = Array.from({ length: 12 }, (_, index) =>
    JSON.stringify({ input: `question ${index}`, expected: 'an answer' }),
  );
  writeFileSync(join(folder, 'records.jsonl'), `${records.join('\n')}\n`);
  writeFileSync(
    join(folder, 'policy.json'),
    JSON.stringify({ secrets: { OPENAI_API_KEY: { hosts: [origin] } } }),
  );
  const config = {
    name: 'cut',
    dataset: { path: 'records.jsonl' },
    policy: 'policy.json',
    provider: {
      plugin: repository('example-plugins/openai/build/openai.wasm'),
      models: ['small'],
      config: { base_url: `${origin}/v1` },
      permissions: { network: true, allowedHosts: [origin] },
    },
    evaluators: [{ plugin: repository('example-plugins/exact-match/build/exact-match.wasm') }],
    outputDir: 'out',
  };
  const file = join(folder, 'benchmark.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(
    process.execPath,
    [repository('packages/cli/bin/testbench.js'), 'run', file],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', OPENAI_API_KEY: 'sk-0123456789abcdef' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}
