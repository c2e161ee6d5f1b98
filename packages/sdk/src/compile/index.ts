/**
 * Compiles AssemblyScript plugins from texts, without anything from Node: for an editor in a browser.
 *
 * @packageDocumentation
 */
export { BuildError, type BuildErrorCode, type Diagnostic } from './build-error.js';
export {
  type CompiledSources,
  compileSources,
  type Optimization,
  type SourceCompiler,
  type SourceFiles,
  type SourceRequest,
} from './compile-sources.js';
export { stripDebugSections } from './strip-debug-sections.js';
