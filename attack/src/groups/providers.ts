import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createMemorySecrets, loadPolicy, PluginManager } from '@testbench/manager';
import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { PluginError } from '@testbench/types/errors';

import { type Attack, insist, ISOLATED } from '../attack.ts';
import { type Addresses, withNames } from '../modules/fake-names.ts';
import { serving } from '../serving.ts';

const client = effectGuest(['host_http_open', 'host_http_head']);
const httpPlugin = fileURLToPath(
  new URL('../../../example-plugins/http/build/http.wasm', import.meta.url),
);
const DENIED = -3;

/** A plugin with a proxy asks for a name that the attacker's name server answers for: where does the proxy get to connect? */
function throughProxy(
  name: string,
  makeAddresses: () => Addresses,
  allowed: readonly string[],
): Attack {
  return {
    row: 410,
    name,
    modes: ISOLATED,
    async run(arena) {
      const asked: string[] = [];
      const proxy = createServer();
      proxy.on('connect', ({ url = '' }: IncomingMessage, socket) => {
        asked.push(url);
        socket.on('error', () => {});
        socket.end('HTTP/1.1 502 No\r\n\r\n');
      });
      await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = proxy.address() as AddressInfo;
        const manager = await arena.manager({ proxy: `http://127.0.0.1:${port}` });
        const permissions = { network: true, allowedHosts: ['name.example'] };
        await manager.load(client, { id: 'attacker', permissions });
        const steps = [
          { call: 'host_http_open', args: [JSON.stringify({ url: 'https://name.example/' })] },
          { call: 'host_http_head', args: [{ resultOf: 0 }, 65_536] },
        ] as const;
        const { data } = await withNames({ 'name.example': makeAddresses() }, () =>
          manager.execute('attacker', { data: effectProgram(steps) }),
        );
        const code = effectResults(data).find((result) => result.code < 0)?.code ?? 0;
        const targets = asked.join(', ');
        insist(
          asked.every((target) => allowed.includes(target)),
          `the proxy was asked for ${targets}`,
        );
        insist(allowed.length > 0 || code === DENIED, `it gave ${code}`);
        return asked.length === 0 ? String(code) : targets;
      } finally {
        proxy.close();
      }
    },
  };
}

/** A policy that names an `.env` file which is not what it seems. */
function envFile(name: string, make: (file: string) => Promise<void>): Attack {
  return {
    row: 411,
    name,
    modes: ['host'],
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'attack-env-'));
      try {
        await make(join(folder, '.env'));
        const policy = join(folder, 'policy.json');
        const secrets = { KEY: { hosts: ['api.example.com'] } };
        await writeFile(policy, JSON.stringify({ envFile: '.env', secrets }));
        try {
          await loadPolicy(policy);
        } catch (error) {
          insist(PluginError.is(error), `it threw ${String(error)}`);
          const { message } = error as Error;
          insist(!/root:|sk-0123456789/.test(message), 'the message quotes the file');
          return message.slice(message.indexOf('": ') + 3);
        }
        insist(false, 'the policy was taken');
        return '';
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** A record whose value is inserted into a request: what arrives at the server? */
function templateValue(
  name: string,
  config: object,
  value: string,
  isHarmless: (seen: Seen) => boolean,
  path = '',
): Attack {
  return {
    row: 412,
    name,
    modes: ['host'],
    async run() {
      const seen: Seen[] = [];
      const note = (request: IncomingMessage, response: ServerResponse): void => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => {
          seen.push({ url: request.url ?? '', body: Buffer.concat(parts).toString() });
          response.end('{"text":"ok"}');
        });
      };
      return await serving(note, async (server) => {
        const hosts = [server.origin];
        const secrets = createMemorySecrets({
          KEY: { value: 'sk-0123456789', hosts, headers: ['x-title'] },
        });
        const manager = new PluginManager({ isolation: 'inline', secrets });
        try {
          const own = { url: `${server.origin}/v1/${path}`, answer: '$.text', ...config };
          const permissions = { network: true, allowedHosts: hosts };
          await manager.load(httpPlugin, { id: 'http', config: own, permissions });
          const data = { model: 'm', prompt: 'p', record: { b: value } };
          await manager.execute('http', { data });
        } catch (error) {
          insist(seen.length === 0, 'a request was sent');
          return String((error as { readonly pluginMessage?: string }).pluginMessage);
        } finally {
          await manager.close();
        }
        const [request] = seen;
        insist(request !== undefined && isHarmless(request), JSON.stringify(request));
        return 'it arrives as a value';
      });
    },
  };
}

interface Seen {
  readonly url: string;
  readonly body: string;
}

/** The first answer is a public address, all others a private one. */
function rebinding(): Addresses {
  let times = 0;
  return () => {
    times += 1;
    return [times === 1 ? '93.184.216.34' : '169.254.169.254'];
  };
}

const HOSTILE = '"},"admin":true,"x":{"y":"';

/** Rows 410 to 412: proxies, `.env` files, and templates of requests. */
export const providerRows: readonly Attack[] = [
  ...['10.0.0.1', '169.254.169.254', '127.0.0.1', '::ffff:127.0.0.1', 'fd00:ec2::254'].map(
    (address) =>
      throughProxy(`a proxy is led to ${address} by a granted name`, () => [address], []),
  ),
  throughProxy('a name that resolves to another address for the proxy', rebinding, [
    '93.184.216.34:443',
  ]),
  envFile('a link to a file of the host', (file) => symlink('/etc/passwd', file)),
  envFile('a folder', (file) => mkdir(file)),
  envFile('a file that anyone may change', async (file) => {
    await writeFile(file, 'KEY=sk-0123456789\n');
    await chmod(file, 0o666);
  }),
  envFile('a file of a megabyte', (file) => writeFile(file, `KEY=${'x'.repeat(2 ** 20)}`)),
  envFile('a line that sets nothing', (file) => writeFile(file, 'sk-0123456789\n')),
  templateValue(
    'a value that leaves its JSON string',
    { body: '{"q":"{{record.b}}"}' },
    HOSTILE,
    ({ body }) => {
      return Object.keys(JSON.parse(body) as object).join(',') === 'q';
    },
  ),
  templateValue(
    'a value that leaves its JSON',
    { body: { q: '{{record.b}}' } },
    HOSTILE,
    ({ body }) => {
      return (JSON.parse(body) as { q: string }).q === HOSTILE;
    },
  ),
  templateValue(
    'a value that adds a parameter',
    { body: { q: '{{record.b}}' }, body_type: 'form' },
    'a&admin=1',
    ({ body }) => {
      return body === 'q=a%26admin%3D1';
    },
  ),
  templateValue(
    'a value that names a secret',
    { headers: { 'x-title': '{{record.b}}' } },
    '${secret:KEY}',
    () => false,
  ),
  templateValue(
    'a value that adds a header',
    { headers: { 'x-title': '{{record.b}}' } },
    'a\r\nx-admin: 1',
    () => false,
  ),
  templateValue('a value that leads to another path', {}, '..', () => false, '{{record.b}}/x'),
];
