import { ConfigError, type Permissions, rejectUnknownKeys } from '@testbench/types';

import { type DirectoryGrant, innermostDirectory, parseDirectoryGrant } from './directory-grant.js';
import {
  grantCovers,
  hasEmptyLabel,
  type HostGrant,
  hostOf,
  isLoopbackHost,
  parseHostGrant,
  portOf,
} from './host-grant.js';
import { isAbsolutePath, normalizePath } from './posix-path.js';
import { isLoopbackAddress, isPrivateAddress } from './private-address.js';

/** Each permission, and the list that says what it covers. */
const LISTS = {
  filesystem: 'allowedDirs',
  network: 'allowedHosts',
  envVars: 'allowedEnv',
} as const satisfies Partial<Record<keyof Permissions, keyof Permissions>>;

type Permission = keyof typeof LISTS;

const KEYS = [...Object.keys(LISTS), ...Object.values(LISTS)];

/**
 * What one plugin is granted, and the questions that host functions ask of it.
 *
 * The default is nothing. A permission and its list go together: `envVars: true` without
 * `allowedEnv`, or the list without the permission, is a mistake that would grant more or less than
 * its author thought, so both are refused.
 *
 * @example
 * ```ts
 * import { PermissionSet } from '@testbench/sandbox';
 *
 * const granted = new PermissionSet({ network: true, allowedHosts: ['*.example.com'] });
 * granted.allowsRequest(new URL('https://api.example.com/v1')); // => true
 * granted.allowsRequest(new URL('http://api.example.com/v1')); // => false
 * granted.allowsEnv('HOME'); // => false
 * ```
 */
export class PermissionSet {
  /** What was granted, as it was said. */
  readonly granted: Permissions;
  /** Directories, as granted. */
  readonly directories: readonly DirectoryGrant[];
  readonly #hosts: readonly HostGrant[];
  readonly #env: ReadonlySet<string>;

  /**
   * @param granted What the host grants; copied.
   * @param path Where it stands in a configuration, for messages.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, or `CONFIG_INVALID` where a permission and its list do not go together,
   *   or an entry could mean more than its author thought.
   */
  constructor(granted: Permissions = {}, path = 'permissions') {
    rejectUnknownKeys(granted, KEYS, path);
    this.granted = structuredClone(granted);
    for (const permission of Object.keys(LISTS) as Permission[]) {
      checkPair(granted, permission, path);
    }
    this.directories = parseEach(granted, 'allowedDirs', path, parseDirectoryGrant);
    rejectTwins(this.directories, `${path}.allowedDirs`);
    this.#hosts = parseEach(granted, 'allowedHosts', path, parseText(parseHostGrant));
    this.#env = new Set(
      parseEach(granted, 'allowedEnv', path, parseText(parseName)).map(({ name }) => name),
    );
  }

  /** True if the plugin may read the environment variable `name`; names are compared exactly. */
  allowsEnv(name: string): boolean {
    return this.#env.has(name);
  }

  /**
   * True if a grant covers the URL's scheme, host and port.
   *
   * Never true for a URL with a user name or password. Says nothing about the address that the name resolves to: ask
   * {@link allowsAddress} for each.
   */
  allowsRequest(url: URL): boolean {
    if (url.username !== '' || url.password !== '' || hasEmptyLabel(hostOf(url))) return false;
    return this.#hosts.some((grant) => grantCovers(grant, url));
  }

  /**
   * True if a connection for `url` may go to `address`: a public one, or a private one that a grant names.
   *
   * A name that resolves to a private address is no grant of it, but for `localhost`. To grant `build.internal`, grant its
   * address beside it.
   *
   * @param address What the host of `url` resolved to.
   */
  allowsAddress(url: URL, address: string): boolean {
    if (!this.allowsRequest(url)) return false;
    if (!isPrivateAddress(address)) return true;
    if (isLoopbackAddress(address) && isLoopbackHost(hostOf(url))) return true;
    const literal = new URL(url);
    literal.hostname = address.includes(':') ? `[${address}]` : address;
    // A hostname that a URL cannot take leaves the old one in place, which would be found among the grants.
    if (hostOf(literal) === hostOf(url) && hostOf(url) !== address) return false;
    return (
      portOf(literal) === portOf(url) && this.#hosts.some((grant) => grantCovers(grant, literal))
    );
  }

  /**
   * True if a granted directory holds `path` and its access suffices; of nested ones, the innermost decides.
   *
   * Compares text: whoever opens the path must ask again for the path of what was opened.
   *
   * @param path Absolute and normalised; never true for another.
   */
  allowsPath(path: string, access: DirectoryGrant['access']): boolean {
    if (path.includes('\0') || !isAbsolutePath(path) || normalizePath(path) !== path) return false;
    const grant = innermostDirectory(this.directories, path);
    return grant !== undefined && (access === 'read-only' || grant.access === 'read-write');
  }
}

/** Reads a list item by item; a string as the result says what is wrong with the item. */
function parseEach<Item extends object>(
  granted: Permissions,
  list: (typeof LISTS)[Permission],
  path: string,
  parse: (entry: unknown) => Item | string,
): Item[] {
  const items: readonly unknown[] = granted[list] ?? [];
  return items.map((entry, index) => {
    const item = parse(entry);
    return typeof item === 'string' ? invalid(`${path}.${list}[${index}]`, item) : item;
  });
}

function parseText<Item>(
  parse: (text: string) => Item | string,
): (entry: unknown) => Item | string {
  return (entry) =>
    typeof entry === 'string' && entry !== '' ? parse(entry) : 'expected a non-empty string';
}

function parseName(name: string): string | { name: string } {
  // A name with "=" does not exist, and "*" would look as if it granted all.
  return /[=*\0]/.test(name) ? 'it is not the name of an environment variable' : { name };
}

/** Two entries for one directory could say two things. */
function rejectTwins(directories: readonly DirectoryGrant[], path: string): void {
  const seen = new Set<string>();
  for (const directory of directories) {
    if (seen.has(directory.path)) invalid(path, `"${directory.path}" stands there twice`);
    seen.add(directory.path);
  }
}

function checkPair(granted: Permissions, permission: Permission, path: string): void {
  const list = LISTS[permission];
  const flag: unknown = granted[permission];
  const items: unknown = granted[list];
  if (flag !== undefined && typeof flag !== 'boolean') {
    invalid(`${path}.${permission}`, 'expected true or false');
  }
  if (items !== undefined && !Array.isArray(items)) {
    invalid(`${path}.${list}`, 'expected a list');
  }
  if (flag === true && items === undefined) {
    invalid(`${path}.${permission}`, `it needs "${list}", the list of what it covers`);
  }
  if (flag !== true && items !== undefined) {
    invalid(`${path}.${list}`, `it needs "${permission}: true"`);
  }
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot grant "${path}": ${state}`);
}
