import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

const SOURCE = `
import {
  collapseSpace, countCodePoints, isNumber, isPunctuation, isSymbol, isWordCharacter, levenshteinDistance, NgramMatcher, normalizeAnswer,
  strip, toCodePoints, Vocabulary, withoutPunctuation,
} from "@testbench/plugins-sdk";

export function distance(a: string, b: string): i32 { return levenshteinDistance(toCodePoints(a), toCodePoints(b)); }
export function count(text: string): i32 { return countCodePoints(text); }
export function isWord(point: i32): bool { return isWordCharacter(point); }
export function normalize(text: string): string { return normalizeAnswer(text); }
export function collapse(text: string): string { return collapseSpace(text); }
export function stripped(text: string): string { return strip(text); }
export function bare(text: string): string { return withoutPunctuation(text); }
export function classOf(point: i32): i32 {
  return isPunctuation(point) ? 1 : isSymbol(point) ? 2 : isNumber(point) ? 3 : 0;
}
export function numbers(text: string): string {
  const vocabulary = new Vocabulary(1);
  const numbers = vocabulary.split(text);
  let list = vocabulary.size.toString();
  for (let index = 0; index < numbers.length; index++) list += " " + numbers[index].toString();
  return list;
}
export function matches(lines: string): string {
  const vocabulary = new Vocabulary();
  const texts = lines.split("\\n");
  const given = vocabulary.split(texts[0]);
  const references: StaticArray<i32>[] = [];
  for (let index = 1; index < texts.length; index++) references.push(vocabulary.split(texts[index]));
  const matcher = new NgramMatcher(given, references);
  let list = "";
  for (let order = 1; order <= 5; order++) list += matcher.next().toString() + "/" + matcher.total.toString() + " ";
  return list;
}
`;

let wasm: WasmCaller;

const distance = (a: string, b: string): number => wasm.number('distance', a, b);
const text = (name: string, value: string): string => wasm.text(name, value);

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

/** The textbook table, for comparison. */
function plainDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of a.entries()) {
    const next = [i + 1];
    for (const [j, right] of b.entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (left === right ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

describe('levenshteinDistance()', () => {
  it('is the textbook distance, over one block and several', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), maxLength: 200 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, b)).toBe(plainDistance(Array.from(a), Array.from(b)));
      }),
      { numRuns: 400 },
    );
  });

  it('is the textbook distance over every number of blocks up to nine, full and not', () => {
    const letter = fc.constantFrom('a', 'b', 'c', 'd', 'é', '文');
    const textOf = (length: number) =>
      fc.string({ unit: letter, minLength: length, maxLength: length });
    for (let blocks = 1; blocks <= 9; blocks += 1) {
      for (const length of [64 * blocks - 63, 64 * blocks - 1, 64 * blocks]) {
        fc.assert(
          // Different first and last letters: none is left out as common.
          fc.property(textOf(length - 1), textOf(length + 40), (a, b) => {
            const [left, right] = [`x${a}`, `y${b}z`];
            expect(distance(left, right)).toBe(plainDistance(Array.from(left), Array.from(right)));
          }),
          { numRuns: 4 },
        );
      }
    }
  });

  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abcdefgh😀', 'abcdefg😀h', 2],
    ['kitten', 'sitting', 3],
    ['👍', '👎', 1],
    ['a'.repeat(64), 'b'.repeat(64), 64],
    ['a'.repeat(128), 'a'.repeat(65), 63],
  ])('%s, %s: %i', (a, b, expected) => {
    expect(distance(a, b)).toBe(expected);
  });
});

describe('characters and words', () => {
  it('know letters and digits of all scripts', () => {
    const wrong: number[] = [];
    for (let point = 0; point < 0x30000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const expected = /[\p{L}\p{N}_]/u.test(String.fromCodePoint(point));
      if ((wasm.number('isWord', point) === 1) !== expected) wrong.push(point);
    }
    expect(wrong).toEqual([]);
  });

  it('know punctuation, symbols and numbers', () => {
    const wrong: number[] = [];
    for (let point = 0; point < 0x30000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      const expected = [/\p{P}/u, /\p{S}/u, /\p{N}/u].findIndex((kind) => kind.test(character)) + 1;
      if (wasm.number('classOf', point) !== expected) wrong.push(point);
    }
    expect(wrong).toEqual([]);
  });

  it('count characters as Python does', () => {
    expect(wasm.number('count', 'a😀é')).toBe(3);
    // One grapheme, but seven code points.
    expect(wasm.number('count', '👨‍👩‍👧‍👦')).toBe(7);
  });

  it.each([
    ['normalize', 'The Cat, a dog -- an ANT!', 'cat dog ant'],
    ['normalize', 'theory of the a', 'theory of'],
    ['normalize', 'éthe the‑a', 'éthe ‑'],
    ['normalize', 'U.S.', 'us'],
    ['collapse', '\u00a0a\u3000 b\u001c', 'a b'],
    ['stripped', '\t a b \u2009', 'a b'],
    ['collapse', 'a\tb', 'a b'],
    ['collapse', ' \n ', ''],
    ['bare', "it's “ok”!", 'its “ok”'],
  ])('%s %j gives %j', (name, value, expected) => {
    expect(text(name, value)).toBe(expected);
  });
});

describe('normalizeAnswer()', () => {
  it('is what the SQuAD script does, whatever the characters', () => {
    const unit = fc.constantFrom(...Array.from("aAtThHeEnN  .,'-_9\t\u0001é—\u00a0😀"));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (value) => {
        const expected = value
          .toLowerCase()
          .replaceAll(/[!-/:-@[-`{-~]/g, '')
          .replaceAll(/(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu, ' ')
          .split(/\s+/)
          .filter((word) => word !== '')
          .join(' ');
        expect(text('normalize', value)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Vocabulary', () => {
  it('numbers words in the order in which they come', () => {
    expect(text('numbers', ' b a  b\u3000c a ')).toBe('3 0 1 0 2 1');
    expect(text('numbers', '')).toBe('0');
  });

  it('grows, and keeps words apart', () => {
    const words = Array.from({ length: 3000 }, (_, index) => `w${index % 1000}`);
    const expected = words.map((_, index) => index % 1000).join(' ');
    expect(text('numbers', words.join(' '))).toBe(`1000 ${expected}`);
  });
});

describe('NgramMatcher', () => {
  const sentence = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

  function countNgrams(words: readonly string[], order: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (let start = 0; start + order <= words.length; start += 1) {
      const ngram = words.slice(start, start + order).join(' ');
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    return counts;
  }

  it('clips each n-gram at the reference that has it most often', () => {
    fc.assert(
      fc.property(sentence, fc.array(sentence, { maxLength: 3 }), (given, references) => {
        const expected = [1, 2, 3, 4, 5].map((order) => {
          const counts = references.map((reference) => countNgrams(reference, order));
          let found = 0;
          for (const [ngram, count] of countNgrams(given, order)) {
            found += Math.min(count, Math.max(0, ...counts.map((other) => other.get(ngram) ?? 0)));
          }
          return `${found}/${Math.max(0, given.length - order + 1)} `;
        });
        const lines = [given, ...references].map((words) => words.join(' ')).join('\n');
        expect(text('matches', lines)).toBe(expected.join(''));
      }),
      { numRuns: 1000 },
    );
  });
});
