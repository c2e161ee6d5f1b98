import { nearestKey } from './nearest-key.js';

/** Shorter names are close to too many others. */
const SHORTEST = 3;
/** Maximum number of names to compare: a project has hundreds, a bundled library tens of thousands. */
const MAX_NAMES = 20_000;

/** Keywords, which are never meant as a name, separated by spaces: a set would end up in every bundle that uses an options reader. */
const KEYWORDS =
  ' ' +
  'abstract and any assert async await bool break case catch class const continue declare def del elif else enum except ' +
  'export extends extern false False final finally for from fn function global implements impl import include int interface ' +
  'lambda let long match mod module mut namespace new None nonlocal not null number object override package pass private ' +
  'protected pub public raise readonly ref return self short signed static struct string super switch then this throw trait ' +
  'true True try type typedef typeof undefined unknown unsigned use using var void where while with yield ';

/**
 * Finds the name in some sources that a mistyped one most likely means.
 *
 * @param name The name that the compiler or interpreter does not know.
 * @param texts Sources; every word in them is a candidate, except keywords and `name` itself.
 * @returns The nearest one, or undefined if none is near.
 *
 * @example
 * ```ts
 * import { nearestName } from '@testbench/types/config';
 *
 * nearestName('outptu', ['const { output } = record;']); // => 'output'
 * nearestName('banana', ['const { output } = record;']); // => undefined
 * ```
 */
export function nearestName(name: string, texts: Iterable<string>): string | undefined {
  if (name.length < SHORTEST) return undefined;
  const names = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]+/gu)) {
      if (word.length < SHORTEST || word === name || KEYWORDS.includes(` ${word} `)) continue;
      names.add(word);
      if (names.size >= MAX_NAMES) return nearestKey(name, [...names]);
    }
  }
  return nearestKey(name, [...names]);
}

/** What compilers and interpreters say about an unknown name. */
const UNKNOWN_NAME: readonly RegExp[] = [
  /^Cannot find name '([^']+)'/,
  /^Property '([^']+)' does not exist/,
  /has no exported member '([^']+)'/,
  /\bReferenceError: '?([\p{L}_$][\p{L}\p{N}_$]*)'? is not defined(?!: )/u,
  /\bNameError: name '([^']+)' is not defined/,
  /^No matching export in ".*" for import "([^"]+)"/,
];

/**
 * Finds the unknown name in the message of a compiler or interpreter, and the name that was most likely meant.
 *
 * @param message One sentence, such as `NameError: name 'limt' is not defined`.
 * @param texts Sources; see {@link nearestName}.
 * @returns Text to append to the sentence, such as `, did you mean "limit"?`; empty if nothing is near, or if the message already says it.
 */
export function suggestName(message: string, texts: Iterable<string>): string {
  if (/did you mean/i.test(message)) return '';
  for (const pattern of UNKNOWN_NAME) {
    const name = pattern.exec(message)?.[1];
    if (name === undefined) continue;
    const near = nearestName(name, texts);
    return near === undefined ? '' : `, did you mean "${near}"?`;
  }
  return '';
}
