export { type DatasetReaderSubject, testDatasetReader } from './dataset-reader.js';
export { type HttpTransportSubject, testHttpTransport } from './http-transport.js';
export {
  type IsolationSubject,
  type IsolationSuiteOptions,
  type ManagerUnderTest,
  testIsolation,
} from './isolation.js';
export { type ModuleStoreSubject, testModuleStore } from './module-store.js';
export { type PluginStoreSubject, testPluginStore } from './plugin-store.js';
export { type ReportedKind, type ReporterSubject, testReporter } from './reporter.js';
export { type RunStoreSubject, testRunStore } from './run-store.js';
export { type SecretStoreSubject, testSecretStore } from './secret-store.js';
export { type StateStoreSubject, testStateStore } from './state-store.js';
export { type VerifierSubject, testVerifier } from './verifier.js';
export {
  type ProtocolGuestKind,
  type ProtocolSubject,
  type ProtocolSuiteOptions,
  testWireProtocol,
} from './wire-protocol.js';
