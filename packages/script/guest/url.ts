import { percentDecode, percentEncode, URLSearchParams } from './url-search-params.js';

/** Schemes with a host, and their default ports. */
const PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
  'ftp:': '21',
};

const PATH_KEPT = /[A-Za-z0-9!$%&'()*+,\-./:;=@[\\\]_~|]/;
const QUERY_KEPT = /[A-Za-z0-9!$%&()*+,\-./:;=?@[\\\]^_`{|}~]/;
const FRAGMENT_KEPT = /[A-Za-z0-9!#$%&'()*+,\-./:;=?@[\\\]^_{|}~]/;
const USER_KEPT = /[A-Za-z0-9!$%&'()*+,\-._~]/;
/** Code points that are not permitted in a host. */
const BAD_HOST = /[\0-\x20"#%/<>?@[\\\]^`{|}\x7f]/;

interface Parts {
  protocol: string;
  username: string;
  password: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
}

/**
 * URLs of the web, as in the standard, and other URLs as far as their parts allow.
 *
 * Host names with characters outside ASCII are refused: there is no Unicode table to convert them to ASCII. Numbers are accepted as addresses only in
 * the usual form of four parts.
 */
export class URL {
  readonly #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    this.#parts = parse(String(url), base === undefined ? undefined : new URL(String(base)).#parts);
  }

  static canParse(url: unknown, base?: unknown): boolean {
    try {
      void new URL(url, base);
      return true;
    } catch {
      return false;
    }
  }

  get protocol(): string {
    return this.#parts.protocol;
  }

  get username(): string {
    return this.#parts.username;
  }

  get password(): string {
    return this.#parts.password;
  }

  get hostname(): string {
    return this.#parts.hostname;
  }

  get port(): string {
    return this.#parts.port;
  }

  get pathname(): string {
    return this.#parts.pathname;
  }

  set pathname(value: string) {
    this.#parts.pathname = resolvePath(percentEncode(String(value), PATH_KEPT), '');
  }

  get search(): string {
    return this.#parts.search;
  }

  set search(value: string) {
    const text = String(value).replace(/^\?/, '');
    this.#parts.search = text === '' ? '' : `?${percentEncode(text, QUERY_KEPT)}`;
    this.#params = undefined;
  }

  get hash(): string {
    return this.#parts.hash;
  }

  set hash(value: string) {
    const text = String(value).replace(/^#/, '');
    this.#parts.hash = text === '' ? '' : `#${percentEncode(text, FRAGMENT_KEPT)}`;
  }

  get host(): string {
    const { hostname, port } = this.#parts;
    return port === '' ? hostname : `${hostname}:${port}`;
  }

  get origin(): string {
    return this.protocol in PORTS ? `${this.protocol}//${this.host}` : 'null';
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.search, (text) => {
      this.#parts.search = text === '' ? '' : `?${text}`;
    });
    return this.#params;
  }

  get href(): string {
    const { protocol, username, password, hostname, pathname, search, hash } = this.#parts;
    const hasHost = hostname !== '' || protocol in PORTS || protocol === 'file:';
    const secret = password === '' ? '' : `:${password}`;
    const user = username === '' && secret === '' ? '' : `${username}${secret}@`;
    return `${protocol}${hasHost ? `//${user}${this.host}` : ''}${pathname}${search}${hash}`;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }
}

function parse(given: string, base: Parts | undefined): Parts {
  const refuse = (): never => {
    throw new TypeError(`Cannot parse URL ${JSON.stringify(given)}`);
  };
  // oxlint-disable-next-line no-control-regex -- the standard's
  let rest = given.replace(/^[\0- ]+|[\0- ]+$/g, '').replace(/[\t\n\r]/g, '');
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(rest)?.[0].toLowerCase();
  const protocol = scheme ?? base?.protocol ?? refuse();
  if (scheme !== undefined) rest = rest.slice(scheme.length);
  const isWeb = protocol in PORTS;
  const [, hashText] = cut(rest, '#');
  [rest] = cut(rest, '#');
  const [, queryText] = cut(rest, '?');
  [rest] = cut(rest, '?');
  if (isWeb) rest = rest.replaceAll('\\', '/');
  const hash = hashText ? `#${percentEncode(hashText, FRAGMENT_KEPT)}` : '';
  const search = queryText ? `?${percentEncode(queryText, QUERY_KEPT)}` : '';
  const isRelative =
    scheme === undefined || (base?.protocol === protocol && isWeb && !rest.startsWith('/'));
  if (isRelative && !rest.startsWith('//')) {
    if (base === undefined) return refuse();
    if (rest === '')
      return { ...base, search: queryText === undefined ? base.search : search, hash };
    const path = percentEncode(rest, PATH_KEPT);
    return { ...base, pathname: resolvePath(path, base.pathname), search, hash };
  }
  const parts = { protocol, username: '', password: '', hostname: '', port: '', search, hash };
  const hasHost = isWeb || rest.startsWith('//');
  if (!hasHost) return { ...parts, pathname: percentEncode(rest, PATH_KEPT) };
  const afterSlashes = isWeb ? rest.replace(/^\/*/, '') : rest.slice(2);
  const [authority, path] = cut(afterSlashes, '/');
  const host = readAuthority(authority, isWeb) ?? refuse();
  if (host.hostname === '' && isWeb) refuse();
  if (host.port === PORTS[protocol]) host.port = '';
  const pathname =
    path === undefined && !isWeb ? '' : resolvePath(`/${percentEncode(path ?? '', PATH_KEPT)}`, '');
  return { ...parts, ...host, pathname };
}

function readAuthority(
  authority: string,
  isWeb: boolean,
): Pick<Parts, 'username' | 'password' | 'hostname' | 'port'> | undefined {
  const at = authority.lastIndexOf('@');
  const [username, password = ''] = at === -1 ? [''] : cut(authority.slice(0, at), ':');
  const host = authority.slice(at + 1);
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(?::([0-9]*))?$/.exec(host);
  if (match === null) return undefined;
  const port = match[2] === undefined || match[2] === '' ? '' : String(Number(match[2]));
  if (Number(port) > 65_535) return undefined;
  const isAddress = match[1]!.startsWith('[');
  const hostname = isAddress || !isWeb ? match[1]! : percentDecode(match[1]!).toLowerCase();
  if (!isAddress && (BAD_HOST.test(hostname) || [...hostname].some((char) => char > '~')))
    return undefined;
  return {
    username: percentEncode(username, USER_KEPT),
    password: percentEncode(password, USER_KEPT),
    hostname,
    port,
  };
}

/** A path relative to another, without "." and "..". */
function resolvePath(path: string, base: string): string {
  const full = path.startsWith('/') ? path : base.slice(0, base.lastIndexOf('/') + 1) + path;
  const segments: string[] = [];
  const all = full.split('/').slice(1);
  for (const [index, segment] of all.entries()) {
    const name = segment.replaceAll(/%2e/gi, '.');
    if (name === '..') segments.pop();
    else if (name !== '.') {
      segments.push(segment);
      continue;
    }
    if (index === all.length - 1) segments.push('');
  }
  return `/${segments.join('/')}`;
}

function cut(text: string, mark: string): [before: string, after?: string] {
  const index = text.indexOf(mark);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
