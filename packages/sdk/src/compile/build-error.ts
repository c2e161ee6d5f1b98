import { PluginError } from '@testbench/types/errors';

/** Why a plugin project could not be built. */
export type BuildErrorCode =
  /** The folder has no source of a plugin, or not `@testbench/plugins-sdk`. */
  | 'BUILD_NO_PROJECT'
  /** No compiler for the plugin's language is installed. */
  | 'BUILD_NO_COMPILER'
  /** The compiler refused the source; `diagnostics` says where and why. */
  | 'BUILD_COMPILE_FAILED'
  /** The module was compiled, but no host would load it. */
  | 'BUILD_INVALID_PLUGIN'
  /** A file cannot be read or written; nothing was changed. */
  | 'BUILD_FILE_FAILED';

/** One message of the compiler about the source. */
export interface Diagnostic {
  /** File, relative to the project; empty if it is about the whole project. */
  readonly file: string;
  /** Line, counted from 1; 0 if it is not about a line. */
  readonly line: number;
  /** Column, counted from 1; 0 if unknown. */
  readonly column: number;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  /** The line itself, if it can be read. */
  readonly excerpt?: string;
}

/** A plugin project cannot be built. */
export class BuildError extends PluginError<BuildErrorCode> {
  constructor(
    code: BuildErrorCode,
    message: string,
    readonly diagnostics: readonly Diagnostic[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  override get name(): 'BuildError' {
    return 'BuildError';
  }
}
