import { suggestName } from '@testbench/types/config';

import type { Diagnostic } from './build-error.js';
import { sourceLine } from './source-line.js';

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
  /** True if it is caused by another mistake. */
  readonly follows: boolean;
}

/** Mistakes that people coming from TypeScript make, and the remedy for each. */
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

/** The sources of a compilation, as far as they are files of the author or of a library. */
export interface Sources {
  /** Text of a file as the compiler names it; undefined if it is not the author's. */
  textOf(file: string): string | undefined;
  /** Every text that was read. */
  texts(): Iterable<string>;
}

/** Messages about a type that the compiler could not determine: such a mistake follows from another one. */
const FOLLOWS = /on type 'auto'$/;

/**
 * Turns a message of the compiler into a sentence with its place and, if one is known, a remedy.
 *
 * @param sources Where lines and names are looked up.
 */
export function explainDiagnostic(message: CompilerMessage, sources: Sources): ExplainedDiagnostic {
  const cure = CURES.find(([pattern]) => pattern.test(message.message))?.[1];
  // Classes are named with the full path of their file.
  const text = message.message.replace(/\.$/, '').replaceAll(/'[^' ]*\/([^'/ ]+)'/g, "'$1'");
  const { range } = message;
  const file = range?.source.normalizedPath ?? '';
  return {
    file,
    ...placeIn(sources.textOf(file), range?.start),
    message: text + (cure === undefined ? suggestName(text, sources.texts()) : `; ${cure}`),
    cured: cure !== undefined,
    follows: FOLLOWS.test(text),
  };
}

/** The compiler reports offsets only; generated and library files have no line. */
function placeIn(
  text: string | undefined,
  offset: number | undefined,
): Pick<Diagnostic, 'line' | 'column' | 'excerpt'> {
  if (text === undefined || offset === undefined) return { line: 0, column: 0 };
  const before = text.slice(0, offset).split('\n');
  const excerpt = sourceLine(text, before.length) ?? '';
  return { line: before.length, column: before.at(-1)!.length + 1, excerpt };
}
