import { isJsonObject } from '../data/is-json-object.js';
import { parseWireJson } from '../data/parse-wire-json.js';
import { LoadError } from '../errors/load-error.js';
import { PluginError } from '../errors/plugin-error.js';
import { MAX_METADATA_BYTES, MAX_NAME_LENGTH } from '../limits.js';
import { MetadataNode, type MetadataReaders } from './metadata-node.js';
import { NAME, SEMVER } from './patterns.js';
import { METERING_MODES } from './metering-mode.js';
import {
  AGGREGATIONS,
  CAPABILITIES,
  type DirectoryPermission,
  type Permissions,
  PLUGIN_TYPES,
  type PluginMetadata,
} from './plugin-metadata.js';

/** A requested directory with the allowed operations. */
type DirectoryObject = Exclude<DirectoryPermission, string>;

/**
 * Decodes metadata bytes: UTF-8 JSON in the contract's shape.
 *
 * Unknown fields are ignored, so that a newer plugin loads on an older host of the same major version.
 *
 * @param bytes UTF-8 JSON, at most 64 KiB; read, not kept.
 * @throws {LoadError} `LOAD_INVALID_METADATA`, with `field` where one field is at fault.
 *
 * @example
 * ```ts
 * import { decodeMetadata } from '@testbench/types';
 *
 * const metadata = decodeMetadata(
 *   new TextEncoder().encode(
 *     '{"name":"exact-match","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0"}',
 *   ),
 * );
 * metadata.pluginType; // => 'evaluator'
 * metadata.capabilities; // => []
 * ```
 */
export function decodeMetadata(bytes: Uint8Array): PluginMetadata {
  if (bytes.length > MAX_METADATA_BYTES) {
    throw new LoadError(
      'LOAD_INVALID_METADATA',
      `Cannot read metadata: ${bytes.length} bytes, limit is ${MAX_METADATA_BYTES}`,
    );
  }
  let value: unknown;
  try {
    value = parseWireJson(bytes);
  } catch (cause) {
    const reason = PluginError.is(cause) ? cause.message : String(cause);
    throw new LoadError('LOAD_INVALID_METADATA', `Cannot read metadata: ${reason}`, { cause });
  }
  return parseMetadata(value);
}

/**
 * Decodes the metadata of a module from its custom sections named `testbench.plugin`.
 *
 * @param sections The payloads, in the module's order.
 * @returns undefined if there is no section.
 * @throws {LoadError} `LOAD_INVALID_METADATA`, also for a second section, since readers could disagree on which one counts.
 */
export function decodeMetadataSections(
  sections: readonly Uint8Array[],
): PluginMetadata | undefined {
  const [section, second] = sections;
  if (second !== undefined) {
    throw new LoadError(
      'LOAD_INVALID_METADATA',
      'Cannot read metadata: there are two custom sections for it',
    );
  }
  return section && decodeMetadata(section);
}

/**
 * Reads metadata from a parsed JSON value with the wire's snake_case names.
 *
 * @throws {LoadError} `LOAD_INVALID_METADATA`, with `field`.
 */
export function parseMetadata(value: unknown): PluginMetadata {
  if (!isJsonObject(value)) {
    throw new LoadError('LOAD_INVALID_METADATA', 'Cannot read metadata: expected a JSON object');
  }
  return new MetadataNode(value).record<PluginMetadata>(METADATA, REQUIRED, {
    description: '',
    author: '',
    capabilities: [],
  });
}

const REQUIRED = ['name', 'version', 'pluginType', 'apiVersion'] as const;

const METADATA: MetadataReaders<PluginMetadata> = {
  name: readName,
  version: readVersion,
  description: (node) => node.string(),
  author: (node) => node.string(),
  pluginType: (node) => node.oneOf(PLUGIN_TYPES),
  capabilities: (node) => node.items((item) => item.oneOf(CAPABILITIES)),
  apiVersion: readVersion,
  minContractVersion: readVersion,
  homepage: (node) => node.string(),
  license: (node) => node.string(),
  keywords: readTexts,
  custom: (node) => node.texts(),
  dependencies: (node) => node.texts(),
  configSchema: (node) => node.object(),
  permissions: (node) => node.record<Permissions>(PERMISSIONS),
  metering: (node) => node.oneOf(METERING_MODES),
  asking: (node) => node.boolean(),
  aggregate: (node) => node.oneOf(AGGREGATIONS),
  reads: readTexts,
};

const PERMISSIONS: MetadataReaders<Permissions> = {
  filesystem: (node) => node.boolean(),
  network: (node) => node.boolean(),
  envVars: (node) => node.boolean(),
  hostFunctions: (node) => node.boolean(),
  allowedDirs: (node) => node.items(readDirectory),
  allowedHosts: readTexts,
  allowedEnv: readTexts,
  allowedHostFunctions: readTexts,
};

const DIRECTORY: MetadataReaders<DirectoryObject> = {
  path: (node) => node.string(),
  access: (node) => node.oneOf(['read-only', 'read-write']),
};

function readName(node: MetadataNode): string {
  const name = node.string(MAX_NAME_LENGTH);
  if (!NAME.test(name) || name.includes('..')) {
    node.fail('expected letters, digits, ".", "_" or "-", optionally after a "scope/"');
  }
  return name;
}

function readVersion(node: MetadataNode): string {
  const version = node.string(MAX_NAME_LENGTH);
  if (!SEMVER.test(version)) node.fail('expected a semantic version such as "1.0.0"');
  return version;
}

function readTexts(node: MetadataNode): string[] {
  return node.items((item) => item.string());
}

/** A path, or an object that lists the allowed operations; unknown fields are ignored, as everywhere in metadata. */
function readDirectory(node: MetadataNode): DirectoryPermission {
  if (!isJsonObject(node.value)) return node.string();
  return node.record<DirectoryObject>(DIRECTORY, ['access', 'path']);
}
