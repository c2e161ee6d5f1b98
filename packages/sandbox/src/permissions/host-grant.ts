import { parseIpAddress } from './ip-address.js';
import { isLoopbackAddress } from './private-address.js';

/** One entry of `allowedHosts`, parsed. */
export interface HostGrant {
  /** Undefined if the entry has none: then `https:`, and for this machine also `http:`. */
  readonly scheme: 'https:' | 'http:' | undefined;
  /** In lower case, ASCII. Without the `*.` of a wildcard, without the brackets of an IPv6 address. */
  readonly host: string;
  /** Exactly one more label precedes `host`. */
  readonly wildcard: boolean;
  /** Undefined if the entry has none: the scheme's default. `any` for `*`. */
  readonly port: number | 'any' | undefined;
}

const FORM = /^(?:(https?):\/\/)?(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}|\*))?$/i;

/**
 * Parses an entry of `allowedHosts`.
 *
 * @returns The grant, or a string that says what is wrong, for anything that could mean more than its author intended.
 */
export function parseHostGrant(text: string): HostGrant | string {
  const form = FORM.exec(text);
  if (form === null) return explain(text);
  const [, scheme, wildcard, host = '', port] = form;
  let canonical: string;
  try {
    canonical = new URL(`https://${host}`).hostname;
  } catch {
    return 'it is not a host name';
  }
  if (canonical !== host.toLowerCase()) return `write it as "${canonical}"`;
  if (hasEmptyLabel(canonical)) return 'it has an empty label';
  const bare = withoutBrackets(canonical);
  if (wildcard !== undefined) {
    if (parseIpAddress(bare) !== undefined)
      return 'a wildcard stands for a label, and addresses have none';
    if (!bare.includes('.')) return 'a wildcard needs two labels after it';
  }
  const number = port === undefined || port === '*' ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) return 'its port is out of range';
  return {
    scheme: scheme === undefined ? undefined : (`${scheme.toLowerCase()}:` as 'https:' | 'http:'),
    host: bare,
    wildcard: wildcard !== undefined,
    port: port === '*' ? 'any' : number,
  };
}

/** True if the grant covers this scheme, host and port. */
export function grantCovers(grant: HostGrant, url: URL): boolean {
  return (
    coversScheme(grant, url.protocol) &&
    (grant.port === 'any' || portOf(url) === (grant.port ?? defaultPort(url.protocol))) &&
    coversHost(grant, hostOf(url))
  );
}

/** The host of a URL without brackets and without the dot of a fully qualified name. */
export function hostOf(url: URL): string {
  return withoutBrackets(url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname);
}

/** The port of a URL, even if it is the scheme's default. */
export function portOf(url: URL): number {
  return url.port === '' ? defaultPort(url.protocol) : Number(url.port);
}

/** True for the names and addresses that mean this machine and nothing else. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isLoopbackAddress(host);
}

export function hasEmptyLabel(host: string): boolean {
  return !host.startsWith('[') && host.split('.').includes('');
}

function coversScheme({ scheme, host }: HostGrant, protocol: string): boolean {
  if (scheme !== undefined) return protocol === scheme;
  // Loopback traffic cannot be intercepted.
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(host));
}

function coversHost(grant: HostGrant, host: string): boolean {
  if (!grant.wildcard) return host === grant.host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === grant.host;
}

function defaultPort(protocol: string): number {
  return protocol === 'http:' ? 80 : 443;
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function explain(text: string): string {
  if (text.includes('@')) return 'it must not have a user name or password';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^https?:/i.test(text)) {
    return 'its scheme must be https or http';
  }
  if (/[/?#\\]/.test(text.replace(/^https?:\/\//i, ''))) return 'it must not have a path';
  if (text.includes('*')) return '"*." may stand once, before a name of two labels or more';
  // eslint-disable-next-line no-control-regex
  if (/[^\u0000-\u007f]/.test(text)) return 'write the name in ASCII, with "xn--"';
  return 'expected "name", "name:port" or "scheme://name:port", with "*" for any port';
}
