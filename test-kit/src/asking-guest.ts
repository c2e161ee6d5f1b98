import { assemble, guestWat, packed } from '@testbench/test-kit';

/** Where the guest writes; inputs of up to 3 MiB lie below. */
const OUT = 0x40_0000;
const WHOLE = '{"data":';

/** `"continue":` as the guest looks for it: its last eight bytes. */
const MARK = Array.from('tinue":', (char) => char.charCodeAt(0)).reduceRight(
  (sum, code) => sum * 256n + BigInt(code),
  0n,
);

/** How an {@link askingGuest} describes itself. */
export interface AskingGuestOptions {
  readonly name?: string;
  readonly pluginType?: string;
  /** The value of `asking` in its metadata. @default true */
  readonly asking?: boolean;
  /** Functions that it imports in addition. @default none */
  readonly imports?: string;
  /** Fuel that each round burns in a loop, roughly. @default 0 */
  readonly turns?: number;
}

/**
 * A plugin that answers as its input says, round by round: for tests of how a host handles a plugin that asks.
 *
 * The first round gives the first output of {@link askingProgram}; a later round gives the output whose number is the first digit of `continue`.
 */
export function askingGuest(options: AskingGuestOptions = {}): Uint8Array<ArrayBuffer> {
  const { name = 'asker', pluginType = 'custom', asking = true, imports = '', turns = 0 } = options;
  const metadata = {
    name,
    version: '1.0.0',
    plugin_type: pluginType,
    api_version: '1.0.0',
    capabilities: ['network'],
    ...(asking ? { asking } : {}),
  };
  return assemble(
    guestWat({
      imports,
      memory: '(memory (export "memory") 100 200)',
      metadataText: JSON.stringify(metadata),
      execute: `(call $burn) (call $run (local.get $ptr) (i32.add (local.get $ptr) (local.get $len)))
        (i64.or ${packed(OUT, 0)} (i64.extend_i32_u (i32.sub (global.get $out) (i32.const ${OUT}))))`,
      rest: RUN.replace('TURNS', String(turns)),
    }),
  );
}

/** A step of a program: the output as written, or `echo` for an output whose data is the whole input. */
export type AskingStep = object | string;

/**
 * The input `data` that makes an asking guest give these outputs, one per round.
 *
 * @param steps Objects are written as JSON, and texts unchanged; `'echo'` returns the whole input as data.
 */
export function askingProgram(steps: readonly AskingStep[]): string {
  return steps
    .map((step) => {
      if (step === 'echo') return 'x';
      const text = typeof step === 'string' ? step : JSON.stringify(step);
      return Buffer.from(text).toString('hex');
    })
    .join('.');
}

/** Input: `{"data":"<hex or x>.<…>","context":…,"continue":…,"answers":…}`. */
const RUN = `
(data (i32.const 8192) "{\\22data\\22:")
(global $out (mut i32) (i32.const ${OUT}))
(func $burn (local $left i32)
  (local.set $left (i32.const TURNS))
  (block $done (loop $again
    (br_if $done (i32.eqz (local.get $left)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br $again))))
(func $nibble (param $char i32) (result i32)
  (if (result i32) (i32.ge_u (local.get $char) (i32.const 97))
    (then (i32.sub (local.get $char) (i32.const 87)))
    (else (i32.sub (local.get $char) (i32.const 48)))))
(func $copy (param $from i32) (param $len i32)
  (memory.copy (global.get $out) (local.get $from) (local.get $len))
  (global.set $out (i32.add (global.get $out) (local.get $len))))
;; The number of the step: the first digit after the last eight bytes of '"continue":', 0 where there is none.
(func $step (param $at i32) (param $end i32) (result i32)
  (local $char i32)
  (block $none (loop $next
    (br_if $none (i32.ge_u (i32.add (local.get $at) (i32.const 8)) (local.get $end)))
    (if (i64.eq (i64.and (i64.load (local.get $at)) (i64.const 0x00ffffffffffffff)) (i64.const ${MARK}))
      (then
        (local.set $at (i32.add (local.get $at) (i32.const 7)))
        (loop $digit
          (local.set $char (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
          (if (i32.lt_u (local.get $char) (i32.const 10)) (then (return (local.get $char))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $digit (i32.lt_u (local.get $at) (local.get $end))))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br $next)))
  (i32.const 0))
(func $run (param $ptr i32) (param $end i32)
  (local $at i32) (local $quote i32) (local $left i32)
  (global.set $out (i32.const ${OUT}))
  (local.set $at (i32.add (local.get $ptr) (i32.const 9)))
  (local.set $quote (local.get $at))
  (loop $find
    (local.set $quote (i32.add (local.get $quote) (i32.const 1)))
    (br_if $find (i32.ne (i32.load8_u (local.get $quote)) (i32.const 34))))
  (local.set $left (call $step (local.get $quote) (local.get $end)))
  (block $found (loop $skip
    (br_if $found (i32.eqz (local.get $left)))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 46))
      (then (local.set $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br $skip)))
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 120))
    (then
      (call $copy (i32.const 8192) (i32.const ${WHOLE.length}))
      (call $copy (local.get $ptr) (i32.sub (local.get $end) (local.get $ptr)))
      (i32.store8 (global.get $out) (i32.const 125))
      (global.set $out (i32.add (global.get $out) (i32.const 1)))
      (return)))
  (block $done (loop $write
    (br_if $done (i32.eq (i32.load8_u (local.get $at)) (i32.const 46)))
    (br_if $done (i32.eq (i32.load8_u (local.get $at)) (i32.const 34)))
    (i32.store8 (global.get $out)
      (i32.or (i32.shl (call $nibble (i32.load8_u (local.get $at))) (i32.const 4))
        (call $nibble (i32.load8_u offset=1 (local.get $at)))))
    (global.set $out (i32.add (global.get $out) (i32.const 1)))
    (local.set $at (i32.add (local.get $at) (i32.const 2)))
    (br $write))))
`;
