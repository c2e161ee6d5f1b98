import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

const SOURCE = `
import { indexOfWord, isWordBoundary } from "@testbench/plugins-sdk";
export function find(text: string, word: string): i32 { return indexOfWord(text, word); }
export function boundary(text: string, index: i32): bool { return isWordBoundary(text, index); }
`;

let wasm: WasmCaller;
const find = (text: string, word: string): number => wasm.number('find', text, word);

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

describe('indexOfWord()', () => {
  it.each([
    ['a Secret!', 'Secret', 2],
    ['class', 'ass', -1],
    ['C++ is C', 'C++', 0],
    ['naïve', 'na', -1],
    ['x_1', 'x', -1],
    // Japanese and Chinese: any character may begin or end a word.
    ['私は日本人です', '日本', 2],
    ['我是日本人', '日本', 2],
    ['iPhone手机', '手机', 6],
    ['iPhone手机', 'iPhone', 0],
    ['iPhone手机', 'Phone', -1],
    // A stretch of Katakana is one word.
    ['バカンスに行く', 'バカ', -1],
    ['バカだ', 'バカ', 0],
    ['スーパーで', 'スーパー', 0],
    ['カタカナ', 'タカ', -1],
    // Thai: never before a vowel sign or a tone mark.
    ['ฉันเป็นคนญี่ปุ่น', 'ญี่ปุ่น', 9],
    ['น้ำ', 'น', -1],
    // Korean: particles follow a noun without a space, but it begins after one.
    ['저는 일본인입니다', '일본', 3],
    ['비밀은 없다', '비밀', 0],
    ['대한민국', '민국', -1],
    ['AI는', 'AI', 0],
    // Marks belong to the preceding letter.
    ['हिन्दी', 'हिन', -1],
    ['हिन्दी में', 'हिन्दी', 0],
    ['cafe\u0301', 'cafe', -1],
    ['cafe\u0301 noir', 'cafe\u0301', 0],
    ['𠮷野家', '野', 2],
    ['', 'a', -1],
    ['a', '', -1],
  ] as [string, string, number][])('in %j finds %j at %i', (text, word, expected) => {
    expect(find(text, word)).toBe(expected);
  });
});

describe('isWordBoundary()', () => {
  it('is where the segmenter of V8 has one, for letters, digits and marks', () => {
    // Its dictionaries decide in scripts without spaces, and in Korean; otherwise both follow Unicode's rules.
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    const unit = fc.constantFrom(...Array.from('aéßЖα1_ -+א\u0301\u094dहि😀'));
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 8 }), (text) => {
        const starts = new Set(Array.from(segmenter.segment(text), ({ index }) => index));
        for (let index = 1; index < text.length; index += 1) {
          if (/[\udc00-\udfff]/.test(text[index]!)) continue;
          // Our callers do not ask about positions between two such characters.
          if (!/[\p{L}\p{N}_]\p{M}*$/u.test(text.slice(0, index))) continue;
          expect([text, index, wasm.number('boundary', text, index) === 1]).toEqual([
            text,
            index,
            starts.has(index),
          ]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
