/**
 * Makes Testbench plugins from JavaScript, TypeScript and Python: metrics, providers, transforms and filters.
 *
 * It is a separate package so that hosts that run no scripts carry no interpreter, and authors of scripts no compiler.
 *
 * @packageDocumentation
 */
export { buildScript, type BuildScriptOptions, type BuiltScript } from './build-script.js';
export {
  defineCustom,
  defineEvaluator,
  defineFilter,
  defineProvider,
  defineTransform,
  InvalidInputError,
  type CustomDefinition,
  type Defined,
  type EvaluatorDefinition,
  type EvaluatorRecord,
  type FilterDefinition,
  type ProviderDefinition,
  type ProviderRequest,
  type ScriptContext,
  type ScriptEvaluation,
  type ScriptFacts,
  type ScriptLog,
  type ScriptRequest,
  type ScriptResponse,
  type ScriptState,
  type TransformDefinition,
  type ScriptAttachment,
} from './define.js';
export { createScriptCompiler, type ScriptCompilerOptions } from './script-compiler.js';
export { isScriptPath, SCRIPT_EXTENSIONS, SCRIPT_LANGUAGES } from './languages.js';
export { RUN_CODE, SHIPPED_SCRIPTS } from './run-code.js';
export { ScriptError, type ScriptErrorCode, type ScriptProblem } from './script-error.js';
