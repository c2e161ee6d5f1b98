import { MAX_METADATA_ENTRIES, MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '../limits.js';
import { NAME, SEMVER } from '../metadata/patterns.js';
import { METERING_MODES } from '../metadata/metering-mode.js';
import { AGGREGATIONS, CAPABILITIES, PLUGIN_TYPES } from '../metadata/plugin-metadata.js';
import { DIALECT, type JsonSchema, orNull } from './json-schema.js';

const text = { type: 'string', maxLength: MAX_TEXT_LENGTH };
const version = { type: 'string', maxLength: MAX_NAME_LENGTH, pattern: SEMVER.source };
const texts = orNull({ type: 'array', maxItems: MAX_METADATA_ENTRIES, items: text });
const textMap = orNull({
  type: 'object',
  maxProperties: MAX_METADATA_ENTRIES,
  additionalProperties: text,
});
const flag = orNull({ type: 'boolean' });

const directories = orNull({
  type: 'array',
  maxItems: MAX_METADATA_ENTRIES,
  items: {
    anyOf: [
      text,
      {
        type: 'object',
        required: ['path', 'access'],
        properties: { path: text, access: { enum: ['read-only', 'read-write'] } },
      },
    ],
  },
});

/**
 * JSON Schema of a plugin's metadata on the wire.
 *
 * Accepts what `parseMetadata` accepts, with one difference that no schema can express: lengths
 * are in characters here, and in UTF-16 code units there.
 *
 * @example
 * ```ts
 * import { METADATA_SCHEMA } from '@testbench/types/schemas';
 *
 * METADATA_SCHEMA['required']; // => ['name', 'version', 'plugin_type', 'api_version']
 * ```
 */
export const METADATA_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench plugin metadata',
  type: 'object',
  required: ['name', 'version', 'plugin_type', 'api_version'],
  properties: {
    name: {
      type: 'string',
      maxLength: MAX_NAME_LENGTH,
      pattern: NAME.source,
      not: { pattern: '\\.\\.' },
    },
    version,
    description: orNull(text),
    author: orNull(text),
    plugin_type: { enum: PLUGIN_TYPES },
    capabilities: orNull({
      type: 'array',
      maxItems: MAX_METADATA_ENTRIES,
      items: { enum: CAPABILITIES },
    }),
    api_version: version,
    min_host_version: orNull(version),
    homepage: orNull(text),
    license: orNull(text),
    keywords: texts,
    custom: textMap,
    dependencies: textMap,
    config_schema: orNull({ type: 'object' }),
    permissions: orNull({
      type: 'object',
      properties: {
        filesystem: flag,
        network: flag,
        env_vars: flag,
        host_functions: flag,
        allowed_dirs: directories,
        allowed_hosts: texts,
        allowed_env: texts,
        allowed_host_functions: texts,
      },
    }),
    metering: { enum: [...METERING_MODES, null] },
    asking: flag,
    aggregate: { enum: [...AGGREGATIONS, null] },
    reads: texts,
  },
};
