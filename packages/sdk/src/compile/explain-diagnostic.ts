import type { Diagnostic } from './build-error.js';

/** What the AssemblyScript compiler reports, as far as it is read here. */
export interface CompilerMessage {
  readonly code: number;
  readonly category: number;
  readonly message: string;
  readonly range: {
    readonly start: number;
    readonly source: { readonly normalizedPath: string };
  } | null;
}

/** A diagnostic, and whether its message says what to do. */
export interface ExplainedDiagnostic extends Diagnostic {
  readonly cured: boolean;
}

/** Mistakes that people from TypeScript make, and the cure for each. */
const CURES: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [/Not implemented: Closures/, 'AssemblyScript has no closures; use a field, a global or a loop'],
  [
    /Not implemented: (?:Exceptions|Try)/i,
    'AssemblyScript has no try/catch; call fail("…") and return, or check before you act',
  ],
  [/Not implemented: Iterators/, 'AssemblyScript has no for-of; count with for (let i = 0; …)'],
  [/Cannot find name 'RegExp'|regular expression/i, 'AssemblyScript has no regular expressions'],
  [
    /Cannot find name 'any'|Type 'any'/,
    'every type is known at compile time; use Json for data of any shape',
  ],
  [
    /Cannot find name '(?:fetch|require|process|Buffer|setTimeout|Promise)'/,
    'a plugin has no JavaScript around it; use what @testbench/plugins-sdk offers',
  ],
  [
    /must be implemented|does not implement|Non-abstract class/,
    'write the method that the base class asks for, with exactly its types',
  ],
  [/File '~lib\/@testbench\/plugins-sdk/, "run your package manager's install in the project"],
];

/**
 * Turns a message of the compiler into a sentence with file, line and, where one is known, a cure.
 *
 * @param lineOf Line of an offset in a file, counted from 1; 0 if the file is not the author's.
 */
export function explainDiagnostic(
  message: CompilerMessage,
  lineOf: (file: string, offset: number) => number,
): ExplainedDiagnostic {
  const cure = CURES.find(([pattern]) => pattern.test(message.message))?.[1];
  const text = message.message.replace(/\.$/, '');
  const { range } = message;
  return {
    file: range?.source.normalizedPath ?? '',
    line: range ? lineOf(range.source.normalizedPath, range.start) : 0,
    message: cure === undefined ? text : `${text}; ${cure}`,
    cured: cure !== undefined,
  };
}
