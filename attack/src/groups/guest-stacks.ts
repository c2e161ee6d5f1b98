import { assemble, guestWat } from '@testbench/test-kit';
import { escapeText } from '@testbench/types';
import { type GuestStack, guestStackOf, LoadError } from '@testbench/types/errors';
import { appendCustomSection } from '@testbench/wasm';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';

const MiB = 2 ** 20;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A plugin whose calls trap. */
const trapping = assemble(guestWat({ execute: '(unreachable)' }));

/** Function index of `plugin_execute`, which all hostile names refer to. */
const EXECUTE = 4;

/** Controls a terminal, and looks like another line of a stack. */
const FORGED =
  'x\n    at evil (wasm://wasm/00000000:wasm-function[0]:0x1)\r\u001b[2J\u001b]0;owned\u0007\u202e';

/** A `name` section that gives a function a name. */
function named(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const text = encode(name);
  const leb = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
  const entry = [1, EXECUTE, ...leb(text.length), ...text];
  return appendCustomSection(bytes, 'name', Uint8Array.from([1, ...leb(entry.length), ...entry]));
}

function map(fields: object): Uint8Array {
  return encode(JSON.stringify({ version: 3, sources: ['a'], names: [], mappings: '', ...fields }));
}

/** The stack of the error with which a call ends. */
async function stackOf(
  arena: Arena,
  bytes: Uint8Array,
  sourceMap: Uint8Array,
): Promise<GuestStack> {
  const manager = await arena.manager();
  await manager.load(bytes, { id: 'attacker', sourceMap });
  try {
    await manager.execute('attacker', { data: null });
  } catch (error) {
    return guestStackOf(error);
  }
  throw new TypeError('the call gave something');
}

const MAPS: readonly (readonly [name: string, map: () => Uint8Array])[] = [
  ['too many bytes', () => new Uint8Array(16 * MiB + 1)],
  ['nothing but brackets', () => encode(`[${'[],'.repeat(5 * MiB)}0]`)],
  ['a map of maps', () => map({ sections: [{ offset: {}, map: {} }] })],
  ['places without end', () => map({ mappings: 'AAAA,'.repeat(3_000_000) })],
  ['offsets that go back', () => map({ mappings: 'gBAAA,DAAA' })],
  ['lines below zero', () => map({ mappings: 'AADA' })],
  ['a number without end', () => map({ mappings: 'g'.repeat(MiB) })],
  ['sources that are not there', () => map({ mappings: 'AgggggBAA' })],
];

/** Rows 280 to 282: where a plugin reports that it failed. */
export const guestStacks: readonly Attack[] = [
  ...MAPS.map(([name, make]): Attack => ({
    row: 280,
    name: `a source map: ${name}`,
    modes: ['host'],
    async run(arena) {
      const manager = await arena.manager();
      try {
        await manager.load(trapping, { id: 'attacker', sourceMap: make() });
      } catch (error) {
        insist(error instanceof LoadError, 'another error than ours');
        const { code } = error as LoadError;
        insist(code === 'LOAD_INVALID_SOURCE_MAP', `refused by ${code}`);
        return code;
      }
      throw new TypeError('it was loaded');
    },
  })),
  {
    row: 281,
    name: 'names, files and lines of source that drive a terminal or forge frames',
    modes: ISOLATED,
    async run(arena) {
      const hostile = map({
        sources: [`../../../../etc/passwd${FORGED}`],
        sourcesContent: [FORGED.repeat(10_000)],
        mappings: 'AAAA',
        x_functions: Array.from({ length: 8 }, () => FORGED.repeat(1000)),
      });
      for (const bytes of [trapping, named(trapping, FORGED)]) {
        const stack = await stackOf(arena, bytes, hostile);
        insist(stack.length > 0 && stack.length <= 32, `${stack.length} frames`);
        const texts = stack.flatMap(({ function: name, file = '', excerpt = [] }) => {
          const lines = excerpt.map(({ text }) => text);
          return [name, file].concat(lines);
        });
        for (const text of texts) {
          insist(text.length <= 1000, `a text of ${text.length} characters`);
          // In text that is already escaped, nothing is left to escape.
          insist(escapeText(text) === text, 'not escaped');
        }
      }
      return 'escaped and cut';
    },
  },
  {
    row: 282,
    name: 'a recursion of functions with long names',
    modes: ISOLATED,
    async run(arena) {
      const deep = assemble(
        guestWat({
          execute: '(call $deeper) (i64.const 0)',
          rest: '(func $deeper (call $deeper) (call $deeper))',
        }),
      );
      const stack = await stackOf(arena, named(deep, 'x'.repeat(MiB)), map({}));
      insist(stack.length > 0 && stack.length <= 32, `${stack.length} frames`);
      return `${stack.length} frames`;
    },
  },
];
