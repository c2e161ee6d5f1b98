/**
 * Exports, host functions and codes on which host and plugin agree, and the code that binds a guest to them.
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
} from './check-exports.js';
export {
  type FunctionSignature,
  type ContractValueType,
  API_VERSION,
  CLASSIC_EXPORTS,
  METADATA_SECTION,
  OPTIONAL_EXPORTS,
  REQUIRED_EXPORTS,
} from './exports.js';
export {
  asksOthers,
  CUSTOM_FUNCTION_PARAMETERS,
  CUSTOM_FUNCTION_SIGNATURE,
  type CustomFunctionName,
  type CustomImport,
  isCustomFunctionName,
  parseCustomFunctionName,
} from './custom-functions.js';
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
} from './host-functions.js';
export { type UnpackedResult, unpackResult } from './packed-result.js';
export { GuestCode, HostCode, LOG_LEVELS, type LogLevel } from './result-codes.js';
export type {
  CustomFunctionCall,
  CustomHostFunction,
  CustomHostFunctions,
} from '../host/custom-function.js';
export type {
  GuestFailure,
  GuestMemory,
  HostBinding,
  HostCall,
  HostCallReport,
  HostFunction,
  LogRecord,
  LogSink,
  ProtocolHost,
} from '../host/host-binding.js';
export {
  type CallAttachment,
  type EffectArgument,
  type EffectCall,
  type EffectResult,
  type HostEffects,
} from '../host/host-effects.js';
export {
  CONTRACT_SHAPES,
  type PayloadForm,
  type ProtocolShape,
} from '../protocol/protocol-shape.js';
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
} from '../protocol/wire-protocol.js';
