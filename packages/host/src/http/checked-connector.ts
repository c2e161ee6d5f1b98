import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { callbackify, promisify } from 'node:util';

import type { PermissionSet } from '@testbench/sandbox';
import { absorbStreamErrors } from '@testbench/types';
import { HostCode } from '@testbench/types/abi';
import { buildConnector } from 'undici';

import { CONNECT_TIMEOUT_MS, MAX_LOOKUPS_PER_PLUGIN, MAX_SOCKETS_PER_PLUGIN } from '../limits.js';
import { EffectFailure } from '../effects/effect-failure.js';
import type { TrustedAuthorities } from './certificate-authorities.js';
import { openTunnel } from './open-tunnel.js';
import type { ProxySettings } from './proxy-settings.js';

/** Gives all addresses of a host name. */
export type ResolveName = (hostname: string) => Promise<readonly string[]>;

/** Options for the connections of one plugin. */
export interface ConnectorOptions {
  readonly permissions: PermissionSet;
  /** @default the system's resolver, hosts file included */
  readonly resolve?: ResolveName;
  /** Private certificate authorities, for some hosts. @default those that Node trusts, for every host */
  readonly authorities?: TrustedAuthorities;
  /** A proxy that makes the connections. @default none; the environment is not asked */
  readonly proxy?: ProxySettings;
}

type Connect = ReturnType<typeof buildConnector>;

/**
 * Makes connections only to addresses that the permissions allow.
 *
 * A name is resolved once, and the connection goes to one of the addresses that were checked: a second, different answer of the name
 * server (DNS rebinding) is never requested.
 */
export function createCheckedConnector(options: ConnectorOptions): Connect {
  const { permissions, authorities, proxy } = options;
  const resolve = limitLookups(options.resolve ?? resolveWithSystem);
  let sockets = 0;

  const open = async (target: buildConnector.Options): Promise<Socket> => {
    const start = performance.now();
    const ca = authorities?.authorityFor(urlOf(target));
    if (proxy !== undefined) return await openThroughProxy(target, proxy, ca);
    const addresses = await allowedAddresses(target, permissions, resolve);
    const connect = promisify(
      buildConnector({
        timeout: Math.max(1, CONNECT_TIMEOUT_MS - (performance.now() - start)),
        lookup: pinnedLookup(addresses),
        // Regardless of the process's environment.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
      }) as (
        target: buildConnector.Options,
        callback: (error: Error | null, socket: Socket) => void,
      ) => void,
    );
    const socket = absorbStreamErrors(await connect(target));
    const { remoteAddress = '' } = socket;
    if (permissions.allowsAddress(urlOf(target), remoteAddress)) return socket;
    // Cannot happen unless a lower layer changes where connections go.
    socket.destroy();
    throw new EffectFailure(HostCode.permissionDenied, 'connected to a wrong address');
  };

  /** The proxy is asked for the address that was checked, unless it is to resolve names itself. */
  const openThroughProxy = async (
    target: buildConnector.Options,
    settings: ProxySettings,
    ca: string | undefined,
  ): Promise<Socket> => {
    const { hostname, port, protocol } = target;
    const isName = isIP(hostname) === 0;
    const [address] =
      isName && settings.names === 'proxy'
        ? [hostname]
        : await allowedAddresses(target, permissions, resolve);
    const host = isIP(address!) === 6 ? `[${address}]` : address;
    const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
    const tunnel = await openTunnel(settings, `${host}:${number}`, authorities);
    if (protocol !== 'https:') return tunnel as Socket;
    const secure = promisify(
      buildConnector({
        timeout: CONNECT_TIMEOUT_MS,
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
      }) as (
        target: buildConnector.Options,
        callback: (error: Error | null, socket: Socket) => void,
      ) => void,
    );
    return absorbStreamErrors(
      await secure({
        ...target,
        servername: isName ? hostname : '',
        httpSocket: tunnel as Socket,
      }),
    );
  };

  return callbackify(async (target: buildConnector.Options): Promise<Socket> => {
    if (sockets >= MAX_SOCKETS_PER_PLUGIN) {
      throw new EffectFailure(HostCode.limitExceeded, 'too many connections are open');
    }
    sockets += 1;
    try {
      const socket = await open(target);
      socket.once('close', () => (sockets -= 1));
      return socket;
    } catch (error) {
      sockets -= 1;
      throw error;
    }
    // Its type relates the two arguments of the callback, which no function of Node does.
  }) as unknown as Connect;
}

/** A look-up cannot be cancelled: it is awaited no longer than a connection may take, and counts until it is over. */
function limitLookups(resolve: ResolveName): ResolveName {
  let running = 0;
  return async (hostname) => {
    if (running >= MAX_LOOKUPS_PER_PLUGIN) {
      throw new EffectFailure(HostCode.limitExceeded, 'too many names are being looked up');
    }
    running += 1;
    const found = resolve(hostname).finally(() => (running -= 1));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const failure = new EffectFailure(HostCode.inputOutput, 'the name was not found in time');
      timer = setTimeout(() => reject(failure), CONNECT_TIMEOUT_MS);
      timer.unref();
    });
    try {
      return await Promise.race([found, late]);
    } finally {
      clearTimeout(timer);
      found.catch(() => {});
    }
  };
}

async function allowedAddresses(
  target: buildConnector.Options,
  permissions: PermissionSet,
  resolve: ResolveName,
): Promise<readonly string[]> {
  const { hostname } = target;
  const found = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
  const url = urlOf(target);
  const allowed = found.filter((address) => permissions.allowsAddress(url, address));
  if (allowed.length > 0) return allowed;
  // Does not say which: a plugin must not learn what internal names resolve to.
  throw found.length === 0
    ? new EffectFailure(HostCode.inputOutput, 'the name has no address')
    : new EffectFailure(HostCode.permissionDenied, 'it resolves to an address that is not granted');
}

function urlOf({ protocol, hostname, port }: buildConnector.Options): URL {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`);
}

/** Always answers with the addresses that were resolved and checked before. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = found;
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

async function resolveWithSystem(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
