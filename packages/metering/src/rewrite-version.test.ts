import { createHash } from 'node:crypto';

import wabtFactory from 'wabt';
import { expect, it } from 'vitest';

import { meterModule } from './meter-module.js';
import { REWRITE_VERSION } from './rewrite-version.js';

/** Nested loops, a call through a table, growth, bulk operations, a start function: most of what is rewritten. */
const TEXT = `(module
  (import "env" "host" (func $host (param i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1) (table 2 funcref) (global $total (mut i32) (i32.const 0))
  (elem (i32.const 0) $double $count)
  (func $double (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
  (func $count (param $n i32) (result i32) (local $i i32) (local $j i32)
    (block $out
      (loop $rows
        (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $j (i32.const 0))
        (loop $columns
          (local.set $j (i32.add (local.get $j) (i32.const 1)))
          (br_if $columns (i32.lt_u (local.get $j) (local.get $n))))
        (local.set $i (i32.add (local.get $i) (local.get $j)))
        (call $host (local.get $i))
        (br $rows)))
    (local.get $i))
  (func $init (global.set $total (memory.grow (i32.const 1))))
  (func (export "f") (param i32) (result i32)
    (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
    (if (result i32) (local.get 0)
      (then (call_indirect (type $unary) (local.get 0) (i32.const 1)))
      (else (call $count (i32.const 3)))))
  (start $init))`;

it('names with its version the bytes that it writes', async () => {
  const wabt = await wabtFactory();
  const bytes = new Uint8Array(wabt.parseWat('test.wat', TEXT).toBinary({}).buffer);
  const digest = (mode: 'coarse' | 'exact'): string => {
    const options = {
      mode,
      maxMemoryPages: 4,
      resettable: true,
      deferStart: true,
      typedReferences: true,
    };
    const metered = meterModule(bytes, options).bytes;
    return createHash('sha256').update(metered).digest('hex').slice(0, 16);
  };
  // Other digests need another version, so that no host runs modules stored by an older version: change both.
  expect([REWRITE_VERSION, digest('coarse'), digest('exact')]).toEqual([
    14,
    'a6d176aaa924be1b',
    '31f1e29f4005bed5',
  ]);
});
