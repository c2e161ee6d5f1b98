import { assemble, guestWat, packed } from '@testbench/test-kit';

/** A way to behave, and how a call to it must end. */
export interface SoakKind {
  readonly name: string;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** True if a call runs until its deadline. */
  readonly holdsThread: boolean;
  readonly execute: string;
}

const FINE = packed(4096, 15);
const FOREVER = '(loop (br 0)) (unreachable)';

/** Most behave; the others do what hostile or broken plugins do. */
export const SOAK_PLUGINS: readonly SoakKind[] = [
  { name: 'plain', outcome: 'ok', holdsThread: false, execute: FINE },
  { name: 'echo', outcome: 'ok', holdsThread: false, execute: FINE },
  {
    name: 'busy',
    outcome: 'ok',
    holdsThread: false,
    execute: `(local $i i32)
      (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))
      ${FINE}`,
  },
  {
    name: 'trap',
    outcome: 'CALL_TRAPPED',
    holdsThread: false,
    execute: '(unreachable)',
  },
  {
    name: 'bomb',
    outcome: 'CALL_MEMORY_EXHAUSTED',
    holdsThread: false,
    execute: '(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)',
  },
  { name: 'plain2', outcome: 'ok', holdsThread: false, execute: FINE },
  {
    name: 'deep',
    outcome: 'CALL_STACK_EXHAUSTED',
    holdsThread: false,
    execute: '(call $deep)',
  },
  { name: 'loop', outcome: 'CALL_DEADLINE_EXCEEDED', holdsThread: true, execute: FOREVER },
  {
    name: 'liar',
    outcome: 'CALL_INVALID_OUTPUT',
    holdsThread: false,
    execute: packed(2 ** 30, 100),
  },
];

/** The module for a kind; each version has different bytes. */
export function soakModule(kind: SoakKind, version: number): Uint8Array {
  return assemble(
    guestWat({
      execute: kind.execute,
      rest: `(func $deep (result i64) (i64.add (call $deep) (i64.const 1)))
        (data (i32.const 32768) "${version}")`,
    }),
  );
}
