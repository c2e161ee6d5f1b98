import type { Permissions } from '@testbench/types';
import { parseCustomFunctionName } from '@testbench/types/abi';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import {
  type DirectoryGrant,
  innermostDirectory,
  parseDirectoryGrant,
  readDirectory,
} from './directory-grant.js';
import {
  grantCovers,
  hasEmptyLabel,
  type HostGrant,
  hostOf,
  isLoopbackHost,
  parseHostGrant,
  portOf,
} from './host-grant.js';
import { ownFields } from './own-fields.js';
import { isAbsolutePath, normalizePath } from './posix-path.js';
import { isLoopbackAddress, isPrivateAddress } from './private-address.js';

/** Each permission, the list that says what it covers, and an example for messages. */
const PERMISSIONS = [
  { flag: 'filesystem', list: 'allowedDirs', example: '/data' },
  { flag: 'network', list: 'allowedHosts', example: 'api.example.com' },
  { flag: 'envVars', list: 'allowedEnv', example: 'LANG' },
  { flag: 'hostFunctions', list: 'allowedHostFunctions', example: 'mine.lookup' },
] as const satisfies readonly {
  readonly flag: keyof Permissions;
  readonly list: keyof Permissions;
  readonly example: string;
}[];

type Permission = (typeof PERMISSIONS)[number];

const READERS: OptionReaders<Permissions> = {
  filesystem: (node) => node.boolean(),
  network: (node) => node.boolean(),
  envVars: (node) => node.boolean(),
  hostFunctions: (node) => node.boolean(),
  allowedDirs: (node) => node.list().map(readDirectory),
  allowedHosts: readTexts,
  allowedEnv: readTexts,
  allowedHostFunctions: readTexts,
};

function readTexts(node: ConfigNode): string[] {
  return node.list().map((entry) => entry.text());
}

/**
 * The permissions granted to one plugin, and the checks that host functions make.
 *
 * The default is nothing. A permission and its list go together: `envVars: true` needs an `allowedEnv` that names something,
 * and a list that names something needs its permission. Anything else would grant more or less than its author intended, so
 * it is rejected. `false` with an empty list, or without one, grants nothing.
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
  /** The permissions as given. */
  readonly granted: Permissions;
  /** Directories, as granted. */
  readonly directories: readonly DirectoryGrant[];
  readonly #hosts: readonly HostGrant[];
  readonly #env: ReadonlySet<string>;
  readonly #hostFunctions: ReadonlySet<string>;

  /**
   * @param granted What the host grants; copied.
   * @param path Its path in a configuration, for messages.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, or `CONFIG_INVALID` if a permission and its list do not match,
   *   or an entry could mean more than its author intended.
   */
  constructor(granted: Permissions = {}, path = 'permissions') {
    const own = readOptions<Permissions>(ownFields(new ConfigNode(granted, path)), READERS, path);
    for (const permission of PERMISSIONS) checkPair(own, permission, path);
    const { allowedDirs, allowedHosts, allowedEnv, allowedHostFunctions } = own;
    this.directories = parseEach(allowedDirs, `${path}.allowedDirs`, parseDirectoryGrant);
    rejectTwins(this.directories, `${path}.allowedDirs`);
    this.#hosts = parseEach(allowedHosts, `${path}.allowedHosts`, parseHostGrant);
    const variables = parseEach(allowedEnv, `${path}.allowedEnv`, parseName);
    this.#env = new Set(variables.map(({ name }) => name));
    const functions = `${path}.allowedHostFunctions`;
    this.#hostFunctions = new Set(
      parseEach(allowedHostFunctions, functions, parseFunction).map(({ name }) => name),
    );
    this.granted = own;
  }

  /** True if the plugin may read the environment variable `name`; names are compared exactly. */
  allowsEnv(name: string): boolean {
    return this.#env.has(name);
  }

  /** True if the plugin may call the custom host function `name`, such as `mine.lookup`; names are compared exactly. */
  allowsHostFunction(name: string): boolean {
    return this.#hostFunctions.has(name);
  }

  /**
   * True if a grant covers the URL's scheme, host and port.
   *
   * Never true for a URL with a user name or password. Does not check the address that the name resolves to: call
   * {@link allowsAddress} for each address.
   */
  allowsRequest(url: URL): boolean {
    if (url.username !== '' || url.password !== '' || hasEmptyLabel(hostOf(url))) return false;
    return this.#hosts.some((grant) => grantCovers(grant, url));
  }

  /**
   * True if a connection for `url` may go to `address`: a public one, or a private one that a grant names.
   *
   * A name that resolves to a private address does not grant it, except `localhost`. To grant `build.internal`, also grant its
   * address.
   *
   * @param address The address to which the host of `url` resolved.
   */
  allowsAddress(url: URL, address: string): boolean {
    if (!this.allowsRequest(url)) return false;
    if (!isPrivateAddress(address)) return true;
    if (isLoopbackAddress(address) && isLoopbackHost(hostOf(url))) return true;
    const literal = new URL(url);
    literal.hostname = address.includes(':') ? `[${address}]` : address;
    // A hostname that is invalid in a URL leaves the old one in place, which would be found among the grants.
    if (hostOf(literal) === hostOf(url) && hostOf(url) !== address) return false;
    return (
      portOf(literal) === portOf(url) && this.#hosts.some((grant) => grantCovers(grant, literal))
    );
  }

  /**
   * True if a granted directory contains `path` and its access suffices; with nested directories, the innermost decides.
   *
   * Compares text only: after opening the path, check the path of the opened file again.
   *
   * @param path Absolute and normalised; the result is false for any other.
   */
  allowsPath(path: string, access: DirectoryGrant['access']): boolean {
    if (path.includes('\0') || !isAbsolutePath(path) || normalizePath(path) !== path) return false;
    const grant = innermostDirectory(this.directories, path);
    return grant !== undefined && (access === 'read-only' || grant.access === 'read-write');
  }
}

/** Reads a list entry by entry; a string result says what is wrong with the entry. */
function parseEach<Entry, Item extends object>(
  entries: readonly Entry[] | undefined,
  path: string,
  parse: (entry: Entry) => Item | string,
): Item[] {
  return (entries ?? []).map((entry, index) => {
    const item = parse(entry);
    return typeof item === 'string' ? invalid(`${path}[${index}]`, item) : item;
  });
}

function parseName(name: string): string | { name: string } {
  // A name with "=" does not exist, and "*" would look as if it granted everything.
  return /[=*\0]/.test(name) ? 'it is not the name of an environment variable' : { name };
}

/** Rejects a name that no host can offer: it would grant nothing. */
function parseFunction(name: string): string | { name: string } {
  const place = parseCustomFunctionName(name);
  return typeof place === 'string' ? place : { name };
}

/** Rejects two entries for one directory: they could contradict each other. */
function rejectTwins(directories: readonly DirectoryGrant[], path: string): void {
  const seen = new Set<string>();
  for (const directory of directories) {
    if (seen.has(directory.path)) invalid(path, `"${directory.path}" stands there twice`);
    seen.add(directory.path);
  }
}

function checkPair(granted: Permissions, { flag, list, example }: Permission, path: string): void {
  const isOn = granted[flag] ?? false;
  const { length } = granted[list] ?? [];
  if (isOn && length === 0) {
    invalid(
      `${path}.${flag}`,
      `it is true, and "${list}" names nothing; name what it covers, such as ${list}: ["${example}"], or set it to false`,
    );
  }
  if (!isOn && length > 0) {
    const state = granted[flag] === false ? `"${flag}" is false` : `there is no "${flag}"`;
    invalid(
      `${path}.${list}`,
      `it names something, and ${state}; set "${flag}: true", or empty it`,
    );
  }
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot grant "${path}": ${state}`);
}
