/**
 * JSON Schemas of metadata, inputs and outputs.
 *
 * @packageDocumentation
 */
export {
  AGGREGATE_DATA_SCHEMA,
  INPUT_ENVELOPE_SCHEMA,
  OUTPUT_DATA_SCHEMAS,
  OUTPUT_ENVELOPE_SCHEMA,
} from './envelope-schema.js';
export type { JsonSchema } from './json-schema.js';
export { METADATA_SCHEMA } from './metadata-schema.js';
