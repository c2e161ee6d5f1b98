/**
 * Builds, checks and tests Testbench plugins on their author's machine.
 *
 * It is a package of its own so that a host that only runs plugins does not carry a compiler.
 *
 * @packageDocumentation
 */
export { BuildError, type BuildErrorCode, type Diagnostic } from './build-error.js';
export { buildPlugin, type BuildPluginOptions, type BuildResult } from './build-plugin.js';
export type { Optimization } from './compile-assembly.js';
export {
  createTestHost,
  type TestCall,
  type TestHost,
  type TestHostOptions,
} from './create-test-host.js';
export { embedMetadata } from './embed-metadata.js';
export { type CommandOutput, runAuthorCommand } from './run-author-command.js';
export { type PluginProblem, type PluginReport, validatePlugin } from './validate-plugin.js';
