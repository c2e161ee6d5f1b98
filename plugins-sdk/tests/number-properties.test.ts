import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

const SOURCE = `
import { findNumbers } from "@testbench/plugins-sdk";
export function count(text: string): i32 { return findNumbers(text).length; }
export function value(text: string): f64 { return findNumbers(text)[0].value; }
export function texts(text: string): string {
  const numbers = findNumbers(text);
  let list = "";
  for (let index = 0; index < numbers.length; index++) list += numbers[index].text + "\\n";
  return list;
}
`;

let wasm: WasmCaller;

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

/** A way to write a number, and the same number as JavaScript reads it. */
interface Written {
  readonly text: string;
  readonly value: number;
}

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: min, maxLength: max });
const whole = digits(1, 12).map((text) => text.replace(/^0+(?=.)/, ''));

/** Groups of three from the right, or Indian groups. */
const groupThrees = (text: string, separator: string): string =>
  text.replaceAll(/\B(?=(\d{3})+$)/g, separator);
const groupIndian = (text: string, separator: string): string =>
  text.replaceAll(/\B(?=(?:\d{2})*\d{3}$)/g, separator);

const separator = fc.constantFrom(...",，'’_ \u00a0\u202f\u2009".split(''), '{,}', '\\,', ',\\!');
const ZEROS = [0x30, 0xff10, 0x660, 0x966, 0xe50, 0x1d7ce, 0x11066];
/** The digits of one script instead of ASCII's. */
const inScript = (text: string, zero: number): string =>
  text.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

const decimal: fc.Arbitrary<Written> = fc
  .record({
    whole,
    separator: fc.option(separator),
    indian: fc.boolean(),
    fraction: fc.option(digits(1, 8)),
    exponent: fc.option(fc.integer({ min: -30, max: 30 })),
    notation: fc.constantFrom('e', 'E', 'e+', '×10^', ' \\times 10^{', ' x 10**', '·10^'),
  })
  .map(({ whole: plain, separator: mark, indian, fraction, exponent, notation }) => {
    // Between plain spaces, Indian groups would be found in any list of numbers.
    const group = indian && mark !== ' ' ? groupIndian : groupThrees;
    const grouped = mark === null ? plain : group(plain, mark);
    const point = fraction === null ? '' : `.${fraction}`;
    let power = '';
    if (exponent !== null) {
      const sign = notation === 'e+' && exponent < 0 ? 'e' : notation;
      power = `${sign}${exponent}${notation.endsWith('{') ? '}' : ''}`;
    }
    return {
      text: `${grouped}${point}${power}`,
      value: Number(`${plain}${point}e${exponent ?? 0}`),
    };
  });

const divide = (above: string, below: string): number => Number(above) / Number(below);
const positive = fc.integer({ min: 1, max: 999 }).map(String);
const fraction: fc.Arbitrary<Written> = fc
  .tuple(whole, positive, fc.constantFrom('/', ' / ', '⁄', '\\frac', '\\dfrac'))
  .map(([above, below, style]) => ({
    text: style.startsWith('\\') ? `${style}{${above}}{${below}}` : `${above}${style}${below}`,
    value: divide(above, below),
  }));
const mixed: fc.Arbitrary<Written> = fc
  .tuple(positive, fc.integer({ min: 2, max: 99 }), fc.nat(), fc.constantFrom(' ', '\\frac'))
  .map(([units, below, seed, style]) => {
    const above = 1 + (seed % (below - 1));
    const text = style === ' ' ? ` ${above}/${below}` : `${style}{${above}}{${below}}`;
    return { text: `${units}${text}`, value: (Number(units) * below + above) / below };
  });

const written: fc.Arbitrary<Written> = fc
  .record({
    number: fc.oneof(decimal, fraction, mixed),
    sign: fc.constantFrom('', '', '-', '−', '－', '+', '–'),
    currency: fc.constantFrom('', '', '$', '€', '£', '\\$', '$ '),
    before: fc.boolean(),
    zero: fc.constantFrom(...ZEROS),
  })
  .map(({ number, sign, currency, before, zero }) => ({
    text: inScript(
      before ? `${sign}${currency}${number.text}` : `${currency}${sign}${number.text}`,
      zero,
    ),
    value: '-−－–'.includes(sign) && sign !== '' ? -number.value : number.value,
  }));

describe('findNumbers()', () => {
  it('reads every way to write a number to the value that V8 gives its digits', () => {
    const around = fc.constantFrom(
      ['', ''],
      ['The answer is ', '.'],
      ['= ', ', so'],
      ['(', ')'],
      ['**', '**'],
      ['\\boxed{', '}'],
      ['答えは', '円'],
      ['', '%'],
      ['', ' km'],
    );
    fc.assert(
      fc.property(written, around, ({ text, value }, [before, after]) => {
        // Between brackets, commas are separators.
        fc.pre(!(before === '(' && /[,，]/.test(text) && !/[$€£]/.test(text)));
        const sentence = `${before}${text}${after}`;
        expect([sentence, wasm.number('count', sentence)]).toEqual([sentence, 1]);
        expect([sentence, wasm.number('value', sentence)]).toEqual([sentence, value]);
        // The returned text is the same number again.
        const given = wasm.text('texts', sentence).trim();
        expect([sentence, wasm.number('value', given)]).toEqual([sentence, value]);
      }),
      { numRuns: 4000 },
    );
  });

  it('divides any row of digits and marks as the rules for them say', () => {
    const unit = fc.constantFrom(...Array.from("0123456789000111,,,...  '- "));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 14 }), (text) => {
        const expected = readByRules(text);
        expect([text, wasm.text('texts', text).split('\n').slice(0, -1)]).toEqual([text, expected]);
      }),
      { numRuns: 20_000 },
    );
  });
});

/** The numbers among digits, `,`, `'`, `.`, `-` and spaces, by regular expressions instead of a reader. */
function readByRules(text: string): string[] {
  const found: string[] = [];
  // Rows of digits with single marks between them; rows of whole ones with single spaces between them.
  const row = /(?:(?<![\d.])\.)?\d+(?:[.,']\d+)*/g;
  const threes =
    /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:'\d{3})+|[1-9]\d?(?:,\d\d)+,\d{3}|[1-9]\d?(?:'\d\d)+'\d{3})?(?:\.\d+)?$/;
  const rows = Array.from(text.matchAll(row), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (let index = 0; index < rows.length; index += 1) {
    let last = index;
    const isWhole = (at: number): boolean => /^\d+$/.test(rows[at]!.text);
    const follows = (at: number): boolean =>
      at < rows.length &&
      rows[at]!.start === rows[at - 1]!.end + 1 &&
      text[rows[at]!.start - 1] === ' ';
    const begins =
      rows[index]!.start < 2 || !/\d /.test(text.slice(rows[index]!.start - 2, rows[index]!.start));
    const sign = minus(text, rows[index]!.start);
    // A date: three rows of digits with hyphens.
    let date = index;
    while (
      date + 1 < rows.length &&
      isWhole(date) &&
      /^\d/.test(rows[date + 1]!.text) &&
      text.slice(rows[date]!.end, rows[date + 1]!.start) === '-'
    )
      date += 1;
    if (begins && isWhole(index)) {
      while (follows(last + 1) && isWhole(last) && /^\d/.test(rows[last + 1]!.text)) last += 1;
      // The last may have a fraction; before a comma or an apostrophe it does not belong to the row.
      const joined = rows
        .slice(index, last + 1)
        .map((part) => part.text)
        .join(' ');
      const tail = rows[last]!.text;
      if (/^[1-9]\d{0,2}(?: \d{3})+(?:\.\d+)?$/.test(joined)) {
        found.push(sign + joined.replaceAll(' ', ''));
        index = last;
        continue;
      }
      if (/^[1-9]\d{0,2}(?: \d{3})+(?:[.,']\d+)+$/.test(joined) && !threes.test(tail)) {
        index = last;
        continue;
      }
    }
    if (date > index + 1) {
      index = date;
      continue;
    }
    if (threes.test(rows[index]!.text))
      found.push(sign + rows[index]!.text.replaceAll(/[,']/g, ''));
  }
  return found;
}

/** The sign of the number at `start`: a row of hyphens, the first of which does not count after a digit. */
function minus(text: string, start: number): string {
  const [hyphens] = /-*$/.exec(text.slice(0, start))!;
  const before = text[start - hyphens.length - 1];
  const count =
    hyphens.length - (hyphens !== '' && before !== undefined && /\d/.test(before) ? 1 : 0);
  return count % 2 === 1 ? '-' : '';
}
