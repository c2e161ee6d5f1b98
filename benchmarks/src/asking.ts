// Runs `openai`, `anthropic` and `llm-judge` against servers on loopback, in every combination of Node and isolation, and reports how many requests were in flight.
//   node src/asking.ts [--node 20,26] [--api openai,anthropic,llm-judge] [--isolation thread,process,inline] [--calls 200] [--places 30] [--seconds 30]
// Exit code 1 if the server has seen fewer concurrent requests than expected; if a server that takes 30 at once gives less than 80 % of what it
// gives to exactly 30 calls, or if 5 % of its answers are refusals. Build `bench` and the plugins first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import {
  type ModelRequest,
  type ModelServerOptions,
  serveModels,
} from '@testbench/test-kit/model-server';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    node: { type: 'string', default: '20,26' },
    api: { type: 'string', default: 'openai,anthropic,llm-judge' },
    isolation: { type: 'string', default: 'thread,process,inline' },
    calls: { type: 'string', default: '200' },
    places: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '30' },
    waiting: { type: 'string', default: '2000' },
  },
});
const calls = Number(values.calls);
const places = Number(values.places);
const LATENCY_MS = 500;
/** Answers are held until all are in flight; a busy machine takes a while to get there. */
const HOLD_MS = 60_000;
const WAITING_MS = 15_000;
const LEAST_RATE = 0.8;
const MOST_REFUSED = 0.05;

/** What a client reports about its run. */
interface Report {
  readonly records: number;
  readonly failed: number;
  readonly tookMs: number;
  /** Resident memory before the first call and, at most, while all of them wait. */
  readonly beforeBytes: number;
  readonly waitingBytes: number;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function runClient(version: string, task: object): Promise<Report> {
  const node = file(`../node_modules/n${version}/bin/node`);
  if (!existsSync(node)) throw new RangeError(`Cannot run on Node ${version}: not installed`);
  const child = spawn(node, ['--expose-gc', file('asking-client.mjs'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise((resolve) => void child.once('close', resolve));
  if (code !== 0) throw new Error(`Cannot measure: the client ended with ${String(code)}`);
  return JSON.parse(text) as Report;
}

/** A judge accepts only a verdict under the mark of its own request; other plugins get their prompt back. */
function answer({ body }: ModelRequest): string {
  const messages = body['messages'] as { readonly content: string }[];
  const mark = /the mark ([0-9a-f]{32}) /.exec(messages[0]!.content)?.[1];
  return mark === undefined
    ? messages.at(-1)!.content
    : `${mark} {"score": 5, "reason": "as the reference"}`;
}

async function measure(
  version: string,
  task: { readonly api: string; readonly isolation: string },
  more: object,
  serving: ModelServerOptions,
) {
  await using server = await serveModels({ answer, ...serving });
  const startMs = performance.now();
  let isReleasing = false;
  const timer = setInterval(() => {
    isReleasing ||= server.inFlight >= calls || performance.now() - startMs > HOLD_MS;
    if (isReleasing) server.release();
  }, 20);
  const report = await runClient(version, { ...task, ...more, origin: server.origin });
  clearInterval(timer);
  const { peak, refused, requests } = server;
  return { ...report, peak, refused: refused / Math.max(1, requests.length), server };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Without JSPI, a plugin that can also wait during a call, for example for a stream, is refused in the caller's thread. */
const FIRST_SUSPENDING = 24;
const cannotRun = (version: string, api: string, isolation: string): boolean =>
  isolation === 'inline' && api !== 'llm-judge' && Number(version) < FIRST_SUSPENDING;

for (const version of values.node.split(',')) {
  for (const api of values.api.split(',')) {
    for (const isolation of values.isolation.split(',')) {
      const task = { api, isolation };
      if (cannotRun(version, api, isolation)) {
        console.log(`node ${version} ${isolation} ${api}: not without JSPI, which Node 24 has`);
        continue;
      }
      const flood = await measure(
        version,
        task,
        { records: calls * 3, concurrency: calls },
        { isHeld: true },
      );
      const ok = flood.peak >= calls && flood.failed === 0;
      if (!ok) process.exitCode = 1;
      console.log(
        `node ${version} ${isolation} ${api}: ${flood.peak} of ${calls} in flight, ${flood.failed} failed`,
      );
      const waiting = Number(values.waiting);
      const idle = await measure(version, task, { waiting }, { latencyMs: WAITING_MS });
      const each = (idle.waitingBytes - idle.beforeBytes) / waiting / 1024;
      console.log(
        `node ${version} ${isolation} ${api}: ${waiting} calls wait in ${mebibytes(idle.waitingBytes)}, ${each.toFixed(1)} KiB each`,
      );
    }
  }
  const records = Math.ceil((Number(values.seconds) * 1000 * places) / LATENCY_MS);
  // At the same time, each with its own server, so that other work on the machine affects all of them.
  const [limited, exact] = await Promise.all(
    [undefined, places].map((concurrency) =>
      measure(
        version,
        { api: 'openai', isolation: 'thread' },
        { records, concurrency },
        { places, latencyMs: LATENCY_MS },
      ),
    ),
  );
  if (limited === undefined || exact === undefined) throw new RangeError('nothing was measured');
  const rate = exact.tookMs / limited.tookMs;
  if (rate < LEAST_RATE || limited.refused >= MOST_REFUSED || limited.failed > 0)
    process.exitCode = 1;
  console.log(
    `node ${version}: ${percent(rate)} of the rate of a server with ${places} places, ${percent(limited.refused)} refused, ${limited.failed} failed`,
  );
}
