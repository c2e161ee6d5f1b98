import {
  type CertificateAuthority,
  readAuthorities,
  type TrustedAuthorities,
} from '@testbench/host';
import { type ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import type { FindCredentials } from './credentials.js';
import { MAX_TRANSFER_TIMEOUT_MS } from './limits.js';

/** Options of {@link openRegistry}; every field has a default. */
export interface RegistryOptions {
  /** Host of names without one, such as `registry.example.com` or `localhost:5000`. @default such names are refused */
  readonly host?: string;
  /** Finds credentials, such as `dockerCredentials()`. @default none: all requests are anonymous */
  readonly credentials?: FindCredentials;
  /** Hosts that are contacted without TLS. @default those on this machine that have no private authority */
  readonly plainHttp?: readonly string[];
  /** Private certificate authorities, for some hosts. @default those that Node trusts */
  readonly certificateAuthorities?: readonly CertificateAuthority[];
  /**
   * Hosts, with their ports, to which a registry may redirect: as its token service, and for blobs even if they are in a private network.
   *
   * @default a token service only on the registry's own host; blobs on any host with a public address
   */
  readonly trustedHosts?: readonly string[];
  /**
   * An HTTP proxy for all requests, such as `http://proxy.example.com:3128`, with `name:password@` before the host if it requires
   * credentials. Variables such as `HTTPS_PROXY` are not read. With a proxy, the address of a name is unknown here, so a
   * registry may redirect only to hosts in `trustedHosts`.
   *
   * @default none
   */
  readonly proxy?: string;
  /**
   * Time limit of one blob, including its attempts and the pauses between them, in milliseconds: 1 to 86,400,000, which is a day. After that it fails with
   * `STORE_UNAVAILABLE`, which says how much was transferred.
   *
   * @default 5 minutes, or a minute plus the time for its bytes at 32 KiB a second, if that is longer
   */
  readonly transferTimeoutMs?: number;
}

/** The validated options. */
export interface RegistrySettings {
  readonly host: string | undefined;
  readonly credentials: FindCredentials;
  readonly trustedHosts: ReadonlySet<string>;
  readonly authorities: TrustedAuthorities;
  readonly proxy: string | undefined;
  readonly transferTimeoutMs: number | undefined;
  /** `http:` or `https:`. */
  protocolOf(host: string): 'http:' | 'https:';
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readRegistryOptions(options: RegistryOptions | undefined): RegistrySettings {
  const own = readOptions<RegistryOptions>(options, {
    host: readHost,
    credentials: (node) => node.callback<FindCredentials>(),
    plainHttp: (node) => node.list().map(readHost),
    certificateAuthorities: (node) => {
      readAuthorities(node.value as readonly CertificateAuthority[]);
      return node.value as readonly CertificateAuthority[];
    },
    trustedHosts: (node) => node.list().map(readHost),
    proxy: readProxy,
    transferTimeoutMs: (node) => node.wholeNumber(1, MAX_TRANSFER_TIMEOUT_MS),
  });
  const authorities = readAuthorities(own.certificateAuthorities);
  const plain = new Set(own.plainHttp);
  return {
    host: own.host,
    credentials: own.credentials ?? (() => undefined),
    trustedHosts: new Set(own.trustedHosts),
    authorities,
    proxy: own.proxy,
    transferTimeoutMs: own.transferTimeoutMs,
    protocolOf(host) {
      const isPlain =
        plain.has(host) ||
        (own.plainHttp === undefined &&
          LOOPBACK.test(host) &&
          authorities.authorityFor(new URL(`https://${host}`)) === undefined);
      return isPlain ? 'http:' : 'https:';
    },
  };
}

function readHost(node: ConfigNode): string {
  const host = node.text();
  return HOST.test(host) ? host : node.reject('a host in lower case, with its port if it has one');
}

/** Does not quote the value: it may contain a password. */
function readProxy(node: ConfigNode): string {
  const url = URL.parse(node.text());
  if (url !== null && /^https?:$/.test(url.protocol) && url.host !== '') return url.href;
  throw new ConfigError(
    'CONFIG_INVALID',
    node.path,
    `Cannot use "${node.path}": expected the address of an HTTP proxy, such as http://proxy.example.com:3128`,
  );
}
