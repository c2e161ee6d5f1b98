import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

import type { TrustedAuthorities } from '@testbench/host';
import { PermissionSet } from '@testbench/sandbox';
import { StoreError } from '@testbench/types/errors';
import { Agent, type Dispatcher } from 'undici';

import { CONNECT_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from './limits.js';

/** A name that no address is granted for by name, so that only public addresses are allowed. */
const FOREIGN = new URL('https://foreign.invalid');
const PUBLIC = new PermissionSet({ network: true, allowedHosts: [FOREIGN.host] });

/** Connections, by what they may reach. */
export class Agents {
  readonly #agents = new Map<string, Agent>();
  readonly #authorities: TrustedAuthorities;

  constructor(authorities: TrustedAuthorities) {
    this.#authorities = authorities;
  }

  /**
   * @param trusted True for the registry itself and hosts that the user named: they may be in a private network. Others must have a
   *   public address.
   * @throws {StoreError} `STORE_UNTRUSTED_LOCATION` for a private address.
   */
  for(url: URL, trusted: boolean): Dispatcher {
    const { hostname } = url;
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (!trusted && isIP(address) !== 0) requirePublic(address, url.host);
    const key = `${url.origin} ${trusted}`;
    const found = this.#agents.get(key);
    if (found !== undefined) return found;
    const ca = this.#authorities.authorityFor(url);
    const agent = new Agent({
      headersTimeout: SILENCE_TIMEOUT_MS,
      bodyTimeout: SILENCE_TIMEOUT_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        // Whatever the process's environment says.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
        ...(trusted ? {} : { lookup: lookupPublic }),
      },
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

function requirePublic(address: string, host: string): void {
  if (PUBLIC.allowsAddress(FOREIGN, address)) return;
  throw new StoreError(
    'STORE_UNTRUSTED_LOCATION',
    `Cannot follow the registry to "${host}": it is in a private network; name it in trustedHosts if it may be asked`,
  );
}

/** The connection goes to what was checked: a name cannot mean something else a moment later. */
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
