/**
 * Interfaces that a host may implement: stores, secrets, HTTP, data sets, isolations, verifiers.
 *
 * @packageDocumentation
 */
export type {
  DatasetEntry,
  DatasetInput,
  DatasetReader,
  DatasetReadOptions,
} from '../data/dataset-reader.js';
export type {
  HttpTransport,
  HttpTransportRequest,
  HttpTransportResponse,
} from '../host/http-transport.js';
export type { CustomIsolation, RunnerLink, RunnerStart } from '../host/isolation.js';
export { BUNDLE_LIMITS } from './bundle-limits.js';
export type { ModuleStore } from './module-store.js';
export {
  type ArtifactContent,
  type ArtifactLayer,
  type ArtifactQuery,
  type ArtifactSubject,
  type Attachment,
  type NewArtifact,
  type NewLayer,
  type PluginStore,
  type StoredArtifact,
  type StoredReferrer,
  type StoreOptions,
  type TransferProgress,
} from './plugin-store.js';
export {
  formatReference,
  type NameReference,
  type OciReference,
  parseReference,
  type PathReference,
  type PluginReference,
} from './reference.js';
export {
  RUN_DOCUMENTS,
  type RunDocument,
  type RunRange,
  type RunReader,
  type RunSegment,
  type RunSegmentWriter,
  type RunStore,
  type RunWriter,
} from './run-store.js';
export type { Secret, SecretStore } from './secret-store.js';
export type { StateStore } from './state-store.js';
export {
  type ArtifactIdentity,
  type Attestation,
  REFUSAL_CODES,
  type RefusalCode,
  type Signer,
  type Verification,
  type Verifier,
  type VerifyArtifactOptions,
} from './verifier.js';
