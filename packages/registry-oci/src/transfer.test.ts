import type { ServerResponse } from 'node:http';

import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import type { PluginStore, StoredArtifact } from '@testbench/types/stores';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openRegistryWith } from './open-registry.js';
import { attemptTimeoutOf, transferTimeoutOf } from './transfer.js';

const MiB = 2 ** 20;
const SIZE = 8 * MiB;
const PART = Buffer.alloc(MiB + 1);

let registry: OciRegistry;
let artifact: StoredArtifact;
/** A clock that only pauses advance, and the time limits requested from it. */
let clockMs = 0;
let limits: { readonly ms: number; readonly end: AbortController }[] = [];
/** Answers a request for a blob; number of attempts so far. */
let answer: (response: ServerResponse, from: number) => void = () => {};
let attempts = 0;
let isHostile = false;

const open = (transferTimeoutMs?: number): PluginStore =>
  openRegistryWith(transferTimeoutMs === undefined ? {} : { transferTimeoutMs }, {
    now: () => clockMs,
    pause: async (ms) => void (clockMs += ms),
    timeout(ms) {
      const end = new AbortController();
      limits.push({ ms, end });
      return end.signal;
    },
  });
/** Ends the current attempt, as if its time limit had passed. */
function letPass(): void {
  const { ms, end } = limits.at(-1)!;
  clockMs += ms;
  end.abort(new DOMException('late', 'TimeoutError'));
}

beforeAll(async () => {
  registry = await serveRegistry({
    intercept: ({ url = '', headers, method }, response) => {
      if (!isHostile || !url.includes('/blobs/')) return false;
      attempts += 1;
      const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      if (method === 'GET' && from > 0) {
        response.writeHead(206, { 'content-range': `bytes ${from}-${SIZE - 1}/${SIZE}` });
      }
      answer(response, from);
      return true;
    },
  });
  artifact = await open().write({
    name: `${registry.host}/slow`,
    version: '1.0.0',
    layers: [{ mediaType: 'application/wasm', bytes: new Uint8Array(SIZE) }],
  });
});
afterAll(() => registry[Symbol.asyncDispose]());
beforeEach(() => {
  attempts = 0;
  clockMs = 0;
  limits = [];
  isHostile = true;
});

/** Sends only these bytes, without stating their number first. */
function endWith(response: ServerResponse, part: Uint8Array): void {
  response.flushHeaders();
  response.end(part);
}

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  await promise.catch((error: unknown) => error);

describe('a transfer', () => {
  it('ends where its bytes drip, and says how far it came', async () => {
    answer = (response) => void response.write(PART.subarray(0, 5));
    const reading = open(4000).read(artifact, { onProgress: letPass });
    expect(await failure(reading)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(
        'it is too slow, after 5 of 8388608 bytes; the transfer may take 4 s (transferTimeoutMs)',
      ),
      transferredBytes: 5,
      totalBytes: SIZE,
    });
    expect({ attempts, limitMs: limits.at(-1)?.ms }).toEqual({
      attempts: 1,
      limitMs: 4000,
    });
  });

  it('has one limit for all attempts, however they come forward', async () => {
    // Enough progress in each of them for attempts to be counted from the beginning.
    answer = (response) => endWith(response, PART);
    expect(await failure(open(1000).read(artifact))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(
        /its answer ended early, after \d+ of 8388608 bytes; the transfer may take 1 s \(transferTimeoutMs\)/,
      ),
      transferredBytes: attempts * PART.length,
    });
    expect(clockMs).toBeLessThan(1000);
    expect(attempts).toBeLessThan(8);
  });

  it('is whole where it comes forward within the limit', async () => {
    answer = (response, from) => {
      const part = PART.subarray(0, Math.min(PART.length, SIZE - from));
      endWith(response, part);
    };
    expect(await open().read(artifact)).toHaveLength(SIZE);
    expect(attempts).toBe(8);
  });

  it('does not wait for a Retry-After that ends after it', async () => {
    answer = (response) => void response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await failure(open(20_000).read(artifact))).toMatchObject({
      code: 'STORE_RATE_LIMITED',
      retryAfterMs: 7000,
    });
    expect({ attempts, clockMs }).toEqual({ attempts: 3, clockMs: 14_000 });
  });

  it('has its limit where it is sent, too', async () => {
    answer = letPass;
    const layers = [{ mediaType: 'application/wasm', bytes: new Uint8Array([1, 2, 3]) }];
    const pushing = open(4000).write({ name: `${registry.host}/slow`, layers });
    expect(await failure(pushing)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('it is too slow, after 0 of 3 bytes'),
    });
  });

  it.each([
    [1000, 300_000],
    [16 * MiB, 572_000],
    [1024 * MiB, 32_828_000],
  ])('of %i bytes may take %i ms', (bytes, timeoutMs) => {
    expect(transferTimeoutOf(bytes)).toBe(timeoutMs);
    expect(attemptTimeoutOf(bytes)).toBeLessThanOrEqual(timeoutMs);
  });
});
