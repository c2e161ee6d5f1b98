import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

import type { TrustedAuthorities } from '@testbench/host';
import { PermissionSet } from '@testbench/sandbox';
import { StoreError } from '@testbench/types/errors';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

import { CONNECT_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from './limits.js';
import type { RegistrySettings } from './registry-options.js';

/** A name that is never granted access by name, so that only public addresses are allowed. */
const FOREIGN = new URL('https://foreign.invalid');
const PUBLIC = new PermissionSet({ network: true, allowedHosts: [FOREIGN.host] });

/** Connections, by the addresses they may reach. */
export class Agents {
  readonly #agents = new Map<string, Dispatcher>();
  readonly #authorities: TrustedAuthorities;
  readonly #proxy: string | undefined;

  constructor({ authorities, proxy }: Pick<RegistrySettings, 'authorities' | 'proxy'>) {
    this.#authorities = authorities;
    this.#proxy = proxy;
  }

  /**
   * @param trusted True for the registry itself and hosts that the user named: they may be in a private network. Others must have a
   *   public address.
   * @throws {StoreError} `STORE_UNTRUSTED_LOCATION` for a private address, and behind a proxy for every address that is not trusted.
   */
  for(url: URL, trusted: boolean): Dispatcher {
    const { hostname } = url;
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (!trusted && isIP(address) !== 0) requirePublic(address, url.host);
    const key = `${url.origin} ${trusted}`;
    const found = this.#agents.get(key);
    if (found !== undefined) return found;
    if (!trusted && this.#proxy !== undefined) throw unseen(url.host);
    const agent = this.#open(url, trusted);
    this.#agents.set(key, agent);
    return agent;
  }

  #open(url: URL, trusted: boolean): Dispatcher {
    const ca = this.#authorities.authorityFor(url);
    const timeouts = { headersTimeout: SILENCE_TIMEOUT_MS, bodyTimeout: SILENCE_TIMEOUT_MS };
    const tls = {
      timeout: CONNECT_TIMEOUT_MS,
      // Regardless of the process's environment.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    };
    if (this.#proxy !== undefined) {
      const proxyTls = { timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: true };
      return new ProxyAgent({ ...timeouts, uri: this.#proxy, requestTls: tls, proxyTls });
    }
    const connect = { ...tls, ...(trusted ? {} : { lookup: lookupPublic }) };
    return new Agent({ ...timeouts, connect });
  }
}

function unseen(host: string): StoreError {
  return new StoreError(
    'STORE_UNTRUSTED_LOCATION',
    `Cannot follow the registry to "${host}": behind a proxy its address is unknown; add it to trustedHosts to permit it`,
  );
}

function requirePublic(address: string, host: string): void {
  if (PUBLIC.allowsAddress(FOREIGN, address)) return;
  throw new StoreError(
    'STORE_UNTRUSTED_LOCATION',
    `Cannot follow the registry to "${host}": it is in a private network; name it in trustedHosts if it may be asked`,
  );
}

/** Connects to the checked address: the name might resolve to another one a moment later. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    try {
      for (const { address } of found) requirePublic(address, hostname);
    } catch (refusal) {
      callback(refusal as Error, '');
      return;
    }
    const [first] = found;
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  });
};
