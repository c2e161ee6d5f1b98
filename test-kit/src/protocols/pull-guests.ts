import { assemble, METADATA } from '@testbench/test-kit';
import type { ProtocolGuestKind } from '@testbench/test-kit/contracts';

const BEYOND = 0x7fff_0000;
const INPUT = 65_536;

interface PullParts {
  readonly describe?: string;
  readonly run?: string;
  readonly rest?: string;
}

const output = (ptr: string, length: string): string => `(call $output ${ptr} ${length})`;

/** Reads its whole input to 65536; its length is then in `$length`. */
const TAKE = `(local $length i32) (local $c i32)
  (local.set $length (call $input (i32.const ${INPUT}) (i32.const 0x3f0000)))`;

/** As the protocol suite requires: by the first character of the input. */
const PLAIN = `${TAKE}
  (local.set $c (i32.load8_u (i32.const ${INPUT})))
  (if (i32.eq (local.get $c) (i32.const 49)) (then (unreachable)))
  (if (i32.eq (local.get $c) (i32.const 50)) (then (loop (br 0))))
  (if (i32.eq (local.get $c) (i32.const 51)) (then (return ${output(`(i32.const ${BEYOND})`, '(i32.const 100)')})))
  (if (i32.eq (local.get $c) (i32.const 52)) (then (return ${output('(i32.const 1024)', '(i32.const 3)')})))
  (if (i32.eq (local.get $c) (i32.const 53)) (then (return (i32.const -7))))
  (if (i32.eq (local.get $c) (i32.const 54)) (then (return (i32.const -2))))
  (if (i32.eq (local.get $c) (i32.const 55)) (then (return ${output(`(i32.const ${INPUT})`, '(i32.const 3000)')})))
  ${output(`(i32.const ${INPUT})`, '(local.get $length)')}`;

function pullWat({ describe, run = PLAIN, rest = '' }: PullParts = {}): string {
  return `(module
    (import "pull" "input" (func $input (param i32 i32) (result i32)))
    (import "pull" "output" (func $output (param i32 i32) (result i32)))
    (memory (export "memory") 65)
    (data (i32.const 1024) "${METADATA.replaceAll('"', '\\22')}")
    (data (i32.const 4096) "0")
    (func (export "describe") (result i32)
      ${describe ?? output('(i32.const 1024)', `(i32.const ${METADATA.length})`)})
    (func (export "run") (result i32) ${run})
    ${rest})`;
}

const GUESTS: Readonly<Partial<Record<ProtocolGuestKind, string>>> = {
  plain: pullWat(),
  configured: pullWat({
    run: output('(i32.const 8192)', '(global.get $kept)'),
    rest: `(global $kept (mut i32) (i32.const 0))
      (func (export "configure") (result i32)
        (global.set $kept (call $input (i32.const 8192) (i32.const 4096)))
        (i32.const 0))`,
  }),
  counting: pullWat({
    run: `(i32.store8 (i32.const 4096) (i32.add (i32.load8_u (i32.const 4096)) (i32.const 1)))
      ${output('(i32.const 4096)', '(i32.const 1)')}`,
  }),
  'foreign metadata': pullWat({ describe: output(`(i32.const ${BEYOND})`, '(i32.const 100)') }),
  'no metadata': pullWat({ describe: '(i32.const -7)' }),
  'refuses configuration': pullWat({
    rest: '(func (export "configure") (result i32) (i32.const -7))',
  }),
  'traps in configuration': pullWat({
    rest: '(func (export "configure") (result i32) (unreachable))',
  }),
  'foreign room': pullWat({
    rest: `(func (export "configure") (result i32)
      (call $input (i32.const ${BEYOND}) (i32.const 4096)))`,
  }),
  'wrong export': pullWat({ rest: '(func (export "well") (result i64) (i64.const 0))' }),
  unhealthy: pullWat({ rest: '(func (export "well") (result i32) (i32.const 3))' }),
};

/** A guest of the protocol in `pull-protocol.js`; it takes no batches. */
export function pullGuest(kind: ProtocolGuestKind): Uint8Array | undefined {
  const wat = GUESTS[kind];
  return wat === undefined ? undefined : assemble(wat);
}
