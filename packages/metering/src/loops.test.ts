import { ByteWriter } from '@testbench/wasm';
import wabtFactory from 'wabt';
import { describe, expect, it } from 'vitest';

import { attachMeter } from './attach-meter.js';
import { supportsTypedReferences } from './engine-features.js';
import { type MeterMode, meterModule, type MeterOptions } from './meter-module.js';

const wabt = await wabtFactory();
const MODES: readonly MeterMode[] = ['coarse', 'exact'];

/** `(local.set $i (i32.add (local.get $i) (i32.const by)))` */
const add = (local: string, by: number): string =>
  `(local.set ${local} (i32.add (local.get ${local}) (i32.const ${by})))`;

/** Code that exits a loop, or repeats it. `$n` is the argument, `$s` the final result. */
const SHAPES: Readonly<Record<string, string>> = {
  'by its end': `(loop $l ${add('$s', 3)} ${add('$i', 1)} (br_if $l (i32.lt_u (local.get $i) (local.get $n))))`,
  'to one block': `(block $out (loop $l ${add('$s', 1)}
    (br_if $out (i32.gt_u (local.get $s) (i32.const 40)))
    (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
    ${add('$i', 1)} (br $l))) ${add('$s', 100)}`,
  'to two blocks': `(block $far (block $near (loop $l ${add('$s', 1)}
    (br_if $far (i32.gt_u (local.get $s) (i32.const 17)))
    (br_if $near (i32.ge_u (local.get $i) (local.get $n)))
    ${add('$i', 1)} (br $l))) ${add('$s', 1000)})`,
  'to a loop around it': `(block $out (loop $again (loop $l ${add('$s', 1)} ${add('$i', 1)}
    (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
    (br_if $again (i32.and (local.get $i) (i32.const 1)))
    (br_if $l (i32.and (local.get $i) (i32.const 2))))))`,
  'with a value': `(local.set $s (block $out (result i32) (loop $l ${add('$i', 1)}
    (drop (br_if $out (i32.const 7) (i32.ge_u (local.get $i) (local.get $n))))
    (br $l)) (i32.const 9)))`,
  'with its own result': `(local.set $s (loop $l (result i32) ${add('$i', 1)}
    (br_if $l (i32.lt_u (local.get $i) (local.get $n))) (local.get $i)))`,
  'by a return': `(loop $l ${add('$s', 2)}
    (if (i32.ge_u (local.get $i) (local.get $n)) (then (return (local.get $s))))
    ${add('$i', 1)} (br $l))`,
  'by a table of labels': `(block $a (block $b (loop $l ${add('$i', 1)}
    (br_table $l $l $b $l $a (i32.sub (local.get $i) (local.get $n)))
    ) ) ${add('$s', 5)}) ${add('$s', 50)}`,
  'from inside blocks': `(block $out (loop $l (block $skip
    (br_if $skip (i32.and (local.get $i) (i32.const 1)))
    (if (i32.gt_u (local.get $i) (local.get $n)) (then (block (br $out)))))
    ${add('$s', 1)} ${add('$i', 1)} (br $l)))`,
  'that never turn': `(block $out (loop $l ${add('$s', 8)} (br_if $out (i32.const 1)) (br $l)))`,
};

/** Puts code into `depth` nested loops, each with three iterations and its own counter. */
const nest = (depth: number, code: string): string =>
  depth === 0
    ? `(local.set $i (i32.const 0)) ${code}`
    : `(local.set $l${depth} (i32.const 0)) (loop $o${depth} ${nest(depth - 1, code)} ${add(`$l${depth}`, 1)}
       (br_if $o${depth} (i32.lt_u (local.get $l${depth}) (i32.const 3))))`;

const module = (code: string, depth: number): Uint8Array<ArrayBuffer> => {
  const locals = Array.from({ length: depth }, (_, at) => `(local $l${at + 1} i32)`).join(' ');
  const text = `(module (func (export "f") (param $n i32) (result i32) (local $i i32) (local $s i32) ${locals}
    ${nest(depth, code)} (local.get $s)))`;
  return new Uint8Array(wabt.parseWat('test.wat', text).toBinary({}).buffer);
};

type Run = (n: number, fuel: number) => { result: number | string | undefined; fuelUsed: bigint };

function metered(bytes: Uint8Array<ArrayBuffer>, options: MeterOptions): Run {
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(meterModule(bytes, options).bytes),
  );
  const meter = attachMeter(instance, { sliceFuel: 20, onSlice: () => 'continue' });
  const call = instance.exports['f'] as (n: number) => number;
  return (n, fuel) => {
    meter.setFuel(fuel);
    try {
      return { result: call(n), fuelUsed: meter.fuelUsed };
    } catch {
      return { result: meter.exhausted, fuelUsed: meter.fuelUsed };
    }
  };
}

describe.each(MODES)('loops that end %s', (mode) => {
  describe.each(Object.keys(SHAPES))('%s', (shape) => {
    // Up to four loops around it are written so that they request fuel outside the loop.
    it.each([0, 1, 2, 5])('give the same within %i loops', (depth) => {
      const bytes = module(SHAPES[shape]!, depth);
      const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['f'] as (
        n: number,
      ) => number;
      const run = metered(bytes, { mode });
      for (const n of [0, 1, 2, 7, 8, 9, 30]) expect(run(n, 1e9).result).toBe(plain(n));
    });

    it.each([0, 2])('stop when the fuel is used up, within %i loops', (depth) => {
      const run = metered(module(SHAPES[shape]!, depth), { mode });
      const { result, fuelUsed } = run(9, 1e9);
      const used = Number(fuelUsed);
      const limits = Array.from({ length: used + 1 }, (_, limit) => limit);
      const enough = limits.filter((limit) => run(9, limit).result !== 'fuel');
      expect(new Set(enough.map((limit) => run(9, limit).result))).toEqual(new Set([result]));
      // Seven iterations of a small loop may be owed, and its first one if it is inside another.
      expect(used - enough[0]!).toBeLessThanOrEqual(8 * 20);
      // Any amount above a sufficient one is also sufficient.
      expect(enough).toHaveLength(used - enough[0]! + 1);
    });
  });
});

it.each(MODES)('repeats the innermost of any number of loops (%s)', (mode) => {
  const charges = (depth: number): number =>
    meterModule(module(SHAPES['by its end']!, depth), { mode }).stats.charges;
  // Eight copies inside two loops or more: one pays, seven refund.
  for (const depth of [2, 3, 4, 6, 12]) expect(charges(depth) - depth).toBeGreaterThanOrEqual(8);
});

it('holds loops as often whatever stands before the code', () => {
  const large = module(`${SHAPES['by its end']} (local.set $i (i32.const 0))`.repeat(500), 2);
  const custom = new ByteWriter().name('x').raw(new Uint8Array(1_000_000));
  const longer = new ByteWriter()
    .raw(large.subarray(0, 8))
    .section(0, custom)
    .raw(large.subarray(8));
  expect(meterModule(longer.finish()).stats.charges).toBe(meterModule(large).stats.charges);
});

describe('an engine with typed function references', () => {
  const bytes = module(SHAPES['to one block']!, 2);
  const sizes = [true, false].map(
    (typedReferences) => meterModule(bytes, { typedReferences }).bytes.length,
  );

  it('gets other bytes than one without, and by itself what it can run', () => {
    expect(sizes[0]).toBeGreaterThan(sizes[1]!);
    expect(meterModule(bytes).bytes.length).toBe(sizes[supportsTypedReferences() ? 0 : 1]);
  });

  it('counts the same', () => {
    const run = metered(bytes, { typedReferences: false });
    expect(run(9, 1e6)).toEqual(metered(bytes, {})(9, 1e6));
  });

  it('stops where one without does, also where there is no more room for copies', () => {
    const large = module(`${SHAPES['by its end']} (local.set $i (i32.const 0))`.repeat(500), 2);
    const [checks, others] = [true, false].map(
      (typedReferences) => meterModule(large, { typedReferences }).stats.charges,
    );
    expect(checks).toBe(others);
    // Without a limit, each of them would occur four times.
    expect(checks).toBeLessThan(500 * 4);
  });

  it('is found out by the instruction that is used', () => {
    const uses = meterModule(bytes, { typedReferences: true }).bytes;
    expect(WebAssembly.validate(uses)).toBe(supportsTypedReferences());
  });
});

describe('a loop in a loop that is left by', () => {
  // (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32)
  //   (loop $outer (local.set $i (i32.const 0)) …BLOCK… (br_if $outer (i32.lt_u (local.tee $j …$j + 1…) (i32.const 3)))) (local.get $i))
  // BLOCK counts $i up, and gets element 1 of a table, a function, while it is less than $n, then element 0, which is null.
  const INNER = [0x03, 0x40, 0x20, 1, 0x41, 1, 0x6a, 0x22, 1, 0x20, 0, 0x49, 0x25, 0];
  const withBlock = (block: readonly number[]): Uint8Array<ArrayBuffer> => {
    // prettier-ignore
    const code = [
      1, 2, 0x7f, // locals
      0x03, 0x40, 0x41, 0, 0x21, 1, ...block,
      0x20, 2, 0x41, 1, 0x6a, 0x22, 2, 0x41, 3, 0x49, 0x0d, 0, 0x0b, 0x20, 1, 0x0b,
    ];
    // prettier-ignore
    return Uint8Array.of(
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, // type
      3, 2, 1, 0, // function
      4, 4, 1, 0x70, 0, 2, // table
      7, 5, 1, 1, 0x66, 0, 0, // export
      9, 7, 1, 0, 0x41, 1, 0x0b, 1, 0, // element
      10, code.length + 2, 1, code.length, ...code,
    );
  };
  const BLOCKS: Readonly<Record<string, readonly number[]>> = {
    br_on_null: [0x02, 0x40, ...INNER, 0xd5, 1, 0x1a, 0x0c, 0, 0x0b, 0x0b],
    // prettier-ignore
    br_on_cast_fail: [
      0x02, 0x70, ...INNER, 0xfb, 0x19, 1, 1, 0x70, 0x70, 0x1a, 0x0c, 0, 0x0b, 0, 0x0b, 0x1a,
    ],
    // Repeats at odd numbers.
    // prettier-ignore
    br_on_non_null: [
      0x02, 0x40, 0x02, 0x64, 0x70, ...INNER, 0x20, 1, 0x41, 1, 0x71, 0x0d, 0, 0xd6, 1,
      0x0c, 2, 0x0b, 0, 0x0b, 0x1a, 0x0b,
    ],
  };

  it.each(Object.keys(BLOCKS))('%s gives the same', (name) => {
    const bytes = withBlock(BLOCKS[name]!);
    const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['f'] as (
      n: number,
    ) => number;
    for (const mode of MODES) {
      const run = metered(bytes, { mode });
      for (const n of [0, 1, 2, 3, 8, 9, 40]) expect(run(n, 1e6).result).toBe(plain(n));
    }
  });
});
