import { PermissionSet } from '@testbench/sandbox';
import { PLUGIN_TYPES, type PluginType, type ResourceLimits } from '@testbench/types';
import { ConfigNode, readLimits, readOptions } from '@testbench/types/config';

import { type IsolationChoice, readIsolation } from '../isolation/isolation.js';
import { METERING_CHOICES, type MeteringChoice } from '../metering-choice.js';
import type { LoadPluginOptions, PluginSource } from '../options.js';
import { type OwnSourceMap, readSourceMapChoice } from '../places/source-map-choice.js';
import { ownJson } from './own-json.js';
import { ownSource } from './own-source.js';

/** `LoadPluginOptions`, checked and copied, so that later changes by the caller do not affect a loaded plugin. */
export interface CheckedLoadOptions {
  readonly id: string | undefined;
  /** The id that the caller gave. It stays as it was when a reload uses the id that the plugin gave itself. */
  readonly givenId: string | undefined;
  /** @default any */
  readonly pluginType: PluginType | undefined;
  readonly config: unknown;
  readonly reset: boolean;
  readonly isolation: IsolationChoice | undefined;
  readonly metering: MeteringChoice | undefined;
  readonly limits: ResourceLimits;
  /** @default what the manager's policy grants */
  readonly permissions: PermissionSet | undefined;
  readonly guestPaths: Readonly<Record<string, string>>;
  /** @default the file next to the module */
  readonly sourceMap: OwnSourceMap | undefined;
}

/**
 * Checks and copies a caller's options.
 *
 * @param source Names a plugin without an id in errors.
 * @param limits The manager's limits, used where the caller gives none.
 * @throws {LoadError} `LOAD_INVALID_CONFIG` for a configuration that JSON cannot represent.
 * @throws {ConfigError} For an unknown key or a wrong value.
 */
export function readLoadOptions(
  source: PluginSource,
  given: LoadPluginOptions | undefined,
  limits: ResourceLimits,
): CheckedLoadOptions {
  let permissions: PermissionSet | undefined;
  const options = readOptions<LoadPluginOptions>(given, {
    id: (node) => node.text(),
    pluginType: (node) => node.oneOf(PLUGIN_TYPES),
    config: (node) => ownJson(node.value, describeSource(source, given?.id)),
    state: (node) => node.oneOf(['keep', 'reset']),
    isolation: readIsolation,
    metering: (node) => node.oneOf(METERING_CHOICES),
    limits: readLimits,
    permissions: (node) => {
      permissions = new PermissionSet(node.object(), node.path);
      return permissions.granted;
    },
    guestPaths: readTexts,
    sourceMap: readSourceMapChoice,
  });
  const { sourceMap } = options;
  return {
    id: options.id,
    givenId: options.id,
    pluginType: options.pluginType,
    config: options.config,
    reset: options.state === 'reset',
    isolation: options.isolation,
    metering: options.metering,
    limits: { ...limits, ...options.limits },
    permissions,
    guestPaths: options.guestPaths ?? {},
    sourceMap: sourceMap === undefined || sourceMap === false ? sourceMap : ownSource(sourceMap),
  };
}

function readTexts(node: ConfigNode): Record<string, string> {
  const entries = Object.entries(node.object()).map(([key, value]) => [
    key,
    new ConfigNode(value, `${node.path}[${JSON.stringify(key)}]`).text(),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A plugin in a message, by its id if known, otherwise by its source. */
function describeSource(source: PluginSource, id: unknown): string {
  const origin = source instanceof URL ? source.href : source;
  const name = typeof id === 'string' ? id : origin;
  return typeof name === 'string' ? `plugin "${name}"` : 'plugin';
}
