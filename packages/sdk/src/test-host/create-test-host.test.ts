import { askingGuest, askingProgram } from '@testbench/test-kit/asking-guest';
import { AssertionError } from 'node:assert';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemorySecrets } from '@testbench/core';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { serveHttp } from '@testbench/test-kit/loopback';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { assertUsage } from './assert-usage.js';
import { checkGolden } from './check-golden.js';
import { createTestHost } from './create-test-host.js';
import { recordedHttp } from './recorded-http.js';
import { runGolden } from './run-golden.js';
import { logsOf } from './tell-caller.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-test-host-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

const hex = (text: string): string =>
  Array.from(
    new TextEncoder().encode(text),
    (byte) => `\\${byte.toString(16).padStart(2, '0')}`,
  ).join('');

/** A plugin that sends a fixed request and returns the body of the answer as its output; -7 if it gets none. */
function fetching(url: string, authorization = 'Bearer top-secret'): Uint8Array {
  const request = JSON.stringify({ url, headers: { authorization } });
  return assemble(
    guestWat({
      imports: `
        (import "env" "host_http_open" (func $open (param i32 i32) (result i32)))
        (import "env" "host_http_read" (func $read (param i32 i32 i32) (result i32)))`,
      execute: `
        (local $handle i32) (local $end i32) (local $got i32)
        (local.set $handle (call $open (i32.const 8192) (i32.const ${request.length})))
        (if (i32.lt_s (local.get $handle) (i32.const 0)) (then (return (i64.const -7))))
        (local.set $end (i32.const 16384))
        (loop $more
          (local.set $got (call $read (local.get $handle) (local.get $end) (i32.const 4096)))
          (if (i32.lt_s (local.get $got) (i32.const 0)) (then (return (i64.const -7))))
          (local.set $end (i32.add (local.get $end) (local.get $got)))
          (br_if $more (i32.gt_s (local.get $got) (i32.const 0))))
        (i64.or
          (i64.shl (i64.const 16384) (i64.const 32))
          (i64.extend_i32_u (i32.sub (local.get $end) (i32.const 16384))))`,
      rest: `(data (i32.const 8192) "${hex(request)}")`,
    }),
  );
}

const permissions = { network: true, allowedHosts: ['api.example.com'] };
const EXAMPLE = 'https://api.example.com/v1';

describe('createTestHost() with HTTP', () => {
  it('answers by a function, chunk by chunk, and notes the requests', async () => {
    await using host = await createTestHost(fetching(EXAMPLE), {
      permissions,
      http: ({ method, url }) => ({ body: ['{"data":', JSON.stringify(`${method} ${url}`), '}'] }),
    });
    const { data, requests } = await host.call(1);
    expect(data).toBe('GET https://api.example.com/v1');
    expect(requests).toMatchObject([{ method: 'GET', url: EXAMPLE, body: '' }]);
    expect(requests[0]!.headers['authorization']).toBe('Bearer top-secret');
  });

  it('asks for permission as a real host does', async () => {
    await using host = await createTestHost(fetching('https://other.example.com/'), {
      permissions,
      http: () => ({ body: '{"data":1}' }),
    });
    await expect(host.call(1)).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
      pluginCode: -7,
    });
  });

  it('says which request nothing answers', async () => {
    await using host = await createTestHost(fetching(EXAMPLE), { permissions });
    await expect(host.call(1)).rejects.toMatchObject({
      code: 'TEST_NO_RECORDING',
      message: `Cannot answer GET ${EXAMPLE}: the test host has no "http"; give it a function or recordedHttp(path)`,
    });
  });

  it('records from a server, without credentials, and replays without it', async () => {
    const path = join(root, 'sub/recorded.jsonl');
    let served = 0;
    let port: number;
    {
      await using server = await serveHttp((_request, response) => {
        served += 1;
        response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b' });
        // In two chunks, split inside the credential that it echoes.
        response.write(`{"data":"answer ${served} top-`);
        setImmediate(() => response.end('secret"}'));
      });
      port = server.port;
      await using host = await createTestHost(
        fetching(`http://127.0.0.1:${port}/x?api_key=abc&q=1`),
        {
          permissions: { network: true, allowedHosts: [`http://127.0.0.1:${port}`] },
          http: recordedHttp(path, { update: true }),
        },
      );
      expect((await host.call(1)).data).toBe('answer 1 top-secret');
      expect((await host.call(1)).data).toBe('answer 2 top-secret');
    }
    const text = await readFile(path, 'utf8');
    expect(text).not.toMatch(/top-secret|secret"|cookie|abc/);
    expect(text).toContain('/x?api_key=***&q=1');
    expect(text.split('\n').length).toBe(3);

    await using host = await createTestHost(
      fetching(`http://127.0.0.1:${port}/x?api_key=abc&q=1`),
      {
        permissions: { network: true, allowedHosts: [`http://127.0.0.1:${port}`] },
        http: recordedHttp(path),
      },
    );
    const answers = [await host.call(1), await host.call(1), await host.call(1)];
    expect(answers.map(({ data }) => data)).toEqual([
      'answer 1 ***',
      'answer 2 ***',
      'answer 2 ***',
    ]);
    expect(served).toBe(2);
  });

  it('leaves a recording alone when nothing was recorded', async () => {
    const path = join(root, 'kept.jsonl');
    await writeFile(path, 'kept\n');
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
      setImmediate(() => response.destroy());
    });
    const host = await createTestHost(fetching(`${server.origin}/`), {
      permissions: { network: true, allowedHosts: [server.origin] },
      http: recordedHttp(path, { update: true }),
    });
    await expect(host.call(1)).rejects.toMatchObject({ code: 'CALL_PLUGIN_FAILED' });
    await host.close();
    expect(await readFile(path, 'utf8')).toBe('kept\n');
  });

  it('fills in secrets, and lets calls take turns', async () => {
    let served = 0;
    await using host = await createTestHost(fetching(EXAMPLE, 'Bearer ${secret:KEY}'), {
      permissions,
      secrets: createMemorySecrets({ KEY: { value: 'k-12345678', hosts: ['api.example.com'] } }),
      http: ({ headers }) => ({
        body: JSON.stringify({
          data: [(served += 1), headers['authorization'] === 'Bearer k-12345678'],
        }),
      }),
    });
    const calls = await Promise.all([host.call(1), host.call(2), host.call(3)]);
    expect(calls.map(({ data }) => data)).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(calls.map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  it.each([
    [
      'no file',
      undefined,
      'TEST_NO_RECORDING',
      'has no such request; record it with TESTBENCH_UPDATE=1',
    ],
    ['text', 'hello\n', 'TEST_BAD_FILE', ':1": it is not JSON'],
    ['marked text', '\uFEFF\n\nhello\n', 'TEST_BAD_FILE', ':3": it is not JSON'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'TEST_BAD_FILE', 'it is UTF-16, save it as UTF-8'],
    [
      'another object',
      '\n{"request":{}}\n',
      'TEST_BAD_FILE',
      ':2": expected a request with method',
    ],
  ])('refuses a recording that is %s', async (name, text, code, words) => {
    const path = join(root, `${name}.jsonl`);
    if (text !== undefined) await writeFile(path, text);
    await using host = await createTestHost(fetching(EXAMPLE), {
      permissions,
      http: recordedHttp(path),
    });
    await expect(host.call(1)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });
});

describe('createTestHost()', () => {
  it('collects what is emitted, and lets the clock go on', async () => {
    const plugin = assemble(
      guestWat({
        imports: `
          (import "env" "host_emit" (func $emit (param i32 i32) (result i32)))
          (import "env" "host_current_time_ms" (func $now (result i64)))`,
        execute: `
          (drop (call $emit (i32.const 8192) (i32.const 2)))
          (drop (call $emit (i32.const 8194) (i32.const 1)))
          (i64.store8 (i32.const 4104) (i64.add (i64.const 48) (call $now)))
          ${packed(4096, 10)}`,
        outputText: '{"data":0}',
        rest: '(data (i32.const 8192) "abc")',
      }),
    );
    await using host = await createTestHost(plugin, { nowMs: 3 });
    expect(await host.call(1)).toMatchObject({ data: 3, chunks: ['ab', 'c'], requests: [] });
    host.advanceTime(4);
    expect((await host.call(1)).data).toBe(7);
  });
});

describe('createTestHost() with state', () => {
  it('hands over what was there, and shows what the plugin keeps', async () => {
    // Appends "x" to the value of the key "k", and returns the length that it found.
    const plugin = assemble(
      guestWat({
        imports: `
          (import "env" "host_get_state" (func $get (param i32 i32 i32 i32) (result i32)))
          (import "env" "host_set_state" (func $set (param i32 i32 i32 i32) (result i32)))`,
        execute: `
          (local $length i32)
          (local.set $length (call $get (i32.const 8192) (i32.const 1) (i32.const 8200) (i32.const 9)))
          (if (i32.lt_s (local.get $length) (i32.const 0)) (then (local.set $length (i32.const 0))))
          (i32.store8 (i32.add (i32.const 8200) (local.get $length)) (i32.const 120))
          (drop (call $set (i32.const 8192) (i32.const 1) (i32.const 8200) (i32.add (local.get $length) (i32.const 1))))
          (i32.store8 (i32.const 4104) (i32.add (i32.const 48) (local.get $length)))
          ${packed(4096, 10)}`,
        outputText: '{"data":0}',
        rest: '(data (i32.const 8192) "k")',
      }),
    );
    await using host = await createTestHost(plugin, { storedState: { k: 'ab' } });
    expect((await host.call(1)).data).toBe(2);
    expect((await host.call(1)).data).toBe(3);
    expect(new TextDecoder().decode(host.storedState.get('k'))).toBe('abxx');
    host.storedState.clear();
    expect((await host.call(1)).data).toBe(0);
  });
});

describe('assertUsage()', () => {
  it('passes within the budget, and names what is beyond it', async () => {
    await using host = await createTestHost(assemble(guestWat()));
    const call = await host.call(1);
    const { fuelUsed, memoryUsedBytes } = call.metadata;
    expect(() =>
      assertUsage(call, { maxFuel: fuelUsed, maxMemoryBytes: memoryUsedBytes }),
    ).not.toThrow();
    expect(() => assertUsage(call, { maxFuel: fuelUsed - 1 })).toThrow(
      `the call took ${fuelUsed} fuel, its budget is ${fuelUsed - 1}`,
    );
    expect(() => assertUsage(call, { maxMemoryBytes: 1 })).toThrow(
      /bytes of memory, its budget is 1$/,
    );
  });
});

describe('checkGolden()', () => {
  const number = assemble(guestWat({ outputText: '{"data":{"a":[0.5,1]}}' }));
  const picky = assemble(guestWat({ execute: '(i64.const -2)' }));
  const golden = async (name: string, text: string): Promise<string> => {
    const path = join(root, `${name}.jsonl`);
    await writeFile(path, text);
    return path;
  };

  it('compares every line, numbers within the tolerance', async () => {
    const path = await golden(
      'right',
      '{"input":1,"output":{"a":[0.5,1]}}\n\n{"input":2,"output":{"a":[0.51,1]}}\n',
    );
    await using host = await createTestHost(number);
    expect(await checkGolden(host, path, { tolerance: 0.02 })).toBe(2);
    const error = await checkGolden(host, path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssertionError);
    const { message, actual, expected } = error as AssertionError;
    expect({ message, actual, expected }).toEqual({
      message: expect.stringContaining(
        `${path}:3: the plugin gives something else; if it is right, run with TESTBENCH_UPDATE=1`,
      ),
      actual: { output: { a: [0.5, 1] } },
      expected: { output: { a: [0.51, 1] } },
    });
  });

  it('expects errors by their code', async () => {
    const path = await golden('error', '{"input":1,"error":"CALL_INVALID_INPUT"}\n');
    await using host = await createTestHost(picky);
    expect(await checkGolden(host, path)).toBe(1);
    await using other = await createTestHost(number);
    await expect(checkGolden(other, path)).rejects.toThrow(/:1: the plugin gives something else/);
  });

  it('writes what it gets when asked, and leaves other fields', async () => {
    const path = await golden('fresh', '{"name":"first","input":1}\n{"input":2,"output":0}\n');
    await using host = await createTestHost(number);
    expect(await checkGolden(host, path, { update: true })).toBe(2);
    expect(await readFile(path, 'utf8')).toBe(
      '{"name":"first","input":1,"output":{"a":[0.5,1]}}\n{"input":2,"output":{"a":[0.5,1]}}\n',
    );
    expect(await checkGolden(host, path)).toBe(2);
  });

  it('writes no error that says nothing about the plugin', async () => {
    const path = await golden('trap', '{"input":1}\n');
    await using host = await createTestHost(assemble(guestWat({ execute: 'unreachable' })));
    await expect(checkGolden(host, path, { update: true })).rejects.toMatchObject({
      code: 'CALL_TRAPPED',
    });
    expect(await readFile(path, 'utf8')).toBe('{"input":1}\n');
  });

  it.each([
    ['missing', undefined],
    ['empty', '\n'],
  ])('refuses a file that is %s', async (name, text) => {
    const path = text === undefined ? join(root, 'none.jsonl') : await golden(name, text);
    await using host = await createTestHost(number);
    await expect(checkGolden(host, path)).rejects.toMatchObject({ code: 'TEST_BAD_FILE' });
  });
});

describe('errors of a test host', () => {
  const failing = assemble(
    guestWat({
      imports: '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))',
      execute: '(drop (call $log (i32.const 1) (i32.const 8192) (i32.const 4))) (i64.const -1)',
      rest: '(data (i32.const 8192) "said")',
    }),
  );
  const thrown = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => Promise.reject(new RangeError('it did not fail')),
      (error: unknown) => error as Error,
    );

  it('begin where the test stands, and carry the log', async () => {
    await using host = await createTestHost(failing);
    await host.call(0).catch(() => {});
    const error = await thrown(host.call(1));
    const [title, log, frame] = error.stack!.split('\n');
    expect(title).toBe('CallError: Cannot finish call: the plugin returned error code -1');
    expect(log).toMatch(/^ {2}\w+: said$/);
    expect(frame).toContain('create-test-host.test.ts:');
    expect(logsOf(error).map(({ message }) => message)).toEqual(['said']);
    expect(logsOf(new RangeError('another'))).toEqual([]);
  });

  it('do so while a plugin is loaded, and for the score of a set', async () => {
    const loading = await thrown(createTestHost(Uint8Array.of(1, 2, 3)));
    expect(loading.stack!.split('\n')[1]).toContain('create-test-host.test.ts:');
    await using host = await createTestHost(failing);
    const scoring = await thrown(host.aggregate({}, 1));
    expect(scoring.stack!.split('\n')[1]).toContain('create-test-host.test.ts:');
  });

  it('are told of a golden file with every difference', async () => {
    const path = join(root, 'differs.jsonl');
    await writeFile(path, '{"input":1,"output":1}\n{"input":2,"error":"CALL_PLUGIN_FAILED"}\n');
    await using host = await createTestHost(failing);
    const { cases, failures } = await runGolden(host, path);
    expect(cases).toBe(2);
    expect(failures).toMatchObject([
      {
        line: 1,
        actual: { error: 'CALL_PLUGIN_FAILED' },
        expected: { output: 1 },
        logs: [{ message: 'said' }],
        cause: { code: 'CALL_PLUGIN_FAILED' },
      },
    ]);
    const stack = (await thrown(checkGolden(host, path))).stack!.split('\n');
    expect(stack.find((line) => line.startsWith('    at '))).toContain('create-test-host.test.ts:');
  });
});

describe('a plugin that asks', () => {
  const asking = [
    {
      ask: [{ url: 'https://a.test/1' }, { provider: 'p', complete: { model: 'm' } }],
      continue: 1,
    },
    'echo',
  ] as const;

  it('runs with recorded answers, and without a network', async () => {
    const recorded = [
      { status: 200, url: 'https://a.test/1', headers: {}, body: 'first' },
      { output: { text: 'second' } },
    ];
    await using host = await createTestHost(askingGuest(), {
      answers: () => recorded.shift(),
      isolation: 'inline',
    });
    const call = await host.call(askingProgram(asking));
    expect(call.asks).toEqual(asking[0].ask);
    expect(call.requests).toEqual([]);
    expect(call.data).toMatchObject({
      answers: [{ body: 'first' }, { output: { text: 'second' } }],
    });
    expect(call.metadata.asking).toMatchObject({ rounds: 1, asks: 2 });
  });

  it('sends what is not answered so by "http"', async () => {
    await using host = await createTestHost(askingGuest(), {
      http: ({ url }) => ({ body: `from ${url}` }),
      permissions: { network: true, allowedHosts: ['a.test'] },
      isolation: 'inline',
    });
    const { data, requests } = await host.call(askingProgram(asking));
    expect(requests.map(({ url }) => url)).toEqual(['https://a.test/1']);
    expect(data).toMatchObject({
      answers: [{ body: 'from https://a.test/1' }, { error: { code: -3 } }],
    });
  });
});
