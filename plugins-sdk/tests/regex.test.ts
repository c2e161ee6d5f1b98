import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

/** Random patterns; CI has 2,500. */
const PATTERNS = Number(process.env['PATTERNS'] ?? 800);

const SOURCE = `
import { foldCase, foldPoint, JsonWriter, Regex } from "@testbench/plugins-sdk";

const out = new JsonWriter();
let regex = new Regex("");

/** What is wrong with the pattern; empty if nothing is. */
export function prepare(pattern: string, flags: string): string {
  regex = new Regex(pattern, flags);
  return regex.problem;
}

/** Places of the first match and its groups, as JSON. */
export function match(text: string): string {
  out.clear();
  const match = regex.match(text);
  if (match === null) return "null";
  out.array();
  for (let group = 0; group <= match.groups; group++) out.value(match.groupStart(group)).value(match.groupEnd(group));
  return out.end().toString();
}

export function test(text: string): bool { return regex.test(text); }
export function replace(text: string, replacement: string): string { return regex.replace(text, replacement); }
export function named(text: string, name: string): string { return regex.match(text)!.named(name); }

export function matches(text: string): string {
  out.clear();
  out.array();
  const all = regex.matchAll(text);
  for (let index = 0; index < all.length; index++) out.value(all[index].value);
  return out.end().toString();
}

export function split(text: string): string {
  out.clear();
  return out.value(regex.split(text)).toString();
}

export function fold(text: string): string { return foldCase(text); }
export function foldOne(point: i32): i32 { return foldPoint(point); }
`;

let wasm: WasmCaller;

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

/** The first match from `from` on. V8 also looks for empty matches inside surrogate pairs, which is not the standard. */
function execute(regex: RegExp, text: string, from = 0): RegExpExecArray | null {
  for (let at = from; at <= text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) {
    regex.lastIndex = at;
    const match = regex.exec(text);
    if (match !== null) return match;
  }
  return null;
}

/** V8's result, in the form of the exported `match`. */
function expectedMatch(pattern: string, flags: string, text: string): number[] | null {
  const match = execute(new RegExp(withoutCarets(pattern, flags), `${flags}udy`), text);
  return match === null
    ? null
    : match.indices!.flatMap((pair) => (pair === undefined ? [-1, -1] : pair));
}

/** V8 14 finds nothing with `/(.*?a^|)/s`, although the standard requires the empty match; it handles the same assertion correctly as a lookbehind. */
function withoutCarets(pattern: string, flags: string): string {
  const assertion = flags.includes('m') ? String.raw`(?<![^\n\r\u2028\u2029])` : '(?<![^])';
  return pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]|\^/g, (part) =>
    part === '^' ? assertion : part,
  );
}

function find(pattern: string, flags: string, text: string): unknown {
  expect([pattern, wasm.text('prepare', pattern, flags)]).toEqual([pattern, '']);
  return JSON.parse(wasm.text('match', text));
}

// One string to split is easier to read than fifty lines.
const ATOMS =
  String.raw`a b ab A é É ß 😀 . \d \D \w \W \s \S [ab] [^a] [a-c] [^\s\d] [\w-] [] [^] [é-ü😀] \u{1F600} \n [k-s] \x61
  [\]\-^] ſ \u212a [A-Z] [α-ω] Σ 1 _`.split(/\s+/);
const ASSERTIONS = ['^', '$', '\\b', '\\B'];
const QUANTIFIERS = ['*', '+', '?', '{2}', '{0}', '{1,2}', '{0,3}', '{2,}', '{0,}', '{1,1}'];

/** Patterns of the supported syntax, with groups, alternatives that may be empty, and nested loops. */
const { pattern: PATTERN } = fc.letrec<{ pattern: string; sequence: string; part: string }>(
  (tie) => ({
    pattern: fc
      .array(tie('sequence'), { minLength: 1, maxLength: 3 })
      .map((choices) => choices.join('|')),
    sequence: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: fc.constantFrom(...ATOMS, 'a', 'b') },
      { weight: 1, arbitrary: fc.constantFrom(...ASSERTIONS) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(
            fc.oneof(
              fc.constantFrom(...ATOMS),
              tie('pattern').map((inner) => `(${inner})`),
              tie('pattern').map((inner) => `(?:${inner})`),
            ),
            fc.constantFrom(...QUANTIFIERS, ''),
            fc.constantFrom('', '?'),
          )
          .map(([atom, quantifier, lazy]) => atom + quantifier + (quantifier === '' ? '' : lazy)),
      },
    ),
  }),
);
const TEXT = fc
  .array(
    fc.constantFrom(
      ...'a b a b c A k K s ſ \u212a é É ß ẞ σ ς Σ 1 _ - 😀 😁 \ud83d \ufeff \u0085 .'.split(' '),
      ' ',
      '\n',
      '\r',
      '\u2028',
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));
const FLAGS = fc.constantFrom('', 'i', 'm', 's', 'ims');

describe('Regex', () => {
  it('finds what V8 finds, groups and all', { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(
        PATTERN,
        FLAGS,
        fc.array(TEXT, { minLength: 1, maxLength: 4 }),
        (pattern, flags, texts) => {
          for (const text of texts) {
            const found = find(pattern, flags, text);
            expect({ pattern, flags, text, found }).toEqual({
              pattern,
              flags,
              text,
              found: expectedMatch(pattern, flags, text),
            });
            expect(wasm.number('test', text) === 1).toBe(found !== null);
          }
        },
      ),
      { numRuns: PATTERNS },
    );
  });

  // Loops around empty matches, where engines with and without backtracking differ.
  it.each([
    ['(x?(?:a)*?)*b', 'xaab'],
    ['(|a)*', 'aa'],
    ['(|a)+', 'aa'],
    ['(?:(a)|b)*', 'ab'],
    ['(a*)*', 'b'],
    ['(a*)+', 'b'],
    ['(a*?)*?b', 'aab'],
    ['((a*)*?){2,3}', 'aaa'],
    ['(z)((a+)?(b+)?(c))*', 'zaacbbbcac'],
    ['(?:a?)*?$', 'aaa'],
    ['(?:|a|ab)+?$', 'aab'],
    ['(\\b|a)*c', 'aac'],
    ['(([^]*?a^|)*|)*|', ''],
  ])('takes /%s/ on %s as V8 does', (pattern, text) => {
    expect(find(pattern, '', text)).toEqual(expectedMatch(pattern, '', text));
  });

  it('agrees with V8 on which patterns are right', () => {
    const pieces = String.raw`a - ( ) (?: (?<n> [ [^ ] { } {1 , 2} * + ? | ^ $ \ \b \d \w \- \/ \u \u{ 61 \x4 \c \0 \q . 😀 1`;
    const piece = fc.constantFrom(...pieces.split(' '));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (chosen) => {
        const pattern = chosen.join('');
        let valid = true;
        try {
          RegExp(pattern, 'u');
        } catch {
          valid = false;
        }
        const problem = wasm.text('prepare', pattern, '');
        if (/not supported|second group/.test(problem)) return;
        expect([pattern, problem === '']).toEqual([pattern, valid]);
      }),
      { numRuns: 4 * PATTERNS },
    );
  });

  it.each([
    ['a(b', 'expected ")" at 3'],
    ['a)', '")" without its opening at 1'],
    ['*a', 'nothing to repeat at 0'],
    ['a**', 'nothing to repeat at 2'],
    ['^*', 'nothing to repeat at 1'],
    ['a{2,1}', 'the bounds are in the wrong order at 6'],
    ['a{x', 'expected a number at 2'],
    ['[b-a]', 'the range is in the wrong order at 4'],
    ['[\\d-z]', 'a class cannot bound a range at 5'],
    ['[a', 'expected "]" at 2'],
    ['\\q', 'an escape that is not known at 1'],
    ['\\', 'an escape that is not known at 1'],
    ['\\u{110000}', 'expected a code point in hexadecimal digits at 9'],
    ['(?=a)', 'lookaround and flags in a group are not supported at 2'],
    ['(?<!a)', 'lookaround and flags in a group are not supported at 2'],
    ['(a)\\1', 'references to groups are not supported at 4'],
    ['\\p{L}', '\\p is not supported at 1'],
    ['(?<n>a)(?<n>b)', 'a second group "n" at 12'],
    ['('.repeat(101), 'groups are nested too deep at 101'],
    ['(?:a{1000}){1000}', 'it takes more than 20000 steps; use smaller counts'],
    [
      `${'(?:'.repeat(17)}a?${')*'.repeat(17)}`,
      'more than 16 loops that may be empty are within each other',
    ],
    ['()'.repeat(300), 'it has too many groups for its size; use (?:…)'],
  ])('says what is wrong with /%s/', (pattern, problem) => {
    expect(wasm.text('prepare', pattern, '')).toBe(problem);
    expect(wasm.number('test', 'a')).toBe(0);
  });

  it('refuses a flag that it does not know', () => {
    expect(wasm.text('prepare', 'a', 'ig')).toBe('there is no flag "g"');
  });

  it('takes a nothing that is repeated a million times for nothing', () => {
    expect(find('(?:(?:(?:){1000000}){1000000}){1000000}a', '', 'a')).toEqual([0, 1]);
  });

  it.each([
    ['(\\d+)-(\\d+)', 'call 12-34 or 5-6', '$2/$1'],
    ['(?<first>\\w)(?<second>\\w)', 'abcd', '$<second>$<first>$<none>'],
    ['', 'a😀b', '-'],
    ['a*', 'baac', '<$&>'],
    ['(a)|b', 'ab', '[$1$2$10$$$0$]'],
    ['\\s+', ' a  b ', '_'],
  ])('replaces /%s/ in %j by %j as V8 does', (pattern, text, replacement) => {
    expect(wasm.text('prepare', pattern, '')).toBe('');
    expect(wasm.text('replace', text, replacement)).toBe(
      text.replaceAll(new RegExp(pattern, 'gu'), replacement),
    );
  });

  it('finds all matches and splits as V8 does', () => {
    fc.assert(
      fc.property(PATTERN, fc.constantFrom('', 'i'), TEXT, (pattern, flags, text) => {
        expect(wasm.text('prepare', pattern, flags)).toBe('');
        const standard = withoutCarets(pattern, flags);
        const regex = new RegExp(standard, `${flags}uy`);
        const all: string[] = [];
        for (let at = 0, match; (match = execute(regex, text, at)) !== null;) {
          all.push(match[0].toWellFormed());
          at = match.index + match[0].length;
          if (match[0] === '') at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
        }
        expect(JSON.parse(wasm.text('matches', text))).toEqual(all);
        // V8 also splits surrogate pairs, and it returns the groups' texts among the parts.
        const simple = text.replaceAll(/[\ud800-\udfff]/g, '');
        const parts = simple.split(
          new RegExp(standard.replaceAll(/\((?!\?)/g, '(?:'), `${flags}u`),
        );
        // Without text there is one part, the empty one.
        expect(JSON.parse(wasm.text('split', simple))).toEqual(parts.length === 0 ? [''] : parts);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives a group by its name', () => {
    expect(find('(?<year>\\d{4})-(?<month>\\d\\d)', '', 'in 2026-11')).toEqual([
      3, 10, 3, 7, 8, 10,
    ]);
    expect(wasm.text('named', '2026-11', 'month')).toBe('11');
    expect(wasm.text('named', '2026-11', 'day')).toBe('');
  });
});

describe('foldCase()', () => {
  it.each([
    ['Straße ẞ', 'strasse ss'],
    ['ΣΊΣΥΦΟΣ ς', 'σίσυφοσ σ'],
    ['İI ıi', 'i̇i ıi'],
    ['ﬃ ŉ ᾳ', 'ffi ʼn αι'],
    ['ꭰᏸ Ꭰ', 'ᎠᏰ Ꭰ'],
    ['𐐀 𞤀 K ſ', '𐐨 𞤢 k s'],
  ])('turns %j into %j', (text, folded) => {
    expect(wasm.text('fold', text)).toBe(folded);
  });

  it('takes for the same what V8 takes for the same where case does not count', () => {
    const wrong: string[] = [];
    for (let point = 0; point < 0x1f000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const text = String.fromCodePoint(point);
      for (const other of [
        text.toLowerCase(),
        text.toUpperCase(),
        text.toLowerCase().toUpperCase(),
      ]) {
        // A character that is its own other case proves nothing.
        if (other === text || Array.from(other).length !== 1) continue;
        const same = new RegExp(`^\\u{${point.toString(16)}}$`, 'iu').test(other);
        const folded =
          wasm.number('foldOne', point) === wasm.number('foldOne', other.codePointAt(0)!);
        if (same !== folded) wrong.push(`${text} ${other}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
