/**
 * The functions that a plugin may call, each of which asks the sandbox first.
 *
 * It is a separate package so that a host can be tested, replaced or audited apart from the engine that runs plugins.
 *
 * @packageDocumentation
 */
export {
  createHostBinding,
  type HostBindingOptions,
  type HostSignatures,
  hostSignatures,
} from './create-host-binding.js';
export type { CustomFunctionServices } from './effects/custom-effects.js';
export { createHostEffects, type HostEffectsOptions } from './effects/create-host-effects.js';
export {
  type CertificateAuthority,
  readAuthorities,
  type TrustedAuthorities,
} from './http/certificate-authorities.js';
export { readAllowedHeaders } from './http/header-policy.js';
export { type ProxyOptions, type ProxySettings, readProxy } from './http/proxy-settings.js';
export { createLogSink, type StructuredLogger } from './create-log-sink.js';
export type { HostServices } from './host-context.js';
export {
  MAX_CHUNK_BYTES,
  MAX_EMITTED_BYTES,
  MAX_LOG_RECORD_BYTES,
  MAX_LOG_RECORDS_PER_CALL,
  MAX_RECORDS_PER_CALL,
} from './limits.js';
export { type RandomSource, seededRandom, systemRandom } from './random.js';
export { readEnvFile } from './secrets/env-file.js';
export { createEnvSecrets, createMemorySecrets, type EnvSecret } from './secrets/secret-store.js';
export { SecretMatcher, type Span } from './secrets/secret-matcher.js';
export { createFileStateStores, type OpenStateStore } from './state/file-state-stores.js';
export { createMemoryStateStore, type StateQuota } from './state/state-store.js';
export { WASI_MODULE } from './wasi/wasi-signatures.js';
