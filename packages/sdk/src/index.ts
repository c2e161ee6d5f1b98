/**
 * Builds, checks and tests Testbench plugins on their author's machine.
 *
 * It is a separate package so that a host that only runs plugins does not carry a compiler.
 *
 * @packageDocumentation
 */
export { BuildError, type BuildErrorCode, type Diagnostic } from './compile/build-error.js';
export { buildPlugin, type BuildPluginOptions, type BuildResult } from './compile/build-plugin.js';
export type { Optimization } from './compile/compile-sources.js';
export { measureSize, type SizeReport, type SizeShare } from './compile/measure-size.js';
export { type PluginLanguage, PROJECT_MARKERS } from './compile/project.js';
export {
  checkPlugin,
  type CheckFinding,
  type CheckPluginOptions,
  type CheckReport,
} from './check/check-plugin.js';
export { embedAnsweredMetadata } from './embed-answered-metadata.js';
export { embedMetadata } from './embed-metadata.js';
export { loadRefusal } from './load-refusal.js';
export {
  type AuthorTestOptions,
  type AuthorTestReport,
  type GoldenFileReport,
  runAuthorTests,
} from './run-author-tests.js';
export { assertUsage, type UsageBudget } from './test-host/assert-usage.js';
export { checkGolden, type GoldenOptions } from './test-host/check-golden.js';
export {
  createTestHost,
  type TestCall,
  type TestCallOptions,
  type TestHost,
  type TestHostOptions,
} from './test-host/create-test-host.js';
export type { GoldenOutcome } from './test-host/golden-lines.js';
export type { HttpHandler, TestRequest, TestResponse } from './test-host/http-handler.js';
export {
  recordedHttp,
  type HttpRecording,
  type RecordedHttpOptions,
} from './test-host/recorded-http.js';
export {
  type GoldenFailure,
  type GoldenReport,
  runGolden,
  type RunGoldenOptions,
} from './test-host/run-golden.js';
export { logsOf } from './test-host/tell-caller.js';
export { TestHostError, type TestHostErrorCode } from './test-host/test-host-error.js';
export { type PluginProblem, type PluginReport, validatePlugin } from './validate-plugin.js';
