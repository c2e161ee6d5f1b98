import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

export const SOURCE = `
import { findNumbers, readNumber } from "@testbench/plugins-sdk";
export function found(text: string): string {
  const numbers = findNumbers(text, "!?:;()[]{}'\\"\`~<=>@#^&|");
  let list = "";
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index];
    list += (index > 0 ? " | " : "") + number.text + (number.isPercent ? "%" : "");
  }
  return list;
}
export function spans(text: string): string {
  const numbers = findNumbers(text);
  let list = "";
  for (let index = 0; index < numbers.length; index++) {
    list += "<" + text.substring(numbers[index].start, numbers[index].end) + ">" + (numbers[index].isAlone ? "" : "…");
  }
  return list;
}
export function whole(text: string): f64 {
  const number = readNumber(text);
  return number === null ? NaN : number.value;
}
`;

let wasm: WasmCaller;
const found = (text: string): string => wasm.text('found', text);
const whole = (text: string): number => wasm.number('whole', text);

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

describe('findNumbers()', () => {
  it.each([
    // Signs.
    ['-5 −5 –5 －5 ﹣5 ‑5', '-5 | -5 | -5 | -5 | -5 | -5'],
    ['+5 ＋5 5', '5 | 5 | 5'],
    ['-$5, −$5, $-5, -€5, -US$5, $5, £ 5, 5€', '-5 | -5 | -5 | -5 | -5 | 5 | 5 | 5'],
    ['--5 +-5 -+5', '5 | -5 | -5'],
    [
      'a-5, 3-5, 3--5, $3-$5, (2)-5, x=-5, (-5), "-5", 5%-6%',
      '5 | 3 | 5 | 3 | -5 | 3 | 5 | 2 | 5 | -5 | -5 | -5 | 5% | 6%',
    ],
    ['(5) ($5) (5.00)', '5 | 5 | 5.00'],
    ['±5 \\pm 5 ∓5', ''],
    ['负5 正5 負二十', '-5 | 5 | -20'],
    // Decimals.
    ['.5 -.5 $.5 (.5) 0.5', '.5 | -.5 | -.5'.replace('-.5 | -.5', '-.5 | .5 | .5 | 0.5')],
    ['It is 5. Then 5.', '5 | 5'],
    ['No.5 p.7 1...5 1..5', '5 | 7 | 1 | 5 | 1 | 5'],
    ['007 0.50', '007 | 0.50'],
    // Exponents.
    ['1e3 1E-3 1e+3 2.5e−3 1e', '1e3 | 1e-3 | 1e3 | 2.5e-3 | 1'],
    [
      '1×10^3, 1.5 × 10^{-3}, 2x10^3, 2 * 10^3, 3·10³, 4 × 10⁻³, 5*10**2',
      '1e3 | 1.5e-3 | 2e3 | 2e3 | 3e3 | 4e-3 | 5e2',
    ],
    ['$1 \\times 10^{3}$ and $-2\\cdot10^4$', '1e3 | -2e4'],
    ['2 x 10 and 2x3', '2 | 10 | 2 | 3'],
    ['10^3 -10^4 2^10 2^{-1} 10**3 2³ 2⁻³ -2²', '1e3 | -1e4 | 1024 | 0.5 | 1e3 | 8 | 0.125 | 4'],
    ['x^2 e^{-3} x_1 a_{10} 2^x 2^0.5 2^{1/2} 2^3^4 5^\\circ 5^{th}', '5 | 5'],
    // Groups.
    [
      "1,234; 1,234,567.89; 1 234 567; 1’234; 1'234; 1_234",
      '1234 | 1234567.89 | 1234567 | 1234 | 1234 | 1234',
    ],
    ['1\u00a0234; 1\u2009234; 1\u202f234; 1，234; ١٬٢٣٤٫٥', '1234 | 1234 | 1234 | 1234 | 1234.5'],
    ['12,34,567; 1,23,456.7; 12\u00a034\u00a0567', '1234567 | 123456.7 | 1234567'],
    ['1{,}234; 1\\,234; 1,\\!234; 10~000', '1234 | 1234 | 1234 | 10000'],
    ["1.234,5 12,34,5 1,2 1,23 0,123 1234,567 1,234'567", ''],
    ['1 234,5; 1 234.5; 5 100,000; 1 234,567', '1234.5 | 5 | 100000 | 1 | 234567'],
    ['7 25 110, 12 345 67, 1999 200, 0 100', '7 | 25 | 110 | 12 | 345 | 67 | 1999 | 200 | 0 | 100'],
    [
      '(100,200) [1,234] {1,2} \\{5,6\\} (1.5,2.5) (-3,4)',
      '100 | 200 | 1 | 234 | 1 | 2 | 5 | 6 | 1.5 | 2.5 | -3 | 4',
    ],
    [
      '\\left(100,200\\right) ($1,234) (1,234 of them) \\(1,234\\) \\boxed{1,234}',
      '100 | 200 | 1234 | 1234 | 1234 | 1234',
    ],
    ['(100, 200) 1, 2 and 3', '100 | 200 | 1 | 2 | 3'],
    // No numbers.
    ['1.2.3 192.168.0.1 2024-05-01 01.02.2024 1/2/2024 10:30 555-123-4567', ''],
    // Fractions.
    [
      '1/2 1 / 2 -3/4 1⁄2 ½ -½ 2½ 2 ½ 1 1/2 -1 1/2',
      '1/2 | 1/2 | -3/4 | 1/2 | 1/2 | -1/2 | 2 1/2 | 2 1/2 | 1 1/2 | -1 1/2',
    ],
    [
      '\\frac{1}{2} \\dfrac12 -\\frac{3}{4} 1\\frac{1}{2} \\frac{-1}{2}',
      '1/2 | 1/2 | -3/4 | 1 1/2 | -1/2',
    ],
    ['\\frac{\\pi}{2} \\frac{x+1}{3} 1/0 2\\frac{3}{2} ½2', ''],
    ['3 3/2 10 1/2', '3 | 3/2 | 10 1/2'],
    // Roots and multiples.
    ['\\sqrt{2} √2 2\\sqrt{3} 2√3 3\\pi 2π \\sqrt[3]{8} \\sqrt{16} = 4', '4'],
    // Units.
    ['5% 5 % 5\\% ５％ 5km 5 km 25th', '5% | 5% | 5% | 5% | 5 | 5 | 25'],
    // LaTeX and Markdown.
    [
      '\\$20 \\boxed{5} **5** *-5* _7_ `8` $9$ $$-10$$ \\(11\\) \\text{12 km}',
      '20 | 5 | 5 | -5 | 7 | 8 | 9 | -10 | 11 | 12',
    ],
    ['\\*5\\* \\$1,000. \\-5', '5 | 1000 | -5'],
    // Digits of other scripts.
    ['１２３ ١٢٣ १२३ ໑໒ 𝟙𝟚 𑁧𑁨', '123 | 123 | 123 | 12 | 12 | 12'],
    ['答案是25。答案是-5。', '25 | -5'],
    [
      '二十五, 三千〇一万, 二〇二五, 三点一四, 3万, 25万, 一个',
      '25 | 30010000 | 2025 | 3.14 | 30000 | 250000',
    ],
    ['Ⅻ ⑤ ⁵ ⅓', '12 | 5 | 5 | 1/3'],
    ['', ''],
    ['none', ''],
    ['1e999 5', '5'],
  ])('in %j gives %j', (text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it('say where the numbers stand, and whether alone', () => {
    expect(wasm.text('spans', 'so -$1,234.50. **60** 5% x=3 (7)')).toBe(
      '<-$1,234.50><60><5>…<3>…<7>…',
    );
    expect(wasm.text('spans', '\\boxed{42} $\\frac{1}{2}$')).toBe('<42><$\\frac{1}{2}>');
  });
});

describe('readNumber()', () => {
  it.each([
    ['5', 5],
    [' -5.0\n', -5],
    ['$\\boxed{1{,}234}$', 1234],
    ['**7**', 7],
    ['5.', 5],
    ['5 %', 5],
    ['1/3', 1 / 3],
    ['1 1/3', 4 / 3],
    ['0.1', 0.1],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['1e-320', 1e-320],
    ['5 km', NaN],
    ['5 6', NaN],
    ['', NaN],
    ['x5', NaN],
    ['(5)', NaN],
    ['1.234,5', NaN],
    ['5!', NaN],
    ['v1.2.3 5', NaN],
  ])('of %j is %d', (text, expected) => {
    expect(whole(text)).toBe(expected);
  });
});
