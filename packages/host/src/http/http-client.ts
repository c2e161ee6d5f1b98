import { Readable } from 'node:stream';

import { absorbStreamErrors } from '@testbench/types';
import { type EffectCall, HostCode } from '@testbench/types/abi';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import type {
  HttpTransport,
  HttpTransportRequest,
  HttpTransportResponse,
  SecretStore,
} from '@testbench/types/stores';
import { Agent, request as send } from 'undici';

import { utf8 } from '../guest-view.js';
import {
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  MAX_REDIRECTS,
  MAX_RESPONSE_BYTES,
  MAX_SOCKETS_PER_ORIGIN,
} from '../limits.js';
import { readPermissionSet } from '../read-permission-set.js';
import { fillSecrets } from '../secrets/fill-secrets.js';
import { maskText, SecretMask } from '../secrets/mask-secrets.js';
import { type MaskedSecrets, UsedSecrets } from '../secrets/used-secrets.js';
import { BodyReader } from './body-reader.js';
import { type ConnectorOptions, createCheckedConnector } from './checked-connector.js';
import { ACCEPT_ENCODING, decodeBody } from './decode-body.js';
import { followRedirect, type Hop } from './follow-redirect.js';
import { readAllowedHeaders, mayReceive } from './header-policy.js';
import { HttpExchange, type OpenedResponse } from './http-exchange.js';
import { EffectFailure } from '../effects/effect-failure.js';
import type { HttpRequest } from './parse-request.js';
import type { ProxySettings } from './proxy-settings.js';

/** Options of {@link createHttpClient}. */
export interface HttpClientOptions extends ConnectorOptions {
  /** The identities by which secrets recognize the plugin: the id that its host gave it, and its digest. Not its own name. @default none */
  readonly identities?: readonly string[];
  /** Additional headers that the plugin may set, in lower case. @default none */
  readonly headers?: readonly string[];
  /** What `${secret:NAME}` in a header stands for. @default none */
  readonly secrets?: SecretStore;
  /** Sends each request instead of the network. @default the network */
  readonly transport?: HttpTransport;
}

const OPTIONS: OptionReaders<HttpClientOptions> = {
  permissions: readPermissionSet,
  resolve: (node) => node.callback(),
  authorities: (node) => node.implementation('authorityFor'),
  // Read by `readProxy`.
  proxy: (node) => node.object() as unknown as ProxySettings,
  identities: (node) => node.list().map((identity) => identity.text()),
  headers: (node) => [...readAllowedHeaders(node.value as readonly string[], node.path)],
  secrets: (node) => node.implementation('read'),
  transport: (node) => node.callback(),
};

/** The connections of one plugin, shared only by its instances. */
export interface HttpClient {
  /** Headers that the plugin may set in addition to those allowed for every plugin. */
  readonly headers: ReadonlySet<string>;
  /** Starts a request that the permissions allow. @throws {EffectFailure} Denied. */
  start(request: HttpRequest, call: EffectCall): HttpExchange;
  /** Closes all connections; a later request opens new ones. */
  close(): Promise<void>;
}

/** A response whose body can be ended early. */
interface Answer extends HttpTransportResponse {
  readonly body: Readable;
}

const directly: HttpTransport = (request, connect) => connect(request);

function readable(response: HttpTransportResponse): Answer {
  const { body } = response;
  return {
    ...response,
    body: absorbStreamErrors(body instanceof Readable ? body : Readable.from(body)),
  };
}

/**
 * Makes the HTTP client of one plugin, for `createHostEffects`.
 *
 * Every hop is checked twice: its URL beforehand, and its address when the connection is made. Connections, and what is learned
 * from their timing, are not shared with other plugins. Proxies from the environment are not used; one that the caller names is, for addresses that were checked.
 *
 * @throws {ConfigError} For an unknown key or a wrong value.
 *
 * @example
 * ```ts
 * import { createHostEffects } from '@testbench/host';
 * import { createHttpClient } from '@testbench/host/http';
 * import { PermissionSet } from '@testbench/sandbox';
 *
 * const permissions = new PermissionSet({ network: true, allowedHosts: ['api.example.com'] });
 * const http = createHttpClient({ permissions });
 * const effects = createHostEffects({ permissions, http });
 * const request = new TextEncoder().encode('{"url":"https://other.example.com/"}');
 * effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY });
effects.perform('host_http_open', [request]); // => { code: -3, denied: 'HTTP request: GET https://other.example.com' }
 * await http.close();
 * ```
 */
export function createHttpClient(given: HttpClientOptions): HttpClient {
  const options = readOptions<HttpClientOptions>(given, OPTIONS, '', ['permissions']);
  const { permissions, identities = [], secrets: store, transport = directly } = options;
  const used = new UsedSecrets(store);
  const further = new Set(options.headers);
  // Made by the first request: most plugins never make one.
  let agent: Agent | undefined;

  const checkPermission = ({ url }: Hop, what: string): void => {
    if (permissions.allowsRequest(url)) return;
    throw new EffectFailure(HostCode.permissionDenied, what);
  };

  // A transport may hold the response for a long time before it reads it.
  const connect = async (request: HttpTransportRequest): Promise<Answer> =>
    readable(
      await send(request.url, {
        dispatcher: (agent ??= openAgent(options)),
        method: request.method as Hop['method'],
        headers: request.headers,
        body: request.body ?? null,
        signal: request.signal,
      }),
    );

  const exchange = async (
    first: Hop,
    signal: AbortSignal,
    onHop: (what: string) => void,
  ): Promise<OpenedResponse> => {
    let hop = first;
    for (let redirects = 0; ; redirects += 1) {
      const filled = await fillSecrets(hop.headers, hop.url, { identities, store, used });
      signal.throwIfAborted();
      const { method, url, body } = hop;
      const secrets = used.from(url);
      // Another secret may be sent while the response is being received.
      const check = (): void => checkRange(filled, secrets);
      check();
      const headers = {
        'user-agent': 'testbench',
        ...Object.fromEntries(filled),
        'accept-encoding': ACCEPT_ENCODING,
      };
      const answer = readable(await transport({ method, url, headers, body, signal }, connect));
      try {
        signal.throwIfAborted();
        check();
        const next = followRedirect(hop, answer.statusCode, answer.headers['location']);
        if (next === undefined) return openResponse(hop, answer, secrets, { signal, check });
        if (redirects >= MAX_REDIRECTS) {
          throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_REDIRECTS} redirects`);
        }
        // A server may put data it was sent into a host name, which the log would show.
        const target = maskText(describeHop(next), secrets);
        checkPermission(next, `redirected to ${target}`);
        const from = originOf(first.url);
        onHop(next.url.origin === first.url.origin ? target : `${target}, redirected from ${from}`);
        hop = next;
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
      answer.body.destroy();
    }
  };

  return {
    headers: further,
    start(request, call) {
      const what = describeHop(request);
      checkPermission(request, what);
      return new HttpExchange({
        what,
        call,
        timeoutMs: request.timeoutMs,
        send: (signal, onHop) => exchange(request, signal, onHop),
      });
    },
    async close() {
      const ended = agent;
      // A replaced version may be restored later, and then connects again.
      agent = undefined;
      await ended?.destroy();
    },
  };
}

/** Refuses range requests: a plugin could fetch a secret in pieces too short to be found. */
function checkRange(headers: ReadonlyMap<string, string>, secrets: MaskedSecrets): void {
  if (secrets.longest === 0) return;
  const range = [...headers.keys()].find((name) => /(?:^|-)range$/.test(name));
  if (range === undefined) return;
  throw new EffectFailure(
    HostCode.permissionDenied,
    `header "${range}" where an answer may hold a secret`,
  );
}

function openAgent(options: HttpClientOptions): Agent {
  return new Agent({
    connect: createCheckedConnector(options),
    connections: MAX_SOCKETS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_RESPONSE_BYTES,
    // One deadline covers it all: see HttpExchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function openResponse(
  hop: Hop,
  answer: Answer,
  secrets: MaskedSecrets,
  { signal, check }: { readonly signal: AbortSignal; readonly check: () => void },
): OpenedResponse {
  const { statusCode, headers: received, body } = answer;
  const coding = textOf(received['content-encoding']);
  const isEmpty =
    hop.method === 'HEAD' ||
    [204, 205, 304].includes(statusCode) ||
    received['content-length'] === '0';
  const decoded = isEmpty ? body : decodeBody(body, coding);
  signal.addEventListener('abort', () => decoded.destroy(), { once: true });
  const headers: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(received)) {
    // A decoded body has neither its old length nor its old coding.
    const outdated = decoded !== body && /^content-(?:encoding|length)$/.test(name);
    if (!mayReceive(name) || outdated) continue;
    headers.push([maskText(name, secrets), maskText(textOf(value) ?? '', secrets)]);
  }
  const head = {
    status: statusCode,
    url: maskText(hop.url.href, secrets),
    headers: Object.fromEntries(headers),
  };
  return {
    head: utf8(JSON.stringify(head)),
    body: new BodyReader(decoded, new SecretMask(secrets), check),
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}

/** Describes a hop for the log. */
function describeHop({ method, url }: Hop): string {
  return `${method} ${originOf(url)}`;
}

/** The origin, shortened: hosts may be long. */
function originOf(url: URL): string {
  const { origin } = url;
  return origin.length <= 300 ? origin : `${origin.slice(0, 300)}…`;
}
