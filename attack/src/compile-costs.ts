// Measures what an engine takes for each operator when a function is first called: the figures in wasm/src/compile-cost.ts.
//   node src/compile-costs.ts [least microseconds that are printed]
// Run it on each engine with nothing else running. Operators that V8 does not accept in any of the shapes here are left out.
import { ByteWriter, HEADER, Opcode } from '@testbench/wasm';

import { repeated } from './modules/raw-plugin.ts';

/** Locals by a letter: i32, i64, f32, f64, v128, funcref. */
const OPERANDS: Readonly<Record<string, readonly number[]>> = {
  i: [0x20, 0],
  l: [0x20, 1],
  f: [0x20, 2],
  d: [0x20, 3],
  v: [0x20, 4],
  r: [0x20, 5],
};
const LETTERS = Object.keys(OPERANDS);
const SIGNATURES = [
  '',
  ...LETTERS,
  ...LETTERS.flatMap((one) => LETTERS.map((other) => one + other)),
  'iii',
  'iir',
  'vvv',
  'vvi',
  'lli',
  'iri',
  'rii',
  'ffi',
  'ddi',
];
const IMMEDIATES = [[], [0], [0, 0], [0, 0, 0], [0, 0, 0, 0], Array<number>(16).fill(0)];

/** `if (local 0 == 0) return`, then the code repeated this many times. */
function moduleOf(code: readonly number[], count: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(HEADER);
  const section = (id: number, content: readonly number[] | ByteWriter): void =>
    void out.section(id, content instanceof ByteWriter ? content : new ByteWriter().raw(content));
  section(1, [1, 0x60, 1, 0x7f, 0]);
  section(3, [1, 0]);
  section(4, [1, 0x70, 0, 8]);
  section(5, [1, 0, 1]);
  section(6, [1, 0x7f, 1, Opcode.I32Const, 0, Opcode.End]);
  section(7, new ByteWriter().u8(1).name('run').raw([0, 0]));
  section(9, [1, 1, 0, 1, 0]);
  section(12, [1]);
  const body = new ByteWriter().raw([5, 1, 0x7e, 1, 0x7d, 1, 0x7c, 1, 0x7b, 1, 0x70]);
  body.raw([0x20, 0, 0x45, Opcode.If, 0x40, Opcode.Return, Opcode.End]);
  body.raw(repeated(count, code)).u8(Opcode.End);
  section(10, new ByteWriter().u8(1).u32(body.length).raw(body.view()));
  section(11, [1, 1, 1, 0]);
  return out.finish();
}

/** The operator with operands, immediates and a `drop` with which the engine accepts it. */
function accepted(operator: readonly number[]): readonly number[] | undefined {
  for (const signature of SIGNATURES) {
    const operands = Array.from(signature, (letter) => OPERANDS[letter]!).flat();
    for (const immediates of IMMEDIATES) {
      for (const drop of [[], [Opcode.Drop]]) {
        const code = [...operands, ...operator, ...immediates, ...drop];
        if (WebAssembly.validate(moduleOf(code, 1))) return code;
      }
    }
  }
  return undefined;
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const operators = [
  ...range(0x23, 0xd2).map((opcode) => [opcode]),
  ...range(0, 17).map((sub) => [0xfc, sub]),
  ...range(0, 255).map((sub) => Array.from(new ByteWriter().u8(0xfd).u32(sub).view())),
];
const least = Number(process.argv[2] ?? 0.1);
const found: (readonly [name: string, us: number])[] = [];
for (const operator of operators) {
  const code = accepted(operator);
  if (code === undefined) continue;
  const count = Math.floor(500_000 / code.length);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(code, count)));
  const before = process.cpuUsage();
  (instance.exports['run'] as (value: number) => void)(0);
  const { user, system } = process.cpuUsage(before);
  const name = operator.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  found.push([name, (user + system) / count]);
}
found.sort((one, other) => other[1] - one[1]);
console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}: ${found.length} operators`);
for (const [name, us] of found) if (us >= least) console.log(`${name.padEnd(9)} ${us.toFixed(2)}`);
