import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

const SOURCE = `
import { lowerCase, upperCase } from "@testbench/plugins-sdk";
export function lower(text: string): string { return lowerCase(text); }
export function upper(text: string): string { return upperCase(text); }
`;

let wasm: WasmCaller;

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

/** Letters that the Unicode version of this Node does not yet know are left out: the tables are for Unicode 17. */
function everyCharacter(): string[] {
  const lines: string[] = [];
  for (let start = 0; start < 0x30000; start += 0x100) {
    let line = '';
    for (let point = start; point < start + 0x100; point += 1) {
      const character = String.fromCodePoint(point);
      if (/\p{Surrogate}/u.test(character) || !/\p{Assigned}/u.test(character)) continue;
      line += `${character} `;
    }
    if (line !== '') lines.push(line);
  }
  return lines;
}

describe('lowerCase() and upperCase()', () => {
  it('are what V8 makes of every character', () => {
    for (const line of everyCharacter()) {
      expect(wasm.text('lower', line)).toBe(line.toLowerCase());
      expect(wasm.text('upper', line)).toBe(line.toUpperCase());
    }
  });

  it('know the pairs that came with Unicode 14 to 17', () => {
    expect(wasm.text('lower', 'Ⱟ Ɤ Ꟁ Ꟑ Ꟙ Ꟛ Ƛ 𖺠 𐵐')).toBe('ⱟ ɤ ꟁ ꟑ ꟙ ꟛ ƛ 𖺻 𐵰');
    expect(wasm.text('upper', 'ⱟ ɤ ꟁ ꟑ ꟙ ꟛ ƛ 𖺻 𐵰')).toBe('Ⱟ Ɤ Ꟁ Ꟑ Ꟙ Ꟛ Ƛ 𖺠 𐵐');
  });

  it.each([
    ['Ο ΣΚΥΛΟΣ', 'ο σκυλος'],
    ['ΟΔΟΣ. ΟΔΟΣ', 'οδος. οδος'],
    ["ΟΔΟΣ'Α", "οδοσ'α"],
    ['Σ', 'σ'],
    ['1Σ ΑΣ1 ΑΣ́ ΑΣΣ', '1σ ας1 ας́ ασς'],
    ['İSTANBUL', 'i̇stanbul'],
    ['𐐀Σ Σ𐐀', '𐐨ς σ𐐨'],
  ])('of %j is %j', (text, expected) => {
    expect(wasm.text('lower', text)).toBe(expected);
  });

  it('take the final sigma where V8 does', () => {
    const unit = fc.constantFrom(...Array.from("ΣσΑ1 '.-\u0301\u0345\u00ad’ªA日𝐀"));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(wasm.text('lower', text)).toBe(text.toLowerCase());
        expect(wasm.text('upper', text)).toBe(text.toUpperCase());
      }),
      { numRuns: 3000 },
    );
  });
});
