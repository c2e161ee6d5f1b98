import { parseJsonText, parseMetadata, type Permissions } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';
import semver from 'semver';

import { MAX_LOCKED_PLUGINS, MAX_REJECTED } from './limits.js';
import { LOCKFILE_VERSION } from './encode-lockfile.js';
import { InstallError } from './install-error.js';
import type { LockedPlugin, LockedVersion, Lockfile, RejectedDigest } from './lockfile.js';
import { isPluginName } from './plugin-name.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

const VERSION_KEYS = [
  'version',
  'digest',
  'module',
  'signers',
  'permissions',
  'asking',
  'dependencies',
] as const;
const PLUGIN_KEYS = ['registry', 'requirement', ...VERSION_KEYS, 'pinned', 'previous'] as const;

/**
 * Reads a lockfile.
 *
 * @throws {InstallError} `INSTALL_BAD_LOCKFILE` for anything that `encodeLockfile` would not write; the message names the place.
 *
 * @example
 * ```ts
 * import { parseLockfile } from '@testbench/registry/install';
 *
 * parseLockfile('{"lockfileVersion": 1, "plugins": {}}').plugins.size; // => 0
 * ```
 */
export function parseLockfile(source: Uint8Array | string): Lockfile {
  try {
    const root = new ConfigNode(parseJsonText(source));
    const fields = root.fields(['lockfileVersion', 'plugins', 'rejected']);
    const version = fields.required('lockfileVersion');
    if (version.value !== LOCKFILE_VERSION) {
      version.reject(`${LOCKFILE_VERSION}: another version of testbench wrote it`);
    }
    return {
      plugins: readMap(fields.required('plugins'), readPlugin),
      rejected: readMap(fields.optional('rejected') ?? new ConfigNode({}), readRejected),
    };
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw new InstallError(
      'INSTALL_BAD_LOCKFILE',
      `Cannot read the lockfile: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function readMap<Value>(
  node: ConfigNode,
  read: (node: ConfigNode) => Value,
): ReadonlyMap<string, Value> {
  const entries = Object.entries(node.object());
  if (entries.length > MAX_LOCKED_PLUGINS) node.reject(`at most ${MAX_LOCKED_PLUGINS} plugins`);
  return new Map(
    entries.map(([name, value]) => {
      const item = new ConfigNode(value, `${node.path}[${JSON.stringify(name.slice(0, 128))}]`);
      if (!isPluginName(name)) item.reject('a name such as "team/exact-match" in front');
      return [name, read(item)];
    }),
  );
}

function readPlugin(node: ConfigNode): LockedPlugin {
  const fields = node.fields(PLUGIN_KEYS);
  const previous = fields.optional('previous');
  return {
    registry: fields.required('registry').text(),
    requirement: fields.optional('requirement') && readRange(fields.required('requirement')),
    ...readVersion(fields),
    pinned: fields.optional('pinned')?.boolean() ?? false,
    previous: previous && readVersion(previous.fields(VERSION_KEYS)),
  };
}

function readVersion(fields: {
  required(key: (typeof VERSION_KEYS)[number]): ConfigNode;
  optional(key: (typeof VERSION_KEYS)[number]): ConfigNode | undefined;
}): LockedVersion {
  const version = fields.required('version');
  if (semver.valid(version.text()) === null) version.reject('a semantic version');
  return {
    version: version.text(),
    digest: readDigest(fields.required('digest')),
    module: readDigest(fields.required('module')),
    signers: fields
      .required('signers')
      .list()
      .map((item) => item.text()),
    permissions: readPermissions(fields.required('permissions')),
    asking: fields.optional('asking')?.boolean() ?? false,
    dependencies: Object.fromEntries(readMap(fields.required('dependencies'), readRange)),
  };
}

function readRejected(node: ConfigNode): readonly RejectedDigest[] {
  const items = node.list();
  if (items.length > MAX_REJECTED) node.reject(`at most ${MAX_REJECTED} digests`);
  return items.map((item) => {
    const fields = item.fields(['digest', 'version', 'reason']);
    return {
      digest: readDigest(fields.required('digest')),
      version: fields.required('version').text(),
      reason: fields.required('reason').text(),
    };
  });
}

function readDigest(node: ConfigNode): string {
  const digest = node.text();
  if (!DIGEST.test(digest)) node.reject('"sha256:" and 64 hex digits');
  return digest;
}

function readRange(node: ConfigNode): string {
  const range = node.text();
  if (semver.validRange(range) === null) node.reject('a semver range such as "^1.2.0"');
  return range;
}

/** Uses the metadata reader, since the permissions come from metadata. */
function readPermissions(node: ConfigNode): Permissions {
  const permissions = node.object();
  const wire = { name: 'a', version: '1.0.0', plugin_type: 'custom', api_version: '1.0.0' };
  return parseMetadata({ ...wire, permissions }).permissions ?? {};
}
