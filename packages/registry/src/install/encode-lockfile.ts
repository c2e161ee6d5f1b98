import { encodeMetadata, type Permissions } from '@testbench/types';

import type { LockedPlugin, LockedVersion, Lockfile } from './lockfile.js';

/** Version of the format. A reader refuses versions that it does not know. */
export const LOCKFILE_VERSION = 1;

/**
 * Writes a lockfile. The same content gives the same bytes: names and lists are sorted by code unit, and the order of fields is fixed.
 *
 * @example
 * ```ts
 * import { EMPTY_LOCKFILE, encodeLockfile } from '@testbench/registry/install';
 *
 * encodeLockfile(EMPTY_LOCKFILE); // => '{\n  "lockfileVersion": 1,\n  "plugins": {},\n  "rejected": {}\n}\n'
 * ```
 */
export function encodeLockfile({ plugins, rejected }: Lockfile): string {
  const value = {
    lockfileVersion: LOCKFILE_VERSION,
    plugins: sorted(plugins, encodePlugin),
    rejected: sorted(rejected, (digests) =>
      digests.map(({ digest, version, reason }) => ({ digest, version, reason })),
    ),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function encodePlugin(plugin: LockedPlugin): object {
  const { registry, requirement, pinned, previous } = plugin;
  return {
    registry,
    requirement,
    ...encodeVersion(plugin),
    pinned: pinned || undefined,
    previous: previous && encodeVersion(previous),
  };
}

function encodeVersion(locked: LockedVersion): object {
  const { version, digest, module, signers, permissions, asking, dependencies } = locked;
  return {
    version,
    digest,
    module,
    signers: signers.toSorted(byCodeUnit),
    permissions: encodePermissions(permissions),
    asking: asking || undefined,
    dependencies: sorted(new Map(Object.entries(dependencies)), (range) => range),
  };
}

/** In the wire format of metadata, with lists of texts sorted, since their order has no meaning. */
function encodePermissions(permissions: Permissions): Record<string, unknown> {
  const wire = encodeMetadata({
    name: 'a',
    version: '1.0.0',
    description: '',
    author: '',
    pluginType: 'custom',
    capabilities: [],
    apiVersion: '1.0.0',
    permissions,
  })['permissions'] as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(wire)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        Array.isArray(value) ? value.map(canonical).toSorted(byJson) : value,
      ]),
  );
}

/** A directory's fields in a fixed order. */
function canonical(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => byCodeUnit(a, b)));
}

function byJson(a: unknown, b: unknown): number {
  return byCodeUnit(JSON.stringify(a), JSON.stringify(b));
}

/** `fromEntries` defines own properties, so that a name such as `__proto__` stays data. */
function sorted<Value, Encoded>(
  map: ReadonlyMap<string, Value>,
  encode: (value: Value) => Encoded,
): Record<string, Encoded> {
  return Object.fromEntries(
    [...map].sort(([a], [b]) => byCodeUnit(a, b)).map(([key, value]) => [key, encode(value)]),
  );
}

/** The same on every machine, whatever its locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
