import { assemble } from '@testbench/test-kit';

import { extismWat } from './extism-wat.ts';

/** Functions that a guest may export for its host to call once, before anything else; by name of the guest. */
export const STARTS = {
  start: ['_start'],
  initialize: ['_initialize'],
  'initialize, start': ['_initialize', '_start'],
  hs_init: ['hs_init'],
  'hs_init, initialize, start': ['hs_init', '_initialize', '_start'],
  'start+WASI': ['_start'],
  'initialize+WASI': ['_initialize'],
  'hs_init+WASI': ['hs_init'],
  'hs_init, start+WASI': ['hs_init', '_start'],
  'hs_init, initialize+WASI': ['hs_init', '_initialize'],
} as const;

/** A letter for each of them; `hs_init` takes a count and a list of arguments, as Haskell's does. */
const LETTERS = { _start: 's', _initialize: 'i', hs_init: 'h' } as const;

/** A guest whose `run` returns which of its functions were called, in order. */
export function startGuest(name: keyof typeof STARTS): Uint8Array<ArrayBuffer> {
  const functions = STARTS[name].map((own) => {
    const parameters = own === 'hs_init' ? '(param i32 i32)' : '';
    // An argument that is not zero shows as another letter.
    const letter = `(i32.const ${LETTERS[own].charCodeAt(0)})`;
    const shown =
      own === 'hs_init' ? `(i32.add ${letter} (i32.or (local.get 0) (local.get 1)))` : letter;
    return `(func (export "${own}") ${parameters}
      (i32.store8 (global.get $count) ${shown})
      (global.set $count (i32.add (global.get $count) (i32.const 1))))`;
  });
  const wasi = name.endsWith('+WASI')
    ? '(import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))'
    : '';
  return assemble(
    extismWat(
      `(memory (export "memory") 1)
      (global $count (mut i32) (i32.const 0))
      ${functions.join('\n')}
      (func (export "run") (result i32)
        (call $output_set (call $text (i32.const 0) (global.get $count)) (i64.extend_i32_u (global.get $count)))
        (i32.const 0))`,
      [],
      wasi,
    ),
  );
}
