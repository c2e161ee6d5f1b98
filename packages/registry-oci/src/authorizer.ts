import { parseWireJson } from '@testbench/types';
import { StoreError } from '@testbench/types/errors';
import { request as send } from 'undici';

import type { Agents } from './agents.js';
import { readBody, refusalOf } from './answers.js';
import { type Challenge, parseChallenges } from './challenge.js';
import type { RegistryCredentials } from './credentials.js';
import { MAX_TOKEN_BYTES, TOKEN_LIFETIME_MS } from './limits.js';
import type { RegistrySettings } from './registry-options.js';

/** Known token services on another host than their registry. */
const KNOWN_REALMS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
};
/** A header value of printable ASCII: anything else would be cut or refused in transit. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** The scope of a request. */
interface Scope {
  readonly host: string;
  readonly name: string;
  readonly actions: string;
}

interface Authorization {
  readonly header: string;
  readonly untilMs: number;
}

/** Authenticates to registries. Credentials go to the registry and to its token service, and nowhere else. */
export class Authorizer {
  readonly #settings: RegistrySettings;
  readonly #agents: Agents;
  readonly #known = new Map<string, Authorization>();
  readonly #credentials = new Map<string, Promise<RegistryCredentials | undefined>>();

  constructor(settings: RegistrySettings, agents: Agents) {
    this.#settings = settings;
    this.#agents = agents;
  }

  /** The authorization that the registry last asked for. */
  current(scope: Scope): string | undefined {
    const known = this.#known.get(keyOf(scope));
    return known !== undefined && Date.now() < known.untilMs ? known.header : undefined;
  }

  /**
   * Answers a challenge.
   *
   * @returns False if everything has been tried already.
   * @throws {StoreError} `STORE_UNTRUSTED_LOCATION` for a realm on another host; as the token service answers.
   */
  async answer(
    scope: Scope,
    base: URL,
    header: string | readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const before = this.current(scope);
    const challenges = parseChallenges(
      typeof header === 'string' ? header : (header ?? []).join(', '),
    );
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const credentials = await this.#find(scope.host);
    if (bearer !== undefined) {
      this.#known.set(
        keyOf(scope),
        await this.#fetchToken(scope, base, bearer, credentials, signal),
      );
    } else if (challenges.some(({ scheme }) => scheme === 'basic') && credentials !== undefined) {
      this.#known.set(keyOf(scope), {
        header: basic(credentials),
        untilMs: Number.POSITIVE_INFINITY,
      });
    }
    return this.current(scope) !== before;
  }

  async #find(host: string): Promise<RegistryCredentials | undefined> {
    const found = this.#credentials.get(host);
    if (found !== undefined) return await found;
    const asked = Promise.resolve(this.#settings.credentials(host));
    this.#credentials.set(host, asked);
    return await asked;
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  async #fetchToken(
    { host, name, actions }: Scope,
    base: URL,
    { parameters }: Challenge,
    credentials: RegistryCredentials | undefined,
    signal: AbortSignal,
  ): Promise<Authorization> {
    const realm = this.#checkRealm(base, parameters.get('realm'));
    const service = parameters.get('service');
    // Built here: a registry that asks for rights to another repository does not get them.
    const query = new URLSearchParams({
      ...(service === undefined ? {} : { service }),
      // Without a name, the request is for the registry's catalogue.
      scope: name === '' ? 'registry:catalog:*' : `repository:${name}:${actions}`,
    });
    const refreshToken = credentials?.identityToken;
    const what = `get a token for "${host}/${name}"`;
    const dispatcher = this.#agents.for(realm, true);
    let response;
    if (refreshToken !== undefined) {
      query.set('grant_type', 'refresh_token');
      query.set('client_id', 'testbench');
      query.set('refresh_token', refreshToken);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = query.toString();
      response = await send(realm, { method: 'POST', dispatcher, signal, headers, body });
    } else {
      for (const [key, value] of query) realm.searchParams.append(key, value);
      const headers = credentials === undefined ? {} : { authorization: basic(credentials) };
      response = await send(realm, { dispatcher, signal, headers });
    }
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      body: response.body,
      url: new URL(base),
    };
    if (answer.status !== 200) throw await refusalOf(answer, what);
    return readToken(await readBody(answer, MAX_TOKEN_BYTES, 'a token'), what);
  }

  #checkRealm(base: URL, realm: string | undefined): URL {
    const url = URL.parse(realm ?? '');
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new StoreError(
        'STORE_BAD_ANSWER',
        `Cannot log in to ${base.host}: its token service has no address`,
      );
    }
    const isKnown =
      url.host === KNOWN_REALMS[base.host] || this.#settings.trustedHosts.has(url.host);
    const isSafe = url.protocol === 'https:' || url.protocol === base.protocol;
    const isOwn = url.origin === base.origin;
    if ((isOwn || (isKnown && isSafe)) && url.username === '' && url.password === '') return url;
    throw new StoreError(
      'STORE_UNTRUSTED_LOCATION',
      `Cannot log in to ${base.host}: its token service is ${url.protocol}//${url.host}; name that in trustedHosts if it may have your password`,
    );
  }
}

function readToken(bytes: Uint8Array, what: string): Authorization {
  let answer: unknown;
  try {
    answer = parseWireJson(bytes);
  } catch (cause) {
    throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: the answer is not JSON`, { cause });
  }
  const fields = (answer ?? {}) as Record<string, unknown>;
  const token = fields['token'] ?? fields['access_token'];
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: there is none in the answer`);
  }
  const seconds = fields['expires_in'];
  const lifetimeMs =
    typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : TOKEN_LIFETIME_MS;
  // A little before it expires: a request takes time.
  return { header: `Bearer ${token}`, untilMs: Date.now() + lifetimeMs * 0.9 };
}

function basic({ username, password }: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function keyOf({ host, name, actions }: Scope): string {
  return `${host} ${name} ${actions}`;
}
