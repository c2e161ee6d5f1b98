import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

/** A proxy for the requests of plugins. */
export interface ProxyOptions {
  /** Its address, such as `http://proxy.example.com:3128`, with `name:password@` before the host if it requires credentials. */
  readonly url: string;
  /**
   * Who finds the address of a name. `here`: the host, which checks it as without a proxy, and asks the proxy for a connection to that address. `proxy`: the proxy,
   * where this host cannot resolve public names; then nothing here sees whether a granted name leads to a private address. @default 'here'
   */
  readonly names?: 'here' | 'proxy';
}

/** A proxy, checked. */
export interface ProxySettings {
  readonly origin: URL;
  /** Value of `proxy-authorization`; undefined for a proxy without credentials. */
  readonly authorization: string | undefined;
  readonly names: 'here' | 'proxy';
}

const NAMES = ['here', 'proxy'] as const;

/**
 * Checks a proxy. Its messages do not quote the address, which may contain a password.
 *
 * @param proxy An address alone stands for `{ url }`; undefined for none. The environment (`HTTPS_PROXY` and the like) is not read.
 * @throws {ConfigError} `CONFIG_INVALID`, `CONFIG_UNKNOWN_KEY`.
 *
 * @example
 * ```ts
 * import { readProxy } from '@testbench/host';
 *
 * readProxy('http://proxy.example.com:3128')?.names; // => 'here'
 * ```
 */
export function readProxy(
  proxy: string | ProxyOptions | undefined,
  path = 'proxy',
): ProxySettings | undefined {
  if (proxy === undefined) return undefined;
  if (typeof proxy === 'string') {
    return settingsOf(readAddress(new ConfigNode(proxy, path)), 'here');
  }
  let address: URL | undefined;
  const { names = 'here' } = readOptions<ProxyOptions>(
    proxy,
    {
      url: (node) => {
        address = readAddress(node);
        return address.href;
      },
      names: (node) => node.oneOf(NAMES),
    },
    path,
    ['url'],
  );
  return settingsOf(address!, names);
}

function settingsOf(
  { username, password, origin }: URL,
  names: ProxySettings['names'],
): ProxySettings {
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    origin: new URL(origin),
    authorization:
      username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    names,
  };
}

function readAddress({ value, path }: ConfigNode): URL {
  const url = typeof value === 'string' ? parse(value) : undefined;
  const isPlain = url?.pathname === '/' && url.search === '' && url.hash === '';
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.host !== '' && isPlain) return url;
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot use "${path}": expected the address of an HTTP proxy, such as http://proxy.example.com:3128`,
  );
}

/** Undefined also for credentials that cannot be decoded. */
function parse(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return undefined;
  }
}
