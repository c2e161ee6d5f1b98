import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { askServer } from '../../../packages/serve/src/__fixtures__/ask-server.ts';
import { type Attack, insist } from '../attack.ts';
import {
  HOSTILE_ANSWER,
  refuseEach,
  sendRaw,
  serveAttack,
  SLOW,
  stillAnswers,
} from '../serve-target.ts';

const GOOD = { plugin: 'good', data: 1 };
const EXECUTE = '/v1/execute';

/** Bytes of a request that a proper client would send, with further headers. */
function head(token: string, headers: string): string {
  return `POST ${EXECUTE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}\r\n`;
}

/** Rows 380 to 391: who may call plugins over HTTP, with what, and what they may do to others. */
export const serveRows: readonly Attack[] = [
  serveAttack(380, 'a page asks: other origins, DNS rebinding, with the token', async (target) => {
    const { port } = target.server;
    const hosts = [`evil.example:${port}`, '127.0.0.1.evil.example', '0.0.0.0', '2130706433'];
    const origins = [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      `https://localhost:${port}`,
    ];
    const bare = await sendRaw(target.server, 'GET /v1/plugins HTTP/1.0\r\n\r\n');
    insist(bare.startsWith('HTTP/1.1 421 '), `without Host: ${bare.slice(0, 60)}`);
    return await refuseEach(target, [
      ...hosts.map((host) => [EXECUTE, { body: GOOD, headers: { host } }, [421, 400]] as const),
      ...hosts.map((host) => ['/openapi.json', { headers: { host } }, [421, 400]] as const),
      ...origins.map((origin) => [EXECUTE, { body: GOOD, headers: { origin } }, [403]] as const),
      ...['cross-site', 'same-site'].map(
        (site) => [EXECUTE, { body: GOOD, headers: { 'sec-fetch-site': site } }, [403]] as const,
      ),
      [EXECUTE, { method: 'OPTIONS', headers: { origin: 'http://evil.example' } }, [403]],
      ['/v1/chat/completions', { body: {}, headers: { origin: 'http://evil.example' } }, [403]],
    ]);
  }),
  serveAttack(381, 'no token, wrong ones, in other places', async (target) => {
    const { token } = target.server;
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${token.slice(1)}`,
      `Bearer ${token}x`,
      `Bearer ${token} ${token}`,
      `Basic ${token}`,
      token,
      `Bearer ${'x'.repeat(10_000)}`,
    ];
    const paths = [EXECUTE, `${EXECUTE}?token=${token}`, '/v1/chat/completions', '/v1/nothing'];
    return await refuseEach(target, [
      ...wrong.flatMap((authorization) =>
        paths.map((path) => [path, { body: GOOD, headers: { authorization } }, [401]] as const),
      ),
      ...['/metrics', '/v1/plugins', '/v1/models', '/v1/models/m'].map(
        (path) =>
          [path, { headers: { authorization: '', cookie: `token=${token}` } }, [401]] as const,
      ),
    ]);
  }),
  serveAttack(382, 'paths that lead elsewhere, names from the prototype', async (target) => {
    const paths = [
      '/v1/../v1/plugins',
      '//v1/plugins',
      '/v1/plugins/',
      '/V1/plugins',
      '/%76%31/plugins',
      '/v1/models/%2e%2e/plugins',
      '/v1/models/%ff',
      '/v1/models/__proto__',
      '/v1/models/constructor',
      `/v1/models/${'x'.repeat(5000)}`,
      '/etc/passwd',
      'http://evil.example/v1/plugins',
      '*',
    ];
    const names = ['__proto__', 'constructor', 'toString', '../good', 'good\u0000', 'Good'];
    return await refuseEach(target, [
      ...paths.map((path) => [path, {}, [404]] as const),
      ...names.map((plugin) => [EXECUTE, { body: { plugin, data: 1 } }, [404]] as const),
      ...names.map(
        (model) =>
          [
            '/v1/chat/completions',
            { body: { model, messages: [{ role: 'user' }] } },
            [404],
          ] as const,
      ),
      [EXECUTE, { body: '{"__proto__":{"plugin":"good"},"data":1}' }, [400]],
    ]);
  }),
  serveAttack(383, 'bodies that are malformed, too deep, compressed or no text', async (target) => {
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '"good"',
      '{"plugin":"good"}',
      '{"plugin":"good","data":1,"more":1}',
      '{"plugin":"good","data":1e999}',
      String.raw`{"plugin":"good","data":"\ud800"}`,
      `{"plugin":"good","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{"plugin":"good","data":[${'{},'.repeat(1_000_000)}1]}`,
      Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
      Buffer.from('{"plugin":"good","data":"\xff"}', 'latin1'),
      Buffer.from('{"plugin":"good","data":1}', 'utf16le'),
    ];
    const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
    const gzip = { 'content-encoding': 'gzip' };
    const form = { 'content-type': 'text/plain' };
    return await refuseEach(target, [
      ...bodies.map((body) => [EXECUTE, { method: 'POST', body }, [400]] as const),
      ...bodies.map((body) => ['/v1/execute/batch', { method: 'POST', body }, [400]] as const),
      [EXECUTE, { body: bomb, headers: gzip }, [415]],
      [EXECUTE, { body: GOOD, headers: form }, [415]],
    ]);
  }),
  serveAttack(
    384,
    'bodies, batches and answers beyond their limits',
    async (target) => {
      const large = 'x'.repeat(200_000);
      const chunked = { 'transfer-encoding': 'chunked' };
      const inputs = Array.from({ length: 11 }, () => ({ data: 1 }));
      const said = await refuseEach(target, [
        [EXECUTE, { body: { plugin: 'good', data: large } }, [413]],
        [EXECUTE, { body: { plugin: 'good', data: large }, headers: chunked }, [413]],
        ['/v1/execute/batch', { body: { plugin: 'good', inputs } }, [413]],
        ['/v1/execute/stream', { body: { plugin: 'good', inputs } }, [413]],
        [EXECUTE, { body: { ...GOOD, timeout_ms: 0 } }, [400]],
        [EXECUTE, { body: { ...GOOD, timeout_ms: 1e300 } }, [400]],
        [EXECUTE, { body: { ...GOOD, max_fuel: -1 } }, [400]],
      ]);
      const lying = await sendRaw(
        target.server,
        head(target.server.token, 'Content-Length: 999999999\r\n'),
      );
      insist(lying.startsWith('HTTP/1.1 413 '), `a length of a gigabyte: ${lying.slice(0, 60)}`);
      return said;
    },
    { maxBodyBytes: 100_000, maxBatch: 10 },
  ),
  serveAttack(
    385,
    'heads and bodies that come a byte at a time, while others work',
    async ({ server, calls }) => {
      const begins = [
        'GET /v1/plugins HTTP/1.1\r\nHost: loc',
        head(server.token, 'Content-Length: 1000\r\n') + '{"plugin":',
        head(server.token, 'Transfer-Encoding: chunked\r\n') + '5\r\n{"plu',
        head('wrong', 'Content-Length: 1000\r\n') + '{',
      ];
      const slow = Array.from({ length: 40 }, (_, n) => sendRaw(server, begins[n % 4]!));
      const before = calls();
      const over = new AbortController();
      const all = Promise.all(slow).finally(() => over.abort());
      while (!over.signal.aborted) await stillAnswers(server);
      const told = await all;
      insist(
        told.every((text) => text === '' || /^HTTP\/1\.1 40[018] /.test(text)),
        `one was answered with ${told.find((text) => !text.startsWith('HTTP/1.1 40'))?.slice(0, 60)}`,
      );
      return `40 slow clients were cut off, and ${calls() - before} requests of others answered meanwhile`;
    },
    { bodyTimeoutMs: 300 },
  ),
  serveAttack(
    386,
    'four hundred sockets',
    async ({ server }) => {
      const sockets: Socket[] = [];
      const ended: Promise<unknown>[] = [];
      for (let n = 0; n < 400; n += 1) {
        const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        ended.push(once(socket, 'close').catch(() => undefined));
      }
      // The server closes those beyond its limit.
      await Promise.race(ended);
      for (const socket of sockets) socket.destroy();
      await Promise.all(ended);
      await stillAnswers(server);
      return 'those beyond 64 were closed; once they have gone, a proper client is answered';
    },
    { maxSockets: 64 },
  ),
  serveAttack(387, 'floods of headers, smuggled requests', async ({ server, calls }) => {
    const { token } = server;
    const body = JSON.stringify(GOOD);
    const before = calls();
    const tries = [
      head(token, `X: ${'y'.repeat(100_000)}\r\n`),
      head(token, Array.from({ length: 5000 }, (_, n) => `X-${n}: y\r\n`).join('')),
      head(token, `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`) + `0\r\n\r\n${body}`,
      head(token, `Content-Length: 4\r\nContent-Length: ${body.length}\r\n`) + body,
      head(token, `Content-Length: +${body.length}\r\n`) + body,
      head(token, `Transfer-Encoding: chunked, identity\r\n`) + body,
      head(token, `X: a\r\n folded\r\nContent-Length: ${body.length}\r\n`) + body,
      head(token, `Content-Length : ${body.length}\r\n`) + body,
      `POST ${EXECUTE} HTTP/1.1\nHost: localhost\nAuthorization: Bearer ${token}\n\n`,
      '\u0016\u0003\u0001\u0002\u0000\u0001',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ];
    for (const bytes of tries) {
      const told = await sendRaw(server, bytes);
      insist(
        told === '' || /^HTTP\/1\.1 4\d\d /.test(told),
        `${JSON.stringify(bytes.slice(-60))} was answered with ${told.slice(0, 60)}`,
      );
    }
    insist(calls() === before, 'one of them reached a plugin');
    await stillAnswers(server);
    return `${tries.length} were refused before a plugin was asked`;
  }),
  serveAttack(
    388,
    'clients that do not read their answers, and a plugin that never stops',
    async ({ server }) => {
      const body = JSON.stringify({ plugin: 'pouring', data: 1 });
      const request = head(server.token, `Content-Length: ${body.length}\r\n`).replace(
        EXECUTE,
        `${EXECUTE}/stream`,
      );
      const before = process.memoryUsage.rss();
      const sockets = Array.from({ length: 8 }, () => {
        const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
        socket.write(request + body);
        return socket.pause();
      });
      await stillAnswers(server);
      // Each is cut off when its time is over; a socket that is not read does not say so.
      const active = async (): Promise<boolean> =>
        (await askServer(server, '/metrics')).body.includes('testbench_serve_active_requests 0');
      while (!(await active())) await stillAnswers(server);
      for (const socket of sockets) socket.destroy();
      const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
      insist(grown < 300, `the server grew by ${Math.round(grown)} MB`);
      return 'each was cut off in time, and little of what it did not read was held';
    },
    { requestTimeoutMs: 500 },
  ),
  serveAttack(389, 'plugins that loop, trap, and answer from elsewhere', async ({ server }) => {
    for (const [plugin, code, status] of [
      ['looping', 'CALL_DEADLINE_EXCEEDED', 504],
      ['trapping', 'CALL_TRAPPED', 502],
      ['long', 'CALL_INVALID_OUTPUT', 502],
      ['foreign', 'CALL_INVALID_OUTPUT', 502],
    ] as const) {
      for (const path of [EXECUTE, '/v1/execute/stream']) {
        // More time and fuel than the plugin has.
        const body = { plugin, data: 1, timeout_ms: 60_000, max_fuel: Number.MAX_SAFE_INTEGER };
        const [told] = await Promise.all([askServer(server, path, { body }), stillAnswers(server)]);
        const seen = (told.json as { code: string }).code;
        const isLoop = plugin === 'looping' && seen === 'CALL_FUEL_EXHAUSTED';
        insist(
          isLoop || (seen === code && told.status === status),
          `${plugin} was answered with ${told.status} ${told.body.slice(0, 80)}`,
        );
      }
    }
    return 'each is stopped by the limits of its plugin, and others are answered meanwhile';
  }),
  serveAttack(390, 'answers that end lines, events and streams', async ({ server }) => {
    const messages = [{ role: 'user', content: 'a' }];
    const ask = async (path: string, body: object): Promise<string> => {
      const told = await askServer(server, path, { body });
      insist(told.headers['set-cookie'] === undefined, 'an answer set a header');
      return told.body;
    };
    const lines = await ask('/v1/execute/stream', {
      plugin: 'speaker',
      data: { model: 'm', stream: true },
    });
    const types = lines
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    insist(types.join() === 'chunk,result', `the lines are ${types.join()}`);
    const events = await ask('/v1/chat/completions', { model: 'm', messages, stream: true });
    const parts = events.split('\n\n').slice(0, -1);
    insist(
      parts.every((part) => part.startsWith('data: ') && !part.includes('\n')),
      'an event was forged',
    );
    insist(parts.indexOf('data: [DONE]') === parts.length - 1, 'the stream was ended by a plugin');
    const told = JSON.parse(await ask('/v1/chat/completions', { model: 'm', messages })) as {
      choices: [{ message: { content: string }; finish_reason: string }];
    };
    const [{ message, finish_reason: reason }] = told.choices;
    insist(message.content === HOSTILE_ANSWER && reason === 'stop', 'the answer was changed');
    return 'all of it is within strings of JSON, and a reason that nobody knows is "stop"';
  }),
  serveAttack(
    391,
    'more requests at a time than are answered',
    async ({ server, calls }) => {
      const before = calls();
      const body = { plugin: 'good', data: SLOW };
      const told = await Promise.all(
        Array.from({ length: 300 }, () => askServer(server, EXECUTE, { body })),
      );
      const answered = told.filter(({ status }) => status === 200).length;
      const refused = told.filter(
        ({ status, headers }) => status === 503 && headers['retry-after'],
      );
      insist(answered + refused.length === 300, 'one was neither answered nor told to come again');
      insist(answered > 0 && refused.length > 0, 'they did not overlap');
      insist(calls() - before === answered, 'a refused one was run, or an answer was lost');
      await stillAnswers(server);
      return `${answered} were answered and ${refused.length} told to come again; none was lost`;
    },
    { maxRequests: 4, maxSockets: 400 },
  ),
];
