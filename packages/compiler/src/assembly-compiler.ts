/** Where the compiler reads and writes; functions left out use the file system. */
export interface CompilerOutputs {
  /** Instances of classes that extend `Transform` of `@testbench/compiler/ast`. */
  readonly transforms?: readonly unknown[];
  /** Contents of a file, or null if there is none. */
  readonly readFile?: (name: string, baseDir: string) => string | null | Promise<string | null>;
  readonly writeFile?: (name: string, contents: string | Uint8Array) => void;
  readonly listFiles?: (folder: string, baseDir: string) => readonly string[] | null;
  /** Errors and warnings, as objects of the compiler. */
  readonly reportDiagnostic?: (message: unknown) => void;
  readonly stdout?: { write(text: string): void };
  readonly stderr?: { write(text: string): void };
}

/** The AssemblyScript compiler. */
export interface AssemblyCompiler {
  /**
   * Compiles like the command `asc`.
   *
   * @param args Entry files and flags of `asc`.
   * @returns `error` is null if it compiled; a mistake in the source never rejects the promise.
   */
  main(
    args: readonly string[],
    outputs: CompilerOutputs,
  ): Promise<{ readonly error: Error | null }>;
}

/**
 * Loads the compiler, which takes 16 MB of code and about 100 ms; so it is not loaded before it is needed.
 *
 * @example
 * ```ts
 * import { loadAssemblyCompiler } from '@testbench/compiler';
 *
 * const compiler = await loadAssemblyCompiler();
 * const files = new Map<string, string | Uint8Array>();
 * const { error } = await compiler.main(['add.ts', '--outFile', 'add.wasm'], {
 *   readFile: (name) => (name === 'add.ts' ? 'export function add(a: i32, b: i32): i32 { return a + b; }' : null),
 *   writeFile: (name, contents) => void files.set(name, contents),
 *   listFiles: () => [],
 * });
 * error; // => null
 * files.get('add.wasm') instanceof Uint8Array; // => true
 * ```
 */
export async function loadAssemblyCompiler(): Promise<AssemblyCompiler> {
  const { default: compiler } = await import('assemblyscript/asc');
  return compiler as unknown as AssemblyCompiler;
}
