import { parseWireJson } from '../data/parse-wire-json.js';
import { LoadError } from '../errors/load-error.js';
import { PluginError } from '../errors/plugin-error.js';
import { MAX_METADATA_BYTES, MAX_NAME_LENGTH } from '../limits.js';
import { checkText, FieldReader, invalidField, isJsonObject } from './field-reader.js';
import { NAME, SEMVER } from './patterns.js';
import { METERING_MODES } from './metering-mode.js';
import {
  AGGREGATIONS,
  CAPABILITIES,
  type Capability,
  type DirectoryPermission,
  type Permissions,
  PLUGIN_TYPES,
  type PluginMetadata,
  type PluginType,
} from './plugin-metadata.js';

/**
 * Decodes metadata bytes: UTF-8 JSON of the contract's shape.
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
 * @throws {LoadError} `LOAD_INVALID_METADATA`, also for a second section: readers could disagree on which one counts.
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
  const reader = new FieldReader(value);
  const permissions = reader.optionalObject('permissions');
  return withoutUndefined({
    name: readName(reader),
    version: readVersion(reader, 'version') ?? invalidField('version', 'it is missing'),
    description: reader.optionalString('description') ?? '',
    author: reader.optionalString('author') ?? '',
    pluginType: readPluginType(reader),
    capabilities: readCapabilities(reader),
    apiVersion: readVersion(reader, 'api_version') ?? invalidField('api_version', 'it is missing'),
    minHostVersion: readVersion(reader, 'min_host_version'),
    homepage: reader.optionalString('homepage'),
    license: reader.optionalString('license'),
    custom: reader.optionalStringMap('custom'),
    dependencies: reader.optionalStringMap('dependencies'),
    configSchema: reader.optionalObject('config_schema'),
    permissions: permissions && readPermissions(new FieldReader(permissions, 'permissions')),
    metering: readOneOf(reader, 'metering', METERING_MODES),
    aggregate: readOneOf(reader, 'aggregate', AGGREGATIONS),
  });
}

function readName(reader: FieldReader): string {
  const name = reader.string('name', MAX_NAME_LENGTH);
  if (!NAME.test(name) || name.includes('..')) {
    invalidField('name', 'expected letters, digits, ".", "_" or "-", optionally after a "scope/"');
  }
  return name;
}

function readVersion(reader: FieldReader, key: string): string | undefined {
  const version = reader.optionalString(key, MAX_NAME_LENGTH);
  if (version !== undefined && !SEMVER.test(version)) {
    invalidField(key, 'expected a semantic version such as "1.0.0"');
  }
  return version;
}

function readPluginType(reader: FieldReader): PluginType {
  const text = reader.string('plugin_type', MAX_NAME_LENGTH);
  const type = PLUGIN_TYPES.find((known) => known === text);
  return type ?? invalidField('plugin_type', `expected one of ${PLUGIN_TYPES.join(', ')}`);
}

function readOneOf<Value extends string>(
  reader: FieldReader,
  key: string,
  values: readonly Value[],
): Value | undefined {
  const text = reader.optionalString(key, MAX_NAME_LENGTH);
  if (text === undefined) return undefined;
  const value = values.find((known) => known === text);
  return value ?? invalidField(key, `expected one of ${values.join(', ')}`);
}

function readCapabilities(reader: FieldReader): Capability[] {
  return (reader.optionalStrings('capabilities') ?? []).map((text, index) => {
    const capability = CAPABILITIES.find((known) => known === text);
    return (
      capability ??
      invalidField(`capabilities[${index}]`, `expected one of ${CAPABILITIES.join(', ')}`)
    );
  });
}

function readPermissions(reader: FieldReader): Permissions {
  return withoutUndefined({
    filesystem: reader.optionalBoolean('filesystem'),
    network: reader.optionalBoolean('network'),
    envVars: reader.optionalBoolean('env_vars'),
    hostFunctions: reader.optionalBoolean('host_functions'),
    allowedDirs: reader.optionalList('allowed_dirs', readDirectory),
    allowedHosts: reader.optionalStrings('allowed_hosts'),
    allowedEnv: reader.optionalStrings('allowed_env'),
    allowedHostFunctions: reader.optionalStrings('allowed_host_functions'),
  });
}

/** A path, or an object that says what may be done; unknown fields are ignored, as everywhere in metadata. */
function readDirectory(value: unknown, field: string): DirectoryPermission {
  if (!isJsonObject(value)) return checkText(value, field);
  const reader = new FieldReader(value, field);
  const access = reader.string('access');
  if (access !== 'read-only' && access !== 'read-write') {
    invalidField(reader.name('access'), 'expected "read-only" or "read-write"');
  }
  return { path: reader.string('path'), access };
}

type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Drops absent fields, so that equal metadata compare equal. */
function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
