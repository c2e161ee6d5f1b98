import type { CompiledScript } from './engine/evaluate-script.js';

/** A script as it was written. */
export interface ScriptSource {
  /** Absolute path of the file; for a text, of a file that need not exist; imports are resolved relative to it. */
  readonly path: string;
  /** The script itself, if it is not in that file. */
  readonly text?: string;
  /** Name of the plugin, if the script does not state one. */
  readonly name: string;
}

/** A script with everything that it consists of. */
export interface ReadScript {
  /** Hex digest of everything that determines the result: source, dependencies, and the versions of the compilers. */
  readonly key: string;
  /** Absolute paths of the files that it was read from. */
  readonly inputs: readonly string[];
  readonly warnings: readonly string[];
  /** Makes a plugin from it: the same bytes each time. */
  compile(): CompiledScript | Promise<CompiledScript>;
}

/** How scripts of one language become plugins. */
export interface ScriptLanguage {
  readonly name: string;
  /** Extensions of its files, with the dot. */
  readonly extensions: readonly string[];
  /** Source of an evaluator whose score is the value of an expression over `input`, `output`, `expected` and `record`. */
  wrapExpression(expression: string): string;
  /** @throws {ScriptError} For a script that cannot be read or is not in the language. */
  read(source: ScriptSource): Promise<ReadScript>;
}
