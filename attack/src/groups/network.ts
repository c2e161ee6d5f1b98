import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';

import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import type { LoopbackServer } from '@testbench/test-kit/loopback';
import { PluginError } from '@testbench/types/errors';

import { type Attack, insist, ISOLATED } from '../attack.ts';
import { withNames } from '../modules/fake-names.ts';
import { HEX } from '../modules/hex.ts';
import { serving } from '../serving.ts';
import { plugin } from './shorthand.ts';

const client = effectGuest([
  'host_http_open',
  'host_http_head',
  'host_http_read',
  'host_http_close',
]);
const DENIED = -3;
const INVALID = -2;
const LIMIT = -4;
const MiB = 2 ** 20;

interface Sent {
  /** Of opening, of the head, of the last read: the first error, or 0. */
  readonly code: number;
  readonly body: string;
}

/** Sends a request like a plugin that is granted `allowedHosts`. */
async function send(
  arena: Parameters<Attack['run']>[0],
  allowedHosts: readonly string[],
  request: object,
  timeoutMs = 5000,
): Promise<Sent> {
  const manager = await arena.manager({ limits: { timeoutMs } });
  await manager.load(client, { id: 'attacker', permissions: { network: true, allowedHosts } });
  const steps: GuestStep[] = [
    { call: 'host_http_open', args: [JSON.stringify(request)] },
    { call: 'host_http_head', args: [{ resultOf: 0 }, 65_536] },
    { call: 'host_http_read', args: [{ resultOf: 0 }, 1024], untilEnd: true },
  ];
  const { data } = await manager.execute('attacker', { data: effectProgram(steps) });
  const results = effectResults(data);
  const code = results.find((result) => result.code < 0)?.code ?? 0;
  return {
    code,
    body: results
      .slice(2)
      .map(({ bytes }) => String(bytes))
      .join(''),
  };
}

/** A URL for a server on this machine, which a plugin must not reach. */
function refusedUrl(
  row: number,
  name: string,
  url: (port: number) => string,
  options: {
    readonly grant?: (port: number) => string;
    readonly names?: Readonly<Record<string, readonly string[]>>;
    readonly codes?: readonly number[];
  } = {},
): Attack {
  const { grant = () => 'api.example.com', names = {}, codes = [DENIED, INVALID] } = options;
  return {
    row,
    name,
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => response.end('secret'),
        async (server) => {
          const { code, body } = await withNames(names, () =>
            send(arena, [grant(server.port)], { url: url(server.port) }),
          );
          insist(body === '' && server.accepted() === 0, 'it reached the server');
          insist(codes.includes(code), `it gave ${code}`);
          return String(code);
        },
      ),
  };
}

const at =
  (host: string) =>
  (port: number): string =>
    `http://${host}:${port}/`;
const named = (port: number): string => `http://name.example:${port}`;

/** A granted name that resolves to these addresses. */
const resolving = (row: number, address: string): Attack =>
  refusedUrl(row, `a granted name that resolves to ${address}`, named, {
    grant: named,
    names: { 'name.example': [address] },
  });

/** Rows 74 to 84. */
export const network: readonly Attack[] = [
  ...['127.1', '0177.0.0.1', '2130706433', '0x7f000001', '１２７.0.0.1', '127.0.0.1'].map((host) =>
    refusedUrl(74, `http://${host}`, at(host)),
  ),
  ...['[::1]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]'].map(
    (host) => refusedUrl(75, `http://${host}`, at(host)),
  ),
  ...[
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
  ].map((address) => resolving(75, address)),
  ...['127.0.0.1.', 'api.example.com..'].map((host) => refusedUrl(76, `http://${host}`, at(host))),
  ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'].map((address) =>
    resolving(77, address),
  ),
  ...[
    '168.63.129.16',
    '::ffff:0:7f00:1',
    '::ffff:0:a9fe:a9fe',
    '100.100.100.200',
    '192.0.0.192',
    '198.18.0.1',
    '240.0.0.1',
    '64:ff9b:1::7f00:1',
    '3fff::1',
    '5f00::1',
    '4000::1',
    'fd00:ec2::254',
  ].map((address) => resolving(119, address)),
  {
    row: 78,
    name: 'a name that resolves to another address the second time',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => response.end('secret'),
        async (server) => {
          let asked = 0;
          const rebind = (): string[] => {
            asked += 1;
            return [asked === 1 ? '127.0.0.1' : '10.0.0.1'];
          };
          const origin = `http://localhost:${server.port}`;
          const { code, body } = await withNames({ localhost: rebind }, () =>
            send(arena, [origin], { url: origin }),
          );
          insist(asked === 1, `the name was asked for ${asked} times`);
          insist(code === 0 && body === 'secret', `it gave ${code}`);
          return 'asked once, and connected to what was checked';
        },
      ),
  },
  ...redirects(),
  refusedUrl(
    80,
    'a granted host before @',
    (port) => `http://localhost:${port}@127.0.0.1:${port}/`,
    {
      grant: (port) => `http://localhost:${port}`,
    },
  ),
  ...[
    '\u0430pi.example.com',
    'evilapi.example.com',
    'api.example.com.evil.test',
    'a.api.example.com',
  ].map((host) => refusedUrl(81, `https://${host} for api.example.com`, () => `https://${host}/`)),
  {
    row: 82,
    name: '300 kB of gzip that become 280 MiB',
    modes: ISOLATED,
    run: (arena) => {
      const bomb = gzipSync(Buffer.alloc(280 * MiB), { level: 6 });
      return serving(
        (_request, response) => {
          response.writeHead(200, { 'content-encoding': 'gzip' });
          response.end(bomb);
        },
        async (server) => {
          const before = process.memoryUsage.rss();
          const { data } = await arena.call(readerOf(server.origin), {
            limits: { timeoutMs: 20_000 },
            load: { permissions: { network: true, allowedHosts: [server.origin] } },
          });
          const grownMb = (process.memoryUsage.rss() - before) / MiB;
          const [last, total] = new Int32Array(
            Uint8Array.from(Buffer.from(String(data), 'hex')).buffer,
          );
          insist(last === LIMIT, `the last read gave ${last}`);
          insist((total ?? 0) <= 64 * MiB, `it got ${total} bytes`);
          insist(grownMb < 200, `the host grew by ${grownMb.toFixed(0)} MB`);
          return `${last} after ${((total ?? 0) / MiB).toFixed(0)} MiB, the host grew by ${Math.max(0, grownMb).toFixed(0)} MB`;
        },
      );
    },
  },
  ...['host', 'connection', 'transfer-encoding', 'content-length', 'cookie', 'x-forwarded-for'].map(
    (header): Attack => ({
      row: 83,
      name: `the header ${header}`,
      modes: ISOLATED,
      run: (arena) =>
        serving(
          (_request, response) => response.end('secret'),
          async (server) => {
            const request = { url: server.origin, headers: { [header]: 'evil.test' } };
            const { code } = await send(arena, [server.origin], request);
            insist(code === DENIED && server.accepted() === 0, `it gave ${code}`);
            return String(code);
          },
        ),
    }),
  ),
  refusedUrl(84, 'another port', (port) => `http://localhost:${port}/`, {
    grant: (port) => `http://localhost:${port + 1}`,
  }),
  ...['ftp', 'file', 'gopher', 'data', 'ws'].map((scheme) =>
    refusedUrl(84, `the scheme ${scheme}`, (port) => `${scheme}://localhost:${port}/`, {
      grant: (port) => `http://localhost:${port}`,
    }),
  ),
  slowServer(),
  manySockets(),
];

/** A plugin that reads an answer to its end, and returns the result of the last read and the number of bytes. */
function readerOf(url: string): Uint8Array {
  const request = JSON.stringify({ url });
  return plugin({
    imports: `(import "env" "host_http_open" (func $open (param i32 i32) (result i32)))
      (import "env" "host_http_read" (func $read (param i32 i32 i32) (result i32)))`,
    memory: '(memory (export "memory") 20)',
    rest: `${HEX} (data (i32.const 9000) "${request.replaceAll('"', '\\"')}")`,
    execute: `(local $handle i32) (local $got i32) (local $total i32)
      (local.set $handle (call $open (i32.const 9000) (i32.const ${request.length})))
      (loop
        (local.set $got (call $read (local.get $handle) (i32.const 131072) (i32.const 1048576)))
        (if (i32.gt_s (local.get $got) (i32.const 0)) (then
          (local.set $total (i32.add (local.get $total) (local.get $got))) (br 1))))
      (i32.store (i32.const 8192) (local.get $got)) (i32.store (i32.const 8196) (local.get $total))
      (call $hex (i32.const 8192) (i32.const 8))`,
  });
}

/** Row 79. */
function redirects(): Attack[] {
  const chase = (
    name: string,
    location: (port: number) => string,
    alsoGranted: boolean,
    check: (secret: LoopbackServer, seen: readonly IncomingMessage[], code: number) => void,
  ): Attack => ({
    row: 79,
    name,
    modes: ISOLATED,
    run: (arena) => {
      const seen: IncomingMessage[] = [];
      return serving(
        (request, response) => {
          seen.push(request);
          response.end('secret');
        },
        (secret) =>
          serving(
            (_request, response) => {
              response.writeHead(307, { location: location(secret.port) });
              response.end();
            },
            async (server) => {
              const grants = [server.origin, ...(alsoGranted ? [secret.origin] : [])];
              const headers = { authorization: 'Bearer token', 'x-api-key': 'token' };
              const { code } = await send(arena, grants, { url: server.origin, headers });
              check(secret, seen, code);
              return String(code);
            },
          ),
      );
    },
  });
  return [
    chase(
      'a redirect to a place that is not granted',
      at('127.0.0.1'),
      false,
      (secret, _seen, code) =>
        insist(code === DENIED && secret.accepted() === 0, `it gave ${code}`),
    ),
    chase(
      'a redirect to a file',
      () => 'file:///etc/passwd',
      false,
      (_secret, _seen, code) => insist(code < 0, `it gave ${code}`),
    ),
    chase(
      'a redirect that takes credentials along',
      at('127.0.0.1'),
      true,
      (_secret, seen, code) => {
        const { headers } = seen[0] ?? {};
        insist(code === 0 && headers !== undefined, `it gave ${code}`);
        insist(!JSON.stringify(headers).includes('token'), 'the credentials went along');
      },
    ),
  ];
}

/** Row 84: one byte every 20 ms, forever. */
function slowServer(): Attack {
  return {
    row: 84,
    name: 'a server that answers one byte at a time',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => {
          const timer = setInterval(() => response.write('x'), 20);
          response.on('close', () => clearInterval(timer));
        },
        async (server) => {
          const started = performance.now();
          try {
            await send(arena, [server.origin], { url: server.origin }, 500);
          } catch (error) {
            insist(performance.now() - started < 4000, 'it ended too late');
            if (PluginError.is(error)) return error.code;
            throw error;
          }
          return 'the body ended';
        },
      ),
  };
}

/** Row 84: more concurrent requests than are allowed. */
function manySockets(): Attack {
  return {
    row: 84,
    name: '100 requests at once',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        // Never answers.
        () => {},
        async (server) => {
          const manager = await arena.manager({ limits: { timeoutMs: 5000 } });
          const permissions = { network: true, allowedHosts: [server.origin] };
          await manager.load(client, { id: 'attacker', permissions });
          const open: GuestStep = {
            call: 'host_http_open',
            args: [JSON.stringify({ url: server.origin })],
          };
          const { data } = await manager.execute('attacker', {
            data: effectProgram(Array.from({ length: 100 }, () => open)),
          });
          const opened = effectResults(data).filter(({ code }) => code > 0).length;
          insist(opened === 16 && effectResults(data).at(-1)?.code === LIMIT, `${opened} opened`);
          insist(server.accepted() <= 16, `${server.accepted()} sockets`);
          return `16 requests, ${server.accepted()} sockets, then ${LIMIT}`;
        },
      ),
  };
}
