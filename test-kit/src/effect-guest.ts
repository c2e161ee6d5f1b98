import {
  CUSTOM_FUNCTION_PARAMETERS,
  CUSTOM_FUNCTION_SIGNATURE,
  type CustomFunctionName,
  type EffectName,
  HOST_EFFECTS,
  HOST_FUNCTIONS,
  HOST_MODULE,
  isCustomFunctionName,
  parseCustomFunctionName,
} from '@testbench/types/abi';
import { assemble, guestWat, METADATA, packed } from '@testbench/test-kit';

/** Name of a function that an effect guest can call. */
export type GuestFunction = EffectName | CustomFunctionName;

/** One call of a host function by an effect guest. */
export interface GuestStep {
  readonly call: GuestFunction;
  /**
   * One for each parameter: text or bytes to hand over, a number (for a buffer, its size, at most 512 KiB), or the result
   * of an earlier step, counted from 0.
   */
  readonly args: readonly (string | Uint8Array | number | { readonly resultOf: number })[];
  /** Repeats the call as long as the result is above 0: reads to the end. */
  readonly untilEnd?: boolean;
}

const PROGRAM = 0x10_0000;
const BUFFER = 0x20_0000;
const RESULTS = 0x28_0000;
const OUTPUT = 0x30_0000;

/**
 * A plugin that makes the host calls that its input says, and answers with their results: for tests of what host functions
 * allow. Import only what a test needs: a guest that imports a waiting function runs differently inline.
 *
 * @param names The functions that it imports.
 * @param capabilities What its metadata say that it can do. @default none
 */
export function effectGuest(
  names: readonly GuestFunction[],
  capabilities: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  const imports = names.map((name) => {
    const place = importOf(name);
    const type = `(param${' i32'.repeat(width(name))}) (result i32)`;
    return `(import "${place.module}" "${place.name}" (func $${name} ${type}))`;
  });
  const calls = names.map((name) => {
    const args = Array.from({ length: width(name) }, (_, index) => `(local.get $a${index})`);
    return `(if (i32.eq (local.get $fn) (i32.const ${numberOf(name, names)}))
      (then (local.set $code (call $${name} ${args.join(' ')}))))`;
  });
  return assemble(
    guestWat({
      metadataText: JSON.stringify({ ...(JSON.parse(METADATA) as object), capabilities }),
      imports: imports.join('\n'),
      memory: '(memory (export "memory") 64)',
      execute: `(drop (call $run (local.get $ptr) (local.get $len)))
        (i64.or ${packed(OUTPUT, 0)} (i64.extend_i32_u (i32.sub (global.get $out) (i32.const ${OUTPUT}))))`,
      rest: INTERPRETER.replace(';; CALLS', calls.join('\n')),
    }),
  );
}

/**
 * The input `data` that makes an effect guest take these steps.
 *
 * @param names The functions that the guest imports, if they include custom host functions. @default none
 */
export function effectProgram(
  steps: readonly GuestStep[],
  names: readonly GuestFunction[] = [],
): string {
  const bytes: number[] = [];
  const u32 = (value: number): void => {
    for (let shift = 0; shift < 32; shift += 8) bytes.push((value >>> shift) & 0xff);
  };
  for (const { call, args, untilEnd } of steps) {
    bytes.push(numberOf(call, names), untilEnd === true ? 1 : 0, args.length);
    for (const [index, arg] of args.entries()) {
      if (typeof arg === 'number') {
        const parameter = (HOST_EFFECTS[call] ?? CUSTOM_FUNCTION_PARAMETERS)[index];
        bytes.push(parameter === 'out' ? 2 : 0);
        u32(arg);
      } else if (typeof arg === 'object' && 'resultOf' in arg) {
        bytes.push(1);
        u32(arg.resultOf);
      } else {
        const content = typeof arg === 'string' ? new TextEncoder().encode(arg) : arg;
        bytes.push(3);
        u32(content.length);
        for (const byte of content) bytes.push(byte);
      }
    }
  }
  return Buffer.from(bytes).toString('hex');
}

/** The outcome of one host call: its result, and what it wrote into the buffer. */
export interface GuestResult {
  readonly code: number;
  readonly bytes: Buffer;
}

/** Reads the output `data` of an effect guest. A step with `untilEnd` gives one result for each call. */
export function effectResults(data: unknown): GuestResult[] {
  return (data as readonly (readonly [number, string])[]).map(([code, hex]) => ({
    code,
    bytes: Buffer.from(hex, 'hex'),
  }));
}

function width(name: GuestFunction): number {
  return (HOST_FUNCTIONS[name] ?? CUSTOM_FUNCTION_SIGNATURE).params.length;
}

/** The number of a function in a program: custom functions come after those of the contract, in the guest's import order. */
function numberOf(name: GuestFunction, names: readonly GuestFunction[]): number {
  return [...Object.keys(HOST_EFFECTS), ...names.filter(isCustomFunctionName)].indexOf(name);
}

function importOf(name: GuestFunction): { readonly module: string; readonly name: string } {
  const place = isCustomFunctionName(name) ? parseCustomFunctionName(name) : '';
  return typeof place === 'string' ? { module: HOST_MODULE, name } : place;
}

/**
 * Input: `{"data":"<hex>","context":{"metadata":{}}}`. The program is a list of steps: function, repeat flag, number of
 * arguments, then for each argument a kind (0 number, 1 result of a step, 2 buffer, 3 bytes), a 32-bit number, and bytes.
 */
const INTERPRETER = `
(data (i32.const ${OUTPUT}) "{\\22data\\22:[")
(global $out (mut i32) (i32.const ${OUTPUT + 9}))
(func $put (param $byte i32)
  (i32.store8 (global.get $out) (local.get $byte))
  (global.set $out (i32.add (global.get $out) (i32.const 1))))
(func $nibble (param $char i32) (result i32)
  (if (result i32) (i32.ge_u (local.get $char) (i32.const 97))
    (then (i32.sub (local.get $char) (i32.const 87)))
    (else (i32.sub (local.get $char) (i32.const 48)))))
(func $digit (param $value i32)
  (call $put (i32.add (local.get $value)
    (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $value) (i32.const 9))))))
(func $decimal (param $value i32)
  (if (i32.ge_u (local.get $value) (i32.const 10))
    (then (call $decimal (i32.div_u (local.get $value) (i32.const 10)))))
  (call $put (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10)))))
(func $run (param $ptr i32) (param $len i32) (result i32)
  (local $at i32) (local $end i32) (local $fn i32) (local $repeat i32) (local $args i32) (local $kind i32)
  (local $value i32) (local $next i32) (local $code i32) (local $size i32) (local $step i32) (local $i i32)
  (local $a0 i32) (local $a1 i32) (local $a2 i32) (local $a3 i32)
  (global.set $out (i32.const ${OUTPUT + 9}))
  ;; From after '{"data":"' to the next quote.
  (local.set $ptr (i32.add (local.get $ptr) (i32.const 9)))
  (local.set $end (i32.const ${PROGRAM}))
  (block $decoded (loop $hex
    (br_if $decoded (i32.eq (i32.load8_u (local.get $ptr)) (i32.const 34)))
    (i32.store8 (local.get $end) (i32.or
      (i32.shl (call $nibble (i32.load8_u (local.get $ptr))) (i32.const 4))
      (call $nibble (i32.load8_u offset=1 (local.get $ptr)))))
    (local.set $end (i32.add (local.get $end) (i32.const 1)))
    (local.set $ptr (i32.add (local.get $ptr) (i32.const 2)))
    (br $hex)))
  (local.set $at (i32.const ${PROGRAM}))
  (block $done (loop $steps
    (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
    (local.set $fn (i32.load8_u (local.get $at)))
    (local.set $repeat (i32.load8_u offset=1 (local.get $at)))
    (local.set $args (i32.load8_u offset=2 (local.get $at)))
    (local.set $at (i32.add (local.get $at) (i32.const 3)))
    (local.set $next (i32.const 0))
    (local.set $size (i32.const 0))
    (block $ready (loop $arguments
      (br_if $ready (i32.eqz (local.get $args)))
      (local.set $args (i32.sub (local.get $args) (i32.const 1)))
      (local.set $kind (i32.load8_u (local.get $at)))
      (local.set $value (i32.load offset=1 align=1 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 5)))
      (if (i32.eq (local.get $kind) (i32.const 1)) (then (local.set $value
        (i32.load (i32.add (i32.const ${RESULTS}) (i32.shl (local.get $value) (i32.const 2)))))))
      (if (i32.eq (local.get $kind) (i32.const 2)) (then
        (local.set $size (local.get $value))
        (local.set $value (i32.const ${BUFFER}))))
      (if (i32.eq (local.get $kind) (i32.const 3)) (then
        (local.set $i (local.get $value))
        (local.set $value (local.get $at))
        (local.set $at (i32.add (local.get $at) (local.get $i)))))
      (if (i32.eqz (local.get $next)) (then (local.set $a0 (local.get $value))))
      (if (i32.eq (local.get $next) (i32.const 1)) (then (local.set $a1 (local.get $value))))
      (if (i32.eq (local.get $next) (i32.const 2)) (then (local.set $a2 (local.get $value))))
      (local.set $next (i32.add (local.get $next) (i32.const 1)))
      ;; Bytes and buffers take a second place for their length.
      (if (i32.ge_u (local.get $kind) (i32.const 2)) (then
        (if (i32.eq (local.get $kind) (i32.const 2)) (then (local.set $i (local.get $size))))
        (if (i32.eq (local.get $next) (i32.const 1)) (then (local.set $a1 (local.get $i))))
        (if (i32.eq (local.get $next) (i32.const 2)) (then (local.set $a2 (local.get $i))))
        (if (i32.eq (local.get $next) (i32.const 3)) (then (local.set $a3 (local.get $i))))
        (local.set $next (i32.add (local.get $next) (i32.const 1)))))
      (br $arguments)))
    (loop $again
      (local.set $code (i32.const -999))
      ;; CALLS
      (if (i32.gt_u (global.get $out) (i32.const ${OUTPUT + 9})) (then (call $put (i32.const 44))))
      (call $put (i32.const 91))
      (if (i32.lt_s (local.get $code) (i32.const 0))
        (then (call $put (i32.const 45)) (call $decimal (i32.sub (i32.const 0) (local.get $code))))
        (else (call $decimal (local.get $code))))
      (call $put (i32.const 44))
      (call $put (i32.const 34))
      (if (i32.gt_s (local.get $code) (i32.const 0)) (then
        (local.set $i (i32.const 0))
        (block $written (loop $bytes
          (br_if $written (i32.ge_u (local.get $i) (local.get $code)))
          (br_if $written (i32.ge_u (local.get $i) (local.get $size)))
          (local.set $value (i32.load8_u (i32.add (i32.const ${BUFFER}) (local.get $i))))
          (call $digit (i32.shr_u (local.get $value) (i32.const 4)))
          (call $digit (i32.and (local.get $value) (i32.const 15)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $bytes)))))
      (call $put (i32.const 34))
      (call $put (i32.const 93))
      (br_if $again (i32.and (local.get $repeat) (i32.gt_s (local.get $code) (i32.const 0)))))
    (i32.store (i32.add (i32.const ${RESULTS}) (i32.shl (local.get $step) (i32.const 2))) (local.get $code))
    (local.set $step (i32.add (local.get $step) (i32.const 1)))
    (br $steps)))
  (call $put (i32.const 93))
  (call $put (i32.const 125))
  (i32.const 0))`;
