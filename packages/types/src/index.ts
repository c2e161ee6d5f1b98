/**
 * Contracts, wire codecs and errors that every Testbench package shares.
 *
 * It has no dependencies and does nothing on its own: packages that must not import each other share it.
 *
 * @packageDocumentation
 */
export { countStructure } from './data/count-structure.js';
export { parseJsonText } from './data/parse-json-text.js';
export { parseWireJson } from './data/parse-wire-json.js';
export type {
  CallContext,
  ChatMessage,
  ChatTool,
  ChatToolCall,
  EvaluatorData,
  EvaluatorResult,
  FilterData,
  FilterResult,
  OutputMetadata,
  PluginDataByType,
  PluginInput,
  PluginOutput,
  ProviderData,
  ProviderResult,
} from './data/plugin-data.js';
export { parseOutputEnvelope, validateOutputData } from './data/validate-output.js';
export type {
  CustomPlugin,
  EvaluatorPlugin,
  FilterPlugin,
  HostPlugin,
  HostPluginBase,
  HostPluginByType,
  HostPluginCall,
  HostPluginMetadata,
  ProviderPlugin,
  TransformPlugin,
} from './host/host-plugin.js';
export { DEFAULT_LIMITS, type ResourceLimits } from './call-limits.js';
export { absorbStreamErrors } from './host/absorb-stream-errors.js';
export { onAbort } from './host/on-abort.js';
export {
  MAX_JSON_DEPTH,
  MAX_METADATA_BYTES,
  MAX_TEXT_LENGTH,
  MAX_MODULE_BYTES,
  MAX_TABLE_ELEMENTS,
  MAX_TIMEOUT_MS,
  PAGE_BYTES,
} from './limits.js';
export { encodeMetadata } from './metadata/encode-metadata.js';
export { METERING_MODES, type MeteringMode } from './metadata/metering-mode.js';
export {
  decodeMetadata,
  decodeMetadataSections,
  parseMetadata,
} from './metadata/parse-metadata.js';
export {
  type Aggregation,
  CAPABILITIES,
  type Capability,
  type DirectoryPermission,
  type Permissions,
  PLUGIN_TYPES,
  type PluginMetadata,
  type PluginType,
} from './metadata/plugin-metadata.js';
export { truncateText } from './text/truncate-text.js';
export { decodeText } from './text/decode-text.js';
export { escapeText } from './text/escape-text.js';
