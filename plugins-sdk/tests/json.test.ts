import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';
import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const SOURCE = `
import { Json, JsonWriter, JsonKind } from "@testbench/plugins-sdk";

const out = new JsonWriter();

function copy(value: Json): void {
  if (value.isObject) {
    out.object();
    for (let i = 0; i < value.length; i++) { out.key(value.keyAt(i)); copy(value.at(i)); }
    out.end();
  } else if (value.isArray) {
    out.array();
    for (let i = 0; i < value.length; i++) copy(value.at(i));
    out.end();
  } else if (value.isString) out.string(value.text());
  else if (value.isNumber) out.number(value.number());
  else if (value.isBoolean) out.boolean(value.boolean());
  else out.null();
}

/** Decodes everything and writes it again; "!" if the text is not JSON. */
export function roundTrip(text: string): string {
  const value = Json.parse(text);
  if (value.kind == JsonKind.Missing) return "!";
  out.clear();
  copy(value);
  return out.toString();
}

export function parseNumber(text: string): f64 { return Json.parse(text).number(); }
export function writeNumber(value: f64): string { out.clear(); return out.number(value).toString(); }
export function writeString(text: string): string { out.clear(); return out.string(text).toString(); }
export function field(text: string, key: string): string { return Json.parse(text).get(key).text("none"); }
export function source(text: string, index: i32): string { return Json.parse(text).at(index).source(); }
export function misuse(): string {
  out.clear();
  out.object().value(1);
  return out.toString();
}
`;

let wasm: WasmCaller;

const call = (name: string, ...args: (string | number)[]): string => wasm.text(name, ...args);
const parseNumber = (text: string): number => wasm.number('parseNumber', text);

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

describe('Json and JsonWriter', () => {
  it('read and write what V8 reads and writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(call('roundTrip', text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('have each key once, the last of equal ones, in the place of the first', () => {
    const key = fc.constantFrom(
      '"a"',
      '"\\u0061"',
      '"b"',
      '"é"',
      '"\\u00e9"',
      '""',
      '"\\n"',
      '"aa"',
    );
    const field = fc.tuple(key, fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
        const text = `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`;
        expect(call('roundTrip', text)).toBe(JSON.stringify(JSON.parse(text)));
        expect(call('field', text, 'a')).toBe(String(JSON.parse(text).a ?? 'none'));
      }),
      { numRuns: 1000 },
    );
  });

  it('accept exactly what V8 accepts', () => {
    const piece = fc.constantFrom(
      // One string to split is easier to read than thirty lines.
      ...'{|}|[|]|,|:|"a"|"|\\|\\u00e9|\\ud800|0|-|1|.5|e|E+1|true|false|null|nul| |\n|\t|\u00a0|\u0001|é|😀'.split(
        '|',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect([text, call('roundTrip', text) !== '!']).toEqual([text, valid]);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['', '!'],
    ['[1,]', '!'],
    ['{"a":1,}', '!'],
    ['{a:1}', '!'],
    ['[01]', '!'],
    ['[+1]', '!'],
    ['[.5]', '!'],
    ['[1.]', '!'],
    ['[1e]', '!'],
    ['[-]', '!'],
    ['["\t"]', '!'],
    ['["\\x41"]', '!'],
    ['["\\u12"]', '!'],
    ['[1] 2', '!'],
    ['\ufeff[]', '!'],
    ['truee', '!'],
    [' [ 1 , { "a" : [ ] } ] ', '[1,{"a":[]}]'],
    ['"\\u0000\\b\\f\\n\\r\\t\\/\\"\\\\"', '"\\u0000\\b\\f\\n\\r\\t/\\"\\\\"'],
    ['"\\ud83d\\ude00"', '"😀"'],
    ['"\\ud83d"', '"\ufffd"'],
    ['"\\ude00\\ud83d"', '"\ufffd\ufffd"'],
    ['-0', '-0'],
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
  ])('turn %j into %j', (text, expected) => {
    expect(call('roundTrip', text)).toBe(expected);
  });

  // Texts are read 16 and 8 bytes at a time.
  it('find what is special at any place of a text', () => {
    for (let length = 0; length <= 40; length += 1) {
      for (const special of ['"', '\\', '\n', '\u0001', 'é', '😀', '\u007f', ' ']) {
        for (let place = 0; place <= length; place += 1) {
          const text = 'x'.repeat(place) + special + 'y'.repeat(length - place);
          const json = JSON.stringify([text]);
          expect(call('roundTrip', json)).toBe(json);
        }
        // As it is, where it may not be.
        if (special >= ' ') continue;
        expect(call('roundTrip', `["${'x'.repeat(length)}${special}${'y'.repeat(20)}"]`)).toBe('!');
      }
    }
  });

  it('take the last of two fields with one key, like V8', () => {
    expect(call('field', '{"k":1,"\\u006b":2}', 'k')).toBe('2');
    expect(call('field', '{"k":"v"}', 'x')).toBe('none');
    expect(call('field', '{"é😀":"v"}', 'é😀')).toBe('v');
  });

  it('keep the bytes of a value that nobody decodes', () => {
    expect(call('source', '[1e2, {"b" : 12345678901234567890} , "\\u0041"]', 1)).toBe(
      '{"b" : 12345678901234567890}',
    );
  });

  it('refuse nesting beyond 256 levels without overflowing the stack', () => {
    expect(call('field', `${'['.repeat(256)}${']'.repeat(256)}`, 'k')).toBe('none');
    expect(call('roundTrip', '['.repeat(100_000))).toBe('!');
    expect(call('roundTrip', `${'['.repeat(257)}${']'.repeat(257)}`)).toBe('!');
  });

  it('write any string as V8 reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(JSON.parse(call('writeString', text))).toBe(text.toWellFormed());
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers', () => {
  it('are read to the same double as V8 reads', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });
    const decimal = fc
      .tuple(fc.boolean(), digits, digits, fc.integer({ min: -345, max: 320 }))
      .map(
        ([negative, whole, fraction, exponent]) =>
          `${negative ? '-' : ''}${whole.join('').replace(/^0+(?=\d)/, '')}.${fraction.join('')}e${exponent}`,
      );
    fc.assert(
      fc.property(
        fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
        (text) => {
          expect([text, parseNumber(text)]).toEqual([text, Number(text)]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('half way between two doubles go to the even one', () => {
    const edges = [
      '9007199254740993',
      '9007199254740992.99999999999999999999999999999',
      '9007199254740993.00000000000000000000000000001',
      '2.4703282292062327208e-324',
      '2.4703282292062328e-324',
      '4.9406564584124654e-324',
      '2.2250738585072011e-308',
      '2.2250738585072012e-308',
      '1.7976931348623157e308',
      '1.7976931348623158e308',
      '1.7976931348623159e308',
      '1e400',
      '1e-400',
      '1e99999999999',
      '0e99999999999',
      `0.${'0'.repeat(400)}1e401`,
      `1${'0'.repeat(400)}e-400`,
      '123456789012345678901234567890',
      '0.1',
      '0.30000000000000004',
      '1e22',
      '1e23',
      '8.5',
    ];
    for (const text of edges) expect([text, parseNumber(text)]).toEqual([text, Number(text)]);
  });

  it('are written so that V8 reads the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(JSON.parse(call('writeNumber', value))).toBe(value);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [1, '1'],
    [-3, '-3'],
    [0.5, '0.5'],
    [1e21, '1e+21'],
    [0.1, '0.1'],
    [5e-324, '5e-324'],
    [Number.NaN, 'null'],
    [Infinity, 'null'],
  ])('%d is written as %s', (value, text) => {
    expect(call('writeNumber', value)).toBe(text);
  });
});

describe('bytes', () => {
  // Through a whole plugin, since a JavaScript string cannot hold bytes that are not UTF-8.
  const SEEDS = [
    '{"a":[1,-2.5e3,true,false,null,"\\u00e9\\ud83d\\ude00 é😀\\n"],"b":{}}',
    '"\u{10ffff}\ud7ff\ue000\u0080\u07ff\u0800"',
    '[[[[[]]]],0.1,-0,1E+2]',
  ].map((text) => new TextEncoder().encode(text));
  const byte = fc.oneof(
    fc.constantFrom(
      0x00,
      0x22,
      0x5c,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xe0,
      0xed,
      0xa0,
      0xf0,
      0xf4,
      0xf5,
      0xff,
    ),
    fc.integer({ min: 0, max: 255 }),
  );

  function isValid(bytes: Uint8Array): boolean {
    try {
      JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
      return true;
    } catch {
      return false;
    }
  }

  it('are accepted exactly where they are UTF-8 and V8 accepts the text', async () => {
    const source = `
import { Custom, Json, JsonWriter, plugin } from "@testbench/plugins-sdk";
@plugin({ name: "same" })
export class Same extends Custom { run(data: Json, out: JsonWriter): void { out.json(data); } }`;
    const host = new PlainHost(
      await compile(source, { plugin: true, flags: ['--exportStart', '_initialize'] }),
    );
    expect(host.init({})).toBe(0);
    const head = new TextEncoder().encode('{"data":');
    fc.assert(
      fc.property(
        fc.constantFrom(...SEEDS),
        fc.array(fc.tuple(fc.nat(80), fc.constantFrom(0, 1), byte), { maxLength: 3 }),
        (seed, changes) => {
          const bytes = Array.from(seed);
          for (const [place, removed, value] of changes) {
            bytes.splice(place % bytes.length, removed, value);
          }
          const input = Uint8Array.of(...head, ...bytes, 0x7d);
          const answer = host.executeBytes(input);
          expect([bytes, answer !== -2]).toEqual([bytes, isValid(input)]);
        },
      ),
      { numRuns: 4000 },
    );
  });
});
