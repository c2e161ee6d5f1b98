/**
 * Reads options and configurations: unknown keys, wrong types and out-of-range values are rejected with their path.
 *
 * @packageDocumentation
 */
export { type ConfigFields, ConfigNode, joinPath } from './config-node.js';
export { nearestKey } from './nearest-key.js';
export { nearestName, suggestName } from './nearest-name.js';
export { MAX_ATTACHMENTS } from '../limits.js';
export { readAttachments } from './read-attachments.js';
export { LARGEST_LIMITS, readFuel, readLimits, readTimeoutMs } from './read-limits.js';
export {
  type OptionReader,
  type OptionReaders,
  readOptions,
  type RequiredOption,
} from './read-options.js';
export { rejectUnknownKeys } from './reject-unknown-keys.js';
