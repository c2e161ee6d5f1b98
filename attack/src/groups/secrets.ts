import type { IncomingMessage } from 'node:http';

import { createEnvSecrets, createMemorySecrets } from '@testbench/host';
import { PluginManager } from '@testbench/manager';
import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestResult,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import { serveHttp } from '@testbench/test-kit/loopback';
import { ConfigError } from '@testbench/types/errors';
import type { SecretStore } from '@testbench/types/stores';

import { type Attack, insist, ISOLATED } from '../attack.ts';

type Arena = Parameters<Attack['run']>[0];

const client = effectGuest(['host_http_open', 'host_http_head', 'host_http_read']);
const DENIED = -3;
const BAD_SECRET = -5;
const VALUE = 'sk-ant-Very/Secret+0123456789"abcdef';
/** This many characters of it in a row would reveal something. */
const TELLING = 18;

/** What a plugin gets for its requests: head and body of each. */
async function ask(
  arena: Arena,
  origin: string,
  secrets: SecretStore,
  requests: readonly object[],
  id = 'attacker',
): Promise<readonly GuestResult[]> {
  const manager = await arena.manager({ secrets, limits: { timeoutMs: 5000 } });
  await manager.load(client, { id, permissions: { network: true, allowedHosts: [origin] } });
  const steps = requests.flatMap((request, index): GuestStep[] => [
    { call: 'host_http_open', args: [JSON.stringify(request)] },
    { call: 'host_http_head', args: [{ resultOf: 3 * index }, 65_536] },
    { call: 'host_http_read', args: [{ resultOf: 3 * index }, 65_536] },
  ]);
  const { data } = await manager.execute(id, { data: effectProgram(steps) });
  return effectResults(data);
}

const sent = (request: IncomingMessage): string =>
  (request.headers.authorization ?? '').replace(/^Bearer /, '');

/** Every way in which a server may return what it received, by path. */
const ECHOES: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  capitals: (secret) => secret.toUpperCase(),
  url: (secret) => encodeURIComponent(secret),
  'url-small': (secret) => encodeURIComponent(secret).toLowerCase(),
  'url-all': (secret) =>
    Array.from(secret, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  'url-twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  json: (secret) => JSON.stringify({ error: `wrong key ${secret}` }),
  'json-twice': (secret) => JSON.stringify(JSON.stringify(secret)),
  unicode: (secret) =>
    Array.from(secret, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join(''),
  html: (secret) => `<p>${secret.replaceAll('"', '&quot;').replaceAll('/', '&#x2F;')}</p>`,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  basic: (secret) => Buffer.from(`user:${secret}`).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'without-the-end': (secret) => `wrong key ${secret.slice(0, -1)}`,
  'without-the-start': (secret) => `wrong key ${secret.slice(1)}`,
  half: (secret) => `wrong key ${secret.slice(0, secret.length / 2)}...`,
};

/** Undoes every encoding, and looks for a part of the secret. */
function tells(text: string): boolean {
  const unescaped = text
    .replaceAll(/%25/g, '%')
    .replaceAll(/%([0-9a-f]{2})|\\u00([0-9a-f]{2})/gi, (_all, one: string, two: string) =>
      String.fromCharCode(Number.parseInt(one ?? two, 16)),
    )
    .replaceAll(/&quot;/g, '"')
    .replaceAll(/&#x2F;/g, '/')
    .replaceAll(/\\+/g, '');
  const words = text.split(/[^A-Za-z0-9+/=]+/);
  const decoded = words.flatMap((word) => [
    Buffer.from(word, 'base64').toString('latin1'),
    Buffer.from(word, 'hex').toString('latin1'),
  ]);
  const seen = [text, unescaped, ...decoded].join('\n').toLowerCase();
  return Array.from({ length: VALUE.length - TELLING + 1 }, (_, start) =>
    VALUE.slice(start, start + TELLING).toLowerCase(),
  ).some((part) => seen.includes(part));
}

const RULES: readonly object[] = [
  { plugin: ['other'] },
  { Plugins: ['other'] },
  { plugins: 'attacker-prod' },
  { plugins: ['other', 7] },
  { plugins: [] },
  { header: ['x-request-id'] },
  { headers: 'authorization' },
];

/** Rows 111 and 112. */
export const secretRows: readonly Attack[] = [
  {
    row: 111,
    name: 'policies whose secrets have mistyped keys and wrong types',
    modes: ['host'],
    run() {
      for (const rule of [...RULES, { value: VALUE }, { env: 7 }]) {
        const secrets = { KEY: { hosts: ['api.example.com'], ...rule } } as never;
        for (const make of [
          () => createEnvSecrets(secrets),
          () => new PluginManager({ policy: { secrets } }),
        ]) {
          let refusal: unknown;
          try {
            make();
          } catch (error) {
            refusal = error;
          }
          insist(refusal instanceof ConfigError, `it took ${JSON.stringify(rule)}`);
          insist(!String(refusal).includes(VALUE), 'the message has the value');
        }
      }
      return `${RULES.length + 2} of them refused`;
    },
  },
  {
    row: 111,
    name: 'stores that give secrets with such rules, and ids that are parts of others',
    modes: ISOLATED,
    async run(arena) {
      await using server = await serveHttp((request, response) => response.end(sent(request)));
      const hosts = [server.origin];
      const request = { url: server.origin, headers: { authorization: 'Bearer ${secret:KEY}' } };
      const stores = RULES.map((rule) => ({
        specificationVersion: 'v1' as const,
        read: () => ({ value: VALUE, hosts, ...rule }),
      }));
      for (const store of stores) {
        const [, head] = await ask(arena, server.origin, store, [request]);
        insist(head?.code === BAD_SECRET, `it gave ${head?.code}`);
      }
      const secret = { value: VALUE, hosts, plugins: ['translator-prod'] };
      for (const id of ['translator', 'prod', 'translator-prod2']) {
        const store = createMemorySecrets({ KEY: secret });
        const [, head] = await ask(arena, server.origin, store, [request], id);
        insist(head?.code === DENIED, `${id} got ${head?.code}`);
      }
      insist(server.accepted() === 0, 'it reached the server');
      return `${BAD_SECRET} and ${DENIED}, and nothing was sent`;
    },
  },
  {
    row: 112,
    name: 'a server that gives the secret back, whole or in part, in every form',
    modes: ISOLATED,
    async run(arena) {
      await using server = await serveHttp((request, response) => {
        const text = ECHOES[request.url?.slice(1) ?? '']?.(sent(request)) ?? '';
        const token = /^[!-~]*$/.test(text) ? text : encodeURIComponent(text);
        response.setHeader('x-echo', token);
        // As a name, which arrives in lower case.
        const name = sent(request).replaceAll(/[^A-Za-z0-9-]/g, (letter) =>
          encodeURIComponent(letter),
        );
        response.setHeader(`x-${name}`, 'x');
        response.write(text.slice(0, text.length / 2));
        setTimeout(() => response.end(text.slice(text.length / 2)), 5);
      });
      const store = createMemorySecrets({ KEY: { value: VALUE, hosts: [server.origin] } });
      for (const path of Object.keys(ECHOES)) {
        const headers = { authorization: 'Bearer ${secret:KEY}' };
        const request = { url: `${server.origin}/${path}`, headers };
        const results = await ask(arena, server.origin, store, [request]);
        const text = results.map(({ bytes }) => bytes.toString('latin1')).join('\n');
        insist(
          results.every(({ code }) => code >= 0),
          `${path} gave ${results.map(({ code }) => code).join()}`,
        );
        insist(text.includes('*'), `${path}: nothing is masked`);
        insist(!tells(text), `${path}: ${text.slice(0, 400)}`);
      }
      insist(
        arena.logs.every(({ message }) => !tells(message)),
        'it is in the log',
      );
      return `${Object.keys(ECHOES).length} forms masked, in bodies, values and names`;
    },
  },
  {
    row: 112,
    name: 'a secret in pieces of four bytes, by ranges',
    modes: ISOLATED,
    async run(arena) {
      let kept = '';
      await using server = await serveHttp((request, response) => {
        kept = sent(request) || kept;
        const [, start = 0, end = 1e9] =
          /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
        response.writeHead(206).end(kept.slice(Number(start), Number(end) + 1));
      });
      const store = createMemorySecrets({ KEY: { value: VALUE, hosts: [server.origin] } });
      const pieces = Array.from({ length: 9 }, (_, index) => `bytes=${4 * index}-${4 * index + 3}`);
      const { origin } = server;
      const authorization = 'Bearer ${secret:KEY}';
      const results = await ask(arena, origin, store, [
        { url: origin, headers: { authorization } },
        { url: origin, headers: { authorization, range: pieces[0] } },
        ...pieces.map((range) => ({ url: origin, headers: { range } })),
      ]);
      const heads = results.filter((_result, index) => index % 3 === 1).slice(1);
      insist(
        heads.every(({ code }) => code === DENIED),
        `heads: ${heads.map(({ code }) => code).join()}`,
      );
      insist(
        !tells(results.map(({ bytes }) => bytes.toString('latin1')).join('')),
        'it has the secret',
      );
      return `${DENIED} for each`;
    },
  },
];
