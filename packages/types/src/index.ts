/**
 * Contracts, wire codecs and errors that every Testbench package shares.
 *
 * It has no dependency and does nothing by itself: packages that must not import each other meet here.
 *
 * @packageDocumentation
 */
export {
  checkContractExports,
  compareSignatures,
  type ExportedItem,
  type ExportProblem,
  type ProtocolEvidence,
  signatureText,
} from './abi/check-exports.js';
export {
  type AbiSignature,
  type AbiValueType,
  API_VERSION,
  CLASSIC_EXPORTS,
  METADATA_SECTION,
  OPTIONAL_EXPORTS,
  REQUIRED_EXPORTS,
} from './abi/exports.js';
export {
  asksOthers,
  CUSTOM_FUNCTION_PARAMETERS,
  CUSTOM_FUNCTION_SIGNATURE,
  type CustomFunctionName,
  type CustomImport,
  isCustomFunctionName,
  parseCustomFunctionName,
} from './abi/custom-functions.js';
export {
  type EffectName,
  HOST_EFFECTS,
  HOST_FUNCTION_TABLE,
  HOST_FUNCTIONS,
  HOST_MODULE,
  type HostFunctionName,
  type HostFunctionRow,
  type HostParameter,
  NETWORK_FUNCTIONS,
  PER_CALL_FUNCTIONS,
  WAITING_FUNCTIONS,
} from './abi/host-functions.js';
export { type UnpackedResult, unpackResult } from './abi/packed-result.js';
export { GuestCode, HostCode, LOG_LEVELS, type LogLevel } from './abi/result-codes.js';
export { type ConfigFields, ConfigNode, joinPath } from './config/config-node.js';
export { nearestKey } from './config/nearest-key.js';
export { LARGEST_LIMITS, readFuel, readLimits, readTimeoutMs } from './config/read-limits.js';
export {
  type OptionReader,
  type OptionReaders,
  readOptions,
  type RequiredOption,
} from './config/read-options.js';
export { rejectUnknownKeys } from './config/reject-unknown-keys.js';
export type {
  DatasetEntry,
  DatasetInput,
  DatasetReader,
  DatasetReadOptions,
} from './data/dataset-reader.js';
export { parseJsonText } from './data/parse-json-text.js';
export { parseWireJson } from './data/parse-wire-json.js';
export type {
  CallContext,
  ChatMessage,
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
export { WireError, type WireErrorCode } from './data/wire-error.js';
export { CALL_ERROR_CODES, type CallErrorCode } from './errors/call-error-codes.js';
export { CallError, type CallErrorDetails, type CallUsage } from './errors/call-error.js';
export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigErrorDetails,
} from './errors/config-error.js';
export { type DatasetErrorCode, DatasetFormatError } from './errors/dataset-format-error.js';
export {
  type ErrorRecord,
  fromErrorRecord,
  readUsage,
  toErrorRecord,
} from './errors/error-record.js';
export {
  type AdmissionViolation,
  LOAD_ERROR_CODES,
  LoadError,
  type LoadErrorCode,
  type LoadErrorDetails,
} from './errors/load-error.js';
export { PluginError } from './errors/plugin-error.js';
export type {
  CustomFunctionCall,
  CustomHostFunction,
  CustomHostFunctions,
} from './host/custom-function.js';
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
export type {
  GuestFailure,
  GuestMemory,
  HostBinding,
  HostCall,
  HostCallReport,
  HostFunction,
  LogRecord,
  LogSink,
} from './host/host-binding.js';
export {
  type EffectArgument,
  type EffectCall,
  type EffectResult,
  type HostEffects,
} from './host/host-effects.js';
export { hearErrors } from './host/hear-errors.js';
export type {
  HttpTransport,
  HttpTransportRequest,
  HttpTransportResponse,
} from './host/http-transport.js';
export type { CustomIsolation, RunnerLink, RunnerStart } from './host/isolation.js';
export { onAbort } from './host/on-abort.js';

export {
  DEFAULT_LIMITS,
  MAX_JSON_DEPTH,
  MAX_METADATA_BYTES,
  MAX_TEXT_LENGTH,
  MAX_MODULE_BYTES,
  MAX_TABLE_ELEMENTS,
  MAX_TIMEOUT_MS,
  PAGE_BYTES,
  type ResourceLimits,
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
export {
  CONTRACT_SHAPES,
  type PayloadForm,
  type ProtocolShape,
} from './protocol/protocol-shape.js';
export type {
  ProtocolAnswer,
  ProtocolFailureCode,
  ProtocolFunction,
  ProtocolGuest,
  ProtocolImports,
  ProtocolInput,
  ProtocolMemory,
  ProtocolPlace,
  ProtocolSession,
  ProtocolSteps,
  ReadBytes,
  WireProtocol,
} from './protocol/wire-protocol.js';
export {
  INPUT_ENVELOPE_SCHEMA,
  OUTPUT_DATA_SCHEMAS,
  OUTPUT_ENVELOPE_SCHEMA,
} from './schema/envelope-schema.js';
export type { JsonSchema } from './schema/json-schema.js';
export { METADATA_SCHEMA } from './schema/metadata-schema.js';
export type { ModuleStore } from './stores/module-store.js';
export {
  RUN_DOCUMENTS,
  type RunDocument,
  type RunRange,
  type RunReader,
  type RunSegment,
  type RunSegmentWriter,
  type RunStore,
  type RunWriter,
} from './stores/run-store.js';
export type { Secret, SecretStore } from './stores/secret-store.js';
export type { StateStore } from './stores/state-store.js';
export { cutText } from './text/cut-text.js';
export { decodeText } from './text/decode-text.js';
export { escapeText } from './text/escape-text.js';
