/**
 * The errors of all packages, with their codes.
 *
 * @packageDocumentation
 */
export { WireError, type WireErrorCode } from '../data/wire-error.js';
export { CALL_ERROR_CODES, type CallErrorCode } from './call-error-codes.js';
export { CallError, type CallErrorDetails, type CallUsage } from './call-error.js';
export { ConfigError, type ConfigErrorCode, type ConfigErrorDetails } from './config-error.js';
export { type DatasetErrorCode, DatasetFormatError } from './dataset-format-error.js';
export { type ErrorRecord, fromErrorRecord, readUsage, toErrorRecord } from './error-record.js';
export {
  describePlace,
  type GuestFrame,
  type GuestStack,
  guestStackOf,
  isAuthorFrame,
  readGuestStack,
  type SourceLine,
} from './guest-stack.js';
export { MAX_GUEST_FRAMES } from '../limits.js';
export {
  type AdmissionViolation,
  LOAD_ERROR_CODES,
  LoadError,
  type LoadErrorCode,
  type LoadErrorDetails,
} from './load-error.js';
export { PluginError } from './plugin-error.js';
export {
  STORE_ERROR_CODES,
  StoreError,
  type StoreErrorCode,
  type StoreErrorDetails,
} from './store-error.js';
