// Sends requests to a server on loopback that answers a limited number at once, and reports how much of its rate call control achieves.
//   node src/calls.ts [--places 30] [--latency 500] [--spread 0.5] [--seconds 60] [--retry-after 1]
// All variants run at the same time, each with its own server, so that other work on the machine affects all of them. Exit code 1 if the adaptive
// control gets less than 80 % of the rate of exactly as many calls as there are places, or if 5 % of the answers are refusals.
import { parseArgs } from 'node:util';

import { CallControl, type CallControlOptions } from '@testbench/bench/calls';
import { serveModels } from '@testbench/test-kit/model-server';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    places: { type: 'string', default: '30' },
    latency: { type: 'string', default: '500' },
    spread: { type: 'string', default: '0.5' },
    seconds: { type: 'string', default: '60' },
    'retry-after': { type: 'string' },
  },
});
const places = Number(values.places);
const latencyMs = Number(values.latency);
const spread = Number(values.spread);
const durationMs = Number(values.seconds) * 1000;
const LEAST_RATE = 0.8;
const MOST_REFUSED = 0.05;
/** Calls that wait for a place: as many as a run would read ahead. */
const READ_AHEAD = 400;

interface Result {
  readonly name: string;
  readonly answers: number;
  readonly rate: number;
  readonly refused: number;
  readonly failed: number;
  readonly limit: number;
}

async function measure(name: string, options: CallControlOptions): Promise<Result> {
  const retryAfter = values['retry-after'];
  await using server = await serveModels({
    places,
    // The same in every run: derived from the number of the request.
    latencyMs: ({ number }) => latencyMs * (1 + spread * (2 * ((number * 0.618_034) % 1) - 1)),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  const body = JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] });
  const ask = async (_attempt: number, signal: AbortSignal): Promise<void> => {
    const response = await fetch(`${server.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body,
      signal,
    });
    await response.arrayBuffer();
    if (response.ok) return;
    const seconds = response.headers.get('retry-after');
    throw Object.assign(new Error(`status ${response.status}`), {
      status: response.status,
      retryAfterMs: seconds === null ? undefined : Number(seconds) * 1000,
    });
  };
  const control = new CallControl(options);
  const startedAt = performance.now();
  let failed = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const outcome = await control.run(ask);
      if (!outcome.ok) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: READ_AHEAD }, work));
  const tookMs = performance.now() - startedAt;
  const { answers } = server.bill;
  return {
    name,
    answers,
    rate: (answers * latencyMs) / places / tookMs,
    refused: server.refused / server.requests.length,
    failed,
    limit: control.state.limit,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
console.log(
  `Servers that take ${places} at once, ${latencyMs} ms each, for ${values.seconds} s: ${((places * 1000) / latencyMs).toFixed(0)} answers a second at best\n`,
);
const variants: readonly (readonly [string, CallControlOptions])[] = [
  ['adaptive', {}],
  [`exactly ${places}`, { concurrency: places }],
  [`exactly ${2 * places}`, { concurrency: 2 * places }],
];
const results = await Promise.all(
  variants.map(async ([name, options]) => await measure(name, options)),
);
const [adaptive, exact] = results;
for (const { name, answers, rate, refused, failed, limit } of results) {
  console.log(
    `${name.padEnd(12)} ${percent(answers / exact!.answers).padStart(8)} of exactly ${places}, ${percent(rate).padStart(6)} of the best, ${percent(refused).padStart(6)} refused, ${failed} lost, limit ${limit} at the end`,
  );
}
const isMet =
  adaptive!.answers / exact!.answers >= LEAST_RATE &&
  adaptive!.refused < MOST_REFUSED &&
  adaptive!.failed === 0;
console.log(`\nat least 80 % of the rate and under 5 % refused: ${isMet ? 'met' : 'NOT MET'}`);
process.exitCode = isMet ? 0 : 1;
