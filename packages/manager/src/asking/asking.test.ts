import { assemble, guestWat, packed } from '@testbench/test-kit';
import { askingGuest, askingProgram, type AskingStep } from '@testbench/test-kit/asking-guest';
import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';
import { createMemorySecrets } from '@testbench/host';
import type { LogRecord } from '@testbench/types/abi';
import { MAX_ASK_ROUNDS, MAX_CONTINUE_BYTES } from '@testbench/types/asking';
import { CallError } from '@testbench/types/errors';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const guest = askingGuest();
const seen: { url: string | undefined; authorization: string | undefined }[] = [];
let server: LoopbackServer;
/** Answers that are held back until a test releases them. */
let held: (() => void)[] | undefined;
let managers: PluginManager[] = [];

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    const { url, headers } = request;
    seen.push({ url, authorization: headers.authorization });
    const answer = (): void => {
      if (url === '/busy') response.writeHead(429, { 'retry-after': '2' }).end('later');
      else if (url === '/bytes') response.end(Buffer.from([0xff, 0xfe]));
      else if (url === '/away') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else if (url === '/large') response.end('x'.repeat(5_000_000));
      else request.pipe(response);
    };
    if (held === undefined) answer();
    else held.push(answer);
  });
});
afterAll(async () => await server[Symbol.asyncDispose]());
afterEach(async () => {
  held = undefined;
  seen.length = 0;
  await Promise.all(managers.splice(0).map((manager) => manager.close()));
});

const logs: LogRecord[] = [];
const open = async (
  options: PluginManagerOptions = {},
  allowedHosts: readonly string[] | undefined = [server.origin],
  bytes = guest,
): Promise<PluginManager> => {
  logs.length = 0;
  const manager = new PluginManager({ onLog: (record) => logs.push(record), ...options });
  managers.push(manager);
  await manager.load(bytes, {
    state: 'reset',
    ...(allowedHosts === undefined ? {} : { permissions: { network: true, allowedHosts } }),
  });
  return manager;
};
const call = async (
  manager: PluginManager,
  steps: readonly AskingStep[],
  options: object = {},
): Promise<Awaited<ReturnType<PluginManager['execute']>>> =>
  await manager.execute('asker', { data: askingProgram(steps) }, options);
const at = (path: string): object => ({ url: `${server.origin}${path}` });
const posting = (body: string): object => ({ ...at('/echo'), method: 'POST', body });

const ASKING_DIGIT = '{"ask":[{"url":"http://a/"}],"continue":0}';
/** Asks in every round, and keeps a random digit. */
const rolling = assemble(
  guestWat({
    imports: '(import "env" "host_random" (func $random (param i32) (result i32)))',
    metadataText: JSON.stringify({
      name: 'asker',
      version: '1.0.0',
      plugin_type: 'custom',
      api_version: '1.0.0',
      capabilities: ['network'],
      asking: true,
    }),
    outputText: ASKING_DIGIT,
    execute: `(i32.store8 (i32.const ${4096 + ASKING_DIGIT.length - 2}) (i32.add (i32.const 48) (call $random (i32.const 10))))
      ${packed(4096, ASKING_DIGIT.length)}`,
  }),
);
/** The digits of two calls, round by round. */
async function rollRounds(manager: PluginManager): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  for (let number = 0; number < 2; number += 1) {
    const rolled: unknown[] = [];
    const running = manager.execute(
      'asker',
      { data: 0 },
      {
        answerAsks: async ({ continue: digit }) => {
          rolled.push(digit);
          return { answers: [{ output: 0 }] };
        },
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'CALL_ASKS_EXCEEDED' });
    calls.push(rolled);
  }
  return calls;
}

describe.each(['inline', 'thread', 'process'] as const)('asking, isolation: %s', (isolation) => {
  it('answers what is asked, round by round, and gives back what was to be kept', async () => {
    const manager = await open({ isolation });
    const { data, metadata } = await call(manager, [
      { ask: [posting('"a"'), at('/busy')], continue: [1, 'é'] },
      { ask: [at('/bytes')], continue: { step: 2 } },
      'echo',
    ]);
    expect(data).toMatchObject({
      continue: { step: 2 },
      answers: [{ status: 200, body_base64: '//4=' }],
    });
    expect(metadata.asking).toEqual({ rounds: 2, asks: 3, waitTimeMs: expect.any(Number) });
    expect(manager.info('asker')?.statistics.hostCalls).toEqual({ ask: 3 });
    expect(manager.info('asker')).toMatchObject({ executionCount: 1, errorCount: 0 });
    const first = await call(manager, [
      { ask: [posting('"a"'), at('/busy')], continue: 1 },
      'echo',
    ]);
    expect(first.data).toMatchObject({
      continue: 1,
      answers: [
        { status: 200, url: `${server.origin}/echo`, body: '"a"' },
        { status: 429, headers: { 'retry-after': '2' }, body: 'later' },
      ],
    });
    expect(metadata.fuelUsed).toBeGreaterThan(first.metadata.fuelUsed);
  });

  it('draws other random numbers in each round, and the same ones with the same seed', async () => {
    const seeded = (where: 'inline' | 'thread' | 'process'): Promise<PluginManager> =>
      open({ isolation: where, random: { seed: 7 } }, undefined, rolling);
    const calls = await rollRounds(await seeded(isolation));
    // Eight equal digits in two calls by chance: once in 10^14.
    for (const rolled of calls) {
      expect(rolled).toHaveLength(MAX_ASK_ROUNDS);
      expect(new Set(rolled).size).toBeGreaterThan(1);
    }
    expect(calls[0]).not.toEqual(calls[1]);
    expect(await rollRounds(await seeded('inline'))).toEqual(calls);
  });

  it('holds no place and no runner while a server thinks', async () => {
    const manager = await open({ isolation, maxConcurrentExecutions: 2, maxThreads: 1 });
    held = [];
    const calls = Array.from({ length: 40 }, () =>
      call(manager, [{ ask: [posting('x')], continue: 1 }, { data: 'done' }]),
    );
    await expect.poll(() => seen.length).toBe(40);
    // Other calls are served meanwhile.
    expect((await call(manager, [{ data: 'other' }])).data).toBe('other');
    for (const answer of held) answer();
    expect(new Set((await Promise.all(calls)).map(({ data }) => data))).toEqual(new Set(['done']));
  });

  it('denies, logs and counts what was not granted', async () => {
    const manager = await open({ isolation }, ['api.example.com']);
    const { data } = await call(manager, [
      { ask: [at('/'), { ...at('/'), headers: { cookie: 'a' } }, { url: 'ftp://a' }], continue: 1 },
      'echo',
    ]);
    const codes = (data as { answers: { error: { code: number } }[] }).answers.map(
      ({ error }) => error.code,
    );
    expect(codes).toEqual([-3, -3, -2]);
    expect(seen).toEqual([]);
    expect(logs.map(({ message }) => message)).toContain(
      `denied: HTTP request: GET ${server.origin}`,
    );
    expect(manager.info('asker')?.statistics.deniedCalls).toBe(2);
  });

  it('ends with its time, when it is cancelled, and when its plugin leaves', async () => {
    const manager = await open({ isolation });
    held = [];
    const steps = [{ ask: [posting('x')], continue: 1 }, { data: 1 }];
    await expect(call(manager, steps, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
      retryable: true,
      usage: { fuelUsed: expect.any(Number) },
    });
    const abort = new AbortController();
    const running = call(manager, steps, { signal: abort.signal });
    await expect.poll(() => held?.length).toBe(2);
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    const last = call(manager, steps);
    await expect.poll(() => held?.length).toBe(3);
    await Promise.all([
      expect(last).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' }),
      manager.close(),
    ]);
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('ends what asks without end, and counts fuel over all rounds', async () => {
    const burning = askingGuest({ turns: 10_000 });
    const manager = await open({ isolation }, undefined, burning);
    const endless = [{ ask: [at('/')], continue: 0 }];
    const failure: unknown = await call(manager, endless).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CALL_ASKS_EXCEEDED', retryable: false });
    const { usage } = failure as CallError;
    const once = await call(manager, [{ data: 1 }]);
    expect(usage?.fuelUsed).toBeGreaterThan((MAX_ASK_ROUNDS + 1) * once.metadata.fuelUsed);
    await expect(
      call(manager, endless, { maxFuel: 3 * once.metadata.fuelUsed }),
    ).rejects.toMatchObject({ code: 'CALL_FUEL_EXHAUSTED' });
  });

  it('takes asks in batches and streams', async () => {
    const manager = await open({ isolation });
    const inputs = ['a', 'b', 'c'].map((body) => ({
      data: askingProgram([{ ask: [posting(body)], continue: 1 }, 'echo']),
    }));
    const results = await manager.executeBatch('asker', [...inputs, { data: '7b7d' }]);
    const bodies = results.map((result) =>
      result.status === 'fulfilled'
        ? (result.value.data as { answers: { body: string }[] }).answers[0]?.body
        : (result.reason as CallError).code,
    );
    expect(bodies).toEqual(['a', 'b', 'c', 'CALL_INVALID_OUTPUT']);
    const parts = [];
    for await (const part of manager.executeStream('asker', inputs[0]!)) parts.push(part.type);
    expect(parts).toEqual(['result']);
  });
});

describe('asking', () => {
  it.each([
    { output: { ask: [] } },
    { output: { ask: {} } },
    { output: { ask: [{}] } },
    { output: { ask: [7] } },
    { output: { ask: [{ url: 'http://a.test' }], data: 1 } },
    { output: { ask: Array.from({ length: 17 }, () => ({ url: 'http://a.test' })) } },
    { output: { ask: [{ complete: {} }] } },
    { output: { ask: [{ complete: {}, provider: '' }] } },
    { output: { ask: [{ complete: 1, provider: 'a' }] } },
    { output: { ask: [{ complete: {}, provider: 'a', url: 'http://a.test' }] } },
    { output: { ask: [{ url: 'http://a.test' }], continue: 'x'.repeat(MAX_CONTINUE_BYTES) } },
  ])('refuses $output', async ({ output }) => {
    const manager = await open({ isolation: 'inline' });
    await expect(call(manager, [output])).rejects.toMatchObject({ code: 'CALL_INVALID_OUTPUT' });
  });

  it('is refused where the metadata do not say so', async () => {
    const manager = await open({ isolation: 'inline' }, undefined, askingGuest({ asking: false }));
    await expect(call(manager, [{ ask: [at('/')] }])).rejects.toMatchObject({
      code: 'CALL_INVALID_OUTPUT',
    });
  });

  it('takes a request that is longer than other outputs may be', async () => {
    const manager = await open({ isolation: 'inline' });
    const body = 'x'.repeat(1_300_000);
    const { data } = await call(manager, [{ ask: [posting(body)], continue: 1 }, { data: 'fine' }]);
    expect(data).toBe('fine');
    await expect(call(manager, [{ data: body }])).rejects.toMatchObject({
      code: 'CALL_OUTPUT_TOO_LARGE',
    });
    const lists = `{"ask":[{"url":"http://a.test"}],"continue":0,"metadata":[${'[],'.repeat(400_000)}0]}`;
    await expect(call(manager, [lists])).rejects.toMatchObject({ code: 'CALL_OUTPUT_TOO_LARGE' });
  });

  it('puts an error in the place of an answer that is too long, or led away', async () => {
    const manager = await open({ isolation: 'inline' });
    const { data } = await call(manager, [
      { ask: [at('/large'), at('/away'), { ...at('/echo'), timeout_ms: 5000 }], continue: 1 },
      'echo',
    ]);
    expect(data).toMatchObject({
      answers: [{ error: { code: -4 } }, { error: { code: -3 } }, { status: 200 }],
    });
  });

  it('fills in a secret for its host, and masks it in what comes back', async () => {
    const secrets = createMemorySecrets({
      KEY: { value: 'sk-very-secret-1', hosts: [server.origin] },
    });
    const manager = await open({ isolation: 'inline', secrets });
    const ask = { ...posting('sk-very-secret-1'), headers: { authorization: '${secret:KEY}' } };
    const { data } = await call(manager, [{ ask: [ask], continue: 1 }, 'echo']);
    expect(seen[0]?.authorization).toBe('sk-very-secret-1');
    expect(data).toMatchObject({ answers: [{ body: '****************' }] });
  });

  it('asks providers that the host answers for, and no others', async () => {
    const asked: unknown[] = [];
    const manager = await open({
      isolation: 'inline',
      askModel: ({ pluginId, provider, data }) => {
        asked.push([pluginId, provider, data]);
        if (provider === 'judge') return { text: 'yes', model: 'm' };
        throw provider === 'busy'
          ? new CallError('CALL_PLUGIN_FAILED', 'busy', { retryable: true, retryAfterMs: 7 })
          : new CallError('CALL_NOT_FOUND', 'no');
      },
    });
    const asking = (provider: string): object => ({ provider, complete: { model: 'm' } });
    const { data } = await call(manager, [
      { ask: [asking('judge'), asking('busy'), asking('none')], continue: 1 },
      'echo',
    ]);
    expect(asked[0]).toEqual(['asker', 'judge', { model: 'm' }]);
    expect(data).toMatchObject({
      answers: [
        { output: { text: 'yes', model: 'm' } },
        { error: { code: -5, message: 'busy', retryable: true, retry_after_ms: 7 } },
        { error: { code: -1 } },
      ],
    });
    const without = await open({ isolation: 'inline' });
    const refused = await call(without, [{ ask: [asking('judge')], continue: 1 }, 'echo']);
    expect(refused.data).toMatchObject({ answers: [{ error: { code: -3 } }] });
    expect(without.info('asker')?.statistics.deniedCalls).toBe(1);
  });

  it('lets a caller answer in the host’s place, who takes as long as it likes', async () => {
    const manager = await open({ isolation: 'inline' });
    const rounds: unknown[] = [];
    const { data } = await manager.execute(
      'asker',
      { data: askingProgram([{ ask: [at('/a'), at('/b')], continue: 1 }, 'echo']) },
      {
        timeoutMs: 1000,
        answerAsks: async ({ round, firstAsk, asks }, ask) => {
          rounds.push([round, firstAsk, asks.length]);
          return { continue: [1, 'kept'], answers: [await ask(asks[0]!), { output: 'known' }] };
        },
      },
    );
    expect(rounds).toEqual([[1, 0, 2]]);
    expect(data).toMatchObject({
      continue: [1, 'kept'],
      answers: [{ status: 200 }, { output: 'known' }],
    });
    expect(seen.map(({ url }) => url)).toEqual(['/a']);
    const cause = new Error('no money');
    await expect(
      manager.execute(
        'asker',
        { data: askingProgram([{ ask: [at('/a')] }]) },
        { answerAsks: () => Promise.reject(cause) },
      ),
    ).rejects.toMatchObject({ code: 'CALL_CANCELLED', cause });
  });
});
