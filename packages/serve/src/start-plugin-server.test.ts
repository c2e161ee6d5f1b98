import { once } from 'node:events';
import { connect } from 'node:net';

import type { PluginSystem } from '@testbench/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { askServer } from './__fixtures__/ask-server.js';
import { openServed, type Waiter } from './__fixtures__/served-system.js';
import type { PluginServerOptions } from './serve-options.js';
import { type PluginServer, startPluginServer } from './start-plugin-server.js';

let system: PluginSystem;
let waiter: Waiter;
let server: PluginServer;
const others: PluginServer[] = [];

beforeAll(async () => {
  ({ system, waiter } = await openServed());
  server = await start();
  others.pop();
});
afterEach(async () => {
  waiter.release();
  await Promise.all(others.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await server.close();
  await system.close();
});

async function start(options: Partial<PluginServerOptions> = {}): Promise<PluginServer> {
  const one = await startPluginServer({ system, ...options });
  others.push(one);
  return one;
}

/** Until the plugin that waits has been called so often. */
async function untilWaiting(calls: number): Promise<void> {
  await expect.poll(() => waiter.signals.length).toBe(calls);
}

const SAME = { plugin: 'same', data: { output: 'a', expected: 'a' } };

describe('startPluginServer()', () => {
  it('runs one input', async () => {
    const told = await askServer(server, '/v1/execute', { body: SAME });
    expect(told).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      json: {
        data: { score: 1 },
        metadata: {
          metrics: { characters: 1 },
          fuel_used: 0,
          execution_time_ms: expect.any(Number),
        },
      },
    });
  });

  it('hands over the context, and values of every kind', async () => {
    const context = { request_id: 'r1', metadata: { suite: 's' } };
    const body = { plugin: 'large', data: null, context, timeout_ms: 1000 };
    expect((await askServer(server, '/v1/execute', { body })).json).toMatchObject({ data: '' });
  });

  it('runs a batch, in order, also when one of its inputs fails', async () => {
    const inputs = Array.from({ length: 70 }, (_, index) => ({
      data: { output: String(index), expected: '3' },
    }));
    const body = { plugin: 'same', inputs };
    const { json } = await askServer(server, '/v1/execute/batch', { body });
    const { results } = json as { results: { index: number; data: { score: number } }[] };
    expect(results.map(({ index }) => index)).toEqual(inputs.map((_, index) => index));
    expect(results.filter(({ data }) => data.score === 1)).toMatchObject([{ index: 3 }]);
    const failing = { plugin: 'trapping', inputs: [{ data: 1 }, { data: 2 }] };
    expect((await askServer(server, '/v1/execute/batch', { body: failing })).json).toMatchObject({
      results: [
        { type: 'error', index: 0, error: { code: 'CALL_TRAPPED', status: 502 } },
        { type: 'error', index: 1, error: { code: 'CALL_TRAPPED', status: 502 } },
      ],
    });
  });

  it.each([
    [
      'the chunks of one call',
      { plugin: 'speaker', data: { model: 'm', stream: true, messages: [{ content: 'hi' }] } },
      /^\{"type":"chunk","text":"m: "\}\n.*\{"type":"result","data":\{"text":"m: hi é😀"/s,
    ],
    [
      'the results of a batch',
      { plugin: 'same', inputs: [{ data: { output: 1 } }, { data: { output: 2 } }] },
      /^\{"type":"result","index":0,.*\n\{"type":"result","index":1,.*\n$/,
    ],
    [
      'a failure after the first line',
      { plugin: 'speaker', data: { model: 'breaking', stream: true } },
      /"type":"chunk".*\n\{"type":"error","error":\{.*"code":"CALL_PLUGIN_FAILED"/s,
    ],
  ])('streams %s', async (_, body, lines) => {
    const told = await askServer(server, '/v1/execute/stream', { body });
    expect(told.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(told.body).toMatch(lines);
  });

  it('says in the status that a stream fails at once', async () => {
    const body = { plugin: 'trapping', data: 1 };
    expect(await askServer(server, '/v1/execute/stream', { body })).toMatchObject({
      status: 502,
      json: { code: 'CALL_TRAPPED', title: 'Bad Gateway', retryable: false },
    });
  });

  it('lists its plugins, and only these', async () => {
    const one = await start({ plugins: ['same'] });
    expect((await askServer(one, '/v1/plugins')).json).toMatchObject({
      plugins: [{ id: 'same', name: 'same', version: '1.2.0', type: 'evaluator', status: 'ready' }],
    });
    const body = { plugin: 'large', data: 1 };
    expect(await askServer(one, '/v1/execute', { body })).toMatchObject({
      status: 404,
      json: { code: 'SERVE_NOT_SERVED' },
    });
  });

  it.each([
    ['no body', undefined, 400, 'CONFIG_INVALID'],
    ['a list', [], 400, 'CONFIG_INVALID'],
    ['no plugin', { data: 1 }, 400, 'CONFIG_INVALID'],
    ['no data', { plugin: 'same' }, 400, 'CONFIG_INVALID'],
    ['a mistyped field', { ...SAME, timeoutMs: 1 }, 400, 'CONFIG_UNKNOWN_KEY'],
    ['no time', { ...SAME, timeout_ms: 0 }, 400, 'CONFIG_INVALID'],
    ['a plugin of the prototype', { plugin: '__proto__', data: 1 }, 404, 'SERVE_NOT_SERVED'],
    ['a name without end', { plugin: 'x'.repeat(300), data: 1 }, 400, 'CONFIG_INVALID'],
    ['half a value', '{"plugin":', 400, 'HTTP_BODY_INVALID'],
    ['a context of another kind', { ...SAME, context: { a: 1 } }, 400, 'CONFIG_UNKNOWN_KEY'],
    [
      'metadata of another kind',
      { ...SAME, context: { metadata: { a: 1 } } },
      400,
      'CONFIG_INVALID',
    ],
    ['too many values', `[${'[],'.repeat(200_001)}1]`, 400, 'HTTP_BODY_INVALID'],
    ['more than it may send', `"${'x'.repeat(17 * 2 ** 20)}"`, 413, 'HTTP_BODY_TOO_LARGE'],
  ])('refuses %s', async (_, body, status, code) => {
    const told = await askServer(server, '/v1/execute', { method: 'POST', body });
    expect(told).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      json: { code, status, detail: expect.stringMatching(/^Cannot /) },
    });
  });

  it('refuses batches and answers beyond its limits', async () => {
    const one = await start({ limits: { maxBatch: 2, maxAnswerBytes: 1000 } });
    const batch = { plugin: 'same', inputs: [{ data: 1 }, { data: 2 }, { data: 3 }] };
    const long = { plugin: 'large', data: 1000 };
    const two = { plugin: 'large', inputs: [{ data: 600 }, { data: 600 }] };
    for (const [path, body] of [
      ['/v1/execute/batch', batch],
      ['/v1/execute', long],
      ['/v1/execute/batch', two],
    ] as const) {
      expect(await askServer(one, path, { body })).toMatchObject({
        status: 413,
        json: { code: 'SERVE_TOO_LARGE' },
      });
    }
  });

  it.each([
    ['another path', '/v1/nothing', {}, 404, 'SERVE_NO_PATH'],
    ['a path with dots', '/v1/../v1/plugins', {}, 404, 'SERVE_NO_PATH'],
    ['an absolute target', 'http://evil.example/v1/plugins', {}, 404, 'SERVE_NO_PATH'],
    ['another method', '/v1/execute', { method: 'DELETE' }, 405, 'SERVE_WRONG_METHOD'],
    ['a preflight request', '/v1/execute', { method: 'OPTIONS' }, 405, 'SERVE_WRONG_METHOD'],
    ['no token', '/v1/plugins', { headers: { authorization: '' } }, 401, 'SERVE_NO_TOKEN'],
    [
      'a wrong token',
      '/metrics',
      { headers: { authorization: 'Bearer x' } },
      401,
      'SERVE_NO_TOKEN',
    ],
    [
      'another host',
      '/v1/plugins',
      { headers: { host: 'evil.example' } },
      421,
      'SERVE_FOREIGN_HOST',
    ],
    [
      'another page',
      '/v1/plugins',
      { headers: { origin: 'http://evil.example' } },
      403,
      'SERVE_FOREIGN_ORIGIN',
    ],
    [
      'a page of the same site',
      '/v1/plugins',
      { headers: { 'sec-fetch-site': 'same-site' } },
      403,
      'SERVE_FOREIGN_ORIGIN',
    ],
  ])('refuses %s', async (_, path, sent, status, code) => {
    expect(await askServer(server, path, sent)).toMatchObject({ status, json: { code } });
  });

  it('answers no more requests at a time than it may, and takes them up again', async () => {
    const one = await start({ limits: { maxRequests: 1 } });
    const before = waiter.signals.length;
    const running = askServer(one, '/v1/execute', { body: { plugin: 'waiter', data: 'a' } });
    await untilWaiting(before + 1);
    expect(await askServer(one, '/v1/execute', { body: SAME })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 'SERVE_BUSY', retryable: true, retry_after_ms: 1000 },
    });
    waiter.release();
    expect(await running).toMatchObject({ status: 200, json: { data: 'a' } });
    expect((await askServer(one, '/v1/execute', { body: SAME })).status).toBe(200);
  });

  it('holds no more bodies at a time than it may', async () => {
    const one = await start({ limits: { maxHeldBytes: 200 } });
    const before = waiter.signals.length;
    const body = { plugin: 'waiter', data: 'x'.repeat(100) };
    const running = askServer(one, '/v1/execute', { body });
    await untilWaiting(before + 1);
    expect(await askServer(one, '/v1/execute', { body })).toMatchObject({
      status: 503,
      json: { code: 'SERVE_BUSY' },
    });
    waiter.release();
    expect((await running).status).toBe(200);
  });

  it('ends a request whose time is over', async () => {
    const one = await start({ limits: { requestTimeoutMs: 50 } });
    const body = { plugin: 'waiter', data: 1 };
    expect(await askServer(one, '/v1/execute', { body })).toMatchObject({
      status: 504,
      json: { code: 'SERVE_TIMED_OUT' },
    });
    const shorter = { ...body, timeout_ms: 20 };
    expect(await askServer(server, '/v1/execute', { body: shorter })).toMatchObject({
      status: 504,
      json: { code: 'CALL_DEADLINE_EXCEEDED' },
    });
  });

  it('ends the call of a client that has gone', async () => {
    const before = waiter.signals.length;
    const body = JSON.stringify({ plugin: 'waiter', data: 1 });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      `POST /v1/execute HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${server.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await untilWaiting(before + 1);
    const signal = waiter.signals.at(-1)!;
    const aborted = once(signal, 'abort');
    socket.destroy();
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  it('drains: refuses what is new, and finishes what runs', async () => {
    const one = await start();
    const before = waiter.signals.length;
    const running = askServer(one, '/v1/execute', { body: { plugin: 'waiter', data: 'kept' } });
    await untilWaiting(before + 1);
    const socket = connect(one.port, '127.0.0.1');
    await once(socket, 'connect');
    // Half a request, so that the connection is not idle.
    socket.write('GET /readyz HTTP/1.1\r\nhost: x\r\n');
    await expect.poll(async () => (await askServer(one, '/healthz')).status).toBe(200);
    const drained = one.drain();
    socket.write('\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 .*"failing":\["draining"\]/s);
    socket.destroy();
    waiter.release();
    expect(await running).toMatchObject({ status: 200, json: { data: 'kept' } });
    await drained;
    await expect(askServer(one, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends what runs for too long after it was told to drain', async () => {
    const one = await start({ limits: { drainTimeoutMs: 20 } });
    const before = waiter.signals.length;
    const running = askServer(one, '/v1/execute', { body: { plugin: 'waiter', data: 1 } });
    running.catch(() => undefined);
    await untilWaiting(before + 1);
    await one.drain();
    expect(waiter.signals.at(-1)!.aborted).toBe(true);
    await expect(running).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('tells orchestrators under any name that it is well', async () => {
    const sent = { headers: { host: '10.1.2.3:80', authorization: '' } };
    expect(await askServer(server, '/healthz', sent)).toMatchObject({ status: 200 });
    expect(await askServer(server, '/readyz', sent)).toMatchObject({
      status: 200,
      json: { status: 'ok', failing: [] },
    });
  });

  it('counts requests and calls for Prometheus', async () => {
    const one = await start();
    await askServer(one, '/v1/execute', { body: SAME });
    await askServer(one, '/v1/execute', { body: { plugin: 'trapping', data: 1 } });
    await askServer(one, '/v1/plugins', { headers: { authorization: '' } });
    const { body } = await askServer(one, '/metrics');
    const requests = (operation: string, status: number, count: number): string =>
      `testbench_serve_requests_total{testbench_operation="${operation}",http_response_status_code="${status}"} ${count}\n`;
    expect(body).toContain(requests('execute', 200, 1));
    expect(body).toContain(requests('execute', 502, 1));
    expect(body).toContain(requests('none', 401, 1));
    expect(body).toContain(
      'testbench_serve_calls_total{testbench_plugin="trapping",testbench_outcome="CALL_TRAPPED"} 1\n',
    );
    expect(body).toContain('testbench_serve_active_requests 0\n');
    expect(body).toContain(
      'testbench_serve_duration_seconds_count{testbench_operation="execute"} 2\n',
    );
  });

  it.each([
    [{ plugins: ['none'] }, 'plugins[0]'],
    [{ models: [{ id: 'm', plugin: 'none' }] }, 'models[0].plugin'],
    [{ models: [{ id: 'm', plugin: 'same' }] }, 'models[0].plugin'],
    [
      {
        models: [
          { id: 'm', plugin: 'speaker' },
          { id: 'm', plugin: 'speaker' },
        ],
      },
      'models[1].id',
    ],
    [{ host: '0.0.0.0' }, 'allowedHosts'],
    [{ token: 'short' }, 'token'],
    [{ token: `${'x'.repeat(20)}\n` }, 'token'],
    [{ limits: { maxBatch: 0 } }, 'limits.maxBatch'],
  ])('does not start with %j', async (options, path) => {
    const started = start(options);
    await expect(started).rejects.toMatchObject({ code: 'CONFIG_INVALID', path });
    await expect(started).rejects.not.toMatchObject({ message: expect.stringContaining('short') });
  });

  it('answers under the names that it is given', async () => {
    const one = await start({ allowedHosts: ['bench.example'] });
    const told = await askServer(one, '/v1/plugins', { headers: { host: 'Bench.Example' } });
    expect(told.status).toBe(200);
  });
});
