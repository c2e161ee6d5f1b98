import { assemble } from '@testbench/test-kit';

import { EXTISM_IMPORTS, extismWat, watText } from './extism-wat.ts';

export { startGuest, STARTS } from './extism-start-guests.ts';
export { extismWat, watText };

/** `echo`: copies its input by 8 bytes, and the rest by one. */
const ECHO = `(func (export "echo") (result i32) (local $length i64) (local $to i64) (local $i i64)
  (local.set $length (call $input_length))
  (local.set $to (call $alloc (local.get $length)))
  (block (loop
    (br_if 1 (i64.gt_u (i64.add (local.get $i) (i64.const 8)) (local.get $length)))
    (call $store_u64 (i64.add (local.get $to) (local.get $i)) (call $input_load_u64 (local.get $i)))
    (local.set $i (i64.add (local.get $i) (i64.const 8)))
    (br 0)))
  (block (loop
    (br_if 1 (i64.ge_u (local.get $i) (local.get $length)))
    (call $store_u8 (i64.add (local.get $to) (local.get $i)) (call $input_load_u8 (local.get $i)))
    (local.set $i (i64.add (local.get $i) (i64.const 1)))
    (br 0)))
  (call $output_set (local.get $to) (local.get $length))
  (i32.const 0))`;

const NAMES = Object.keys(EXTISM_IMPORTS).filter((name) => !name.startsWith('http_'));
const text = (at: number, count: number): string =>
  `(call $text (i32.const ${at}) (i32.const ${count}))`;
const give = (offset: string): string =>
  `(local $b i64) (local.set $b ${offset}) (call $output_set (local.get $b) (call $length (local.get $b))) (i32.const 0)`;
const input = '(call $input_offset)';

/** A guest with a function for everything that well-behaved and hostile guests do, without HTTP. */
export function extismGuest(): Uint8Array<ArrayBuffer> {
  return assemble(
    extismWat(
      `(memory (export "memory") 1)
      (global $count (mut i32) (i32.const 0))
      (data (i32.const 1024) "${watText('greeting')}")
      (data (i32.const 1040) "${watText('it went wrong')}")
      (data (i32.const 1060) "${watText('counter')}")
      ${ECHO}
      (func (export "nothing") (result i32) (i32.const 0))
      (func (export "no_result"))
      (func (export "empty") (result i32) ${give('(call $alloc (i64.const 0))')})
      (func (export "part") (result i32)
        (call $output_set (i64.add ${input} (i64.const 2)) (i64.const 3)) (i32.const 0))
      (func (export "config") (result i32) ${give(`(call $config_get ${input})`)})
      (func (export "count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (global.get $count)))
        (call $output_set ${text(2048, 1)} (i64.const 1)) (i32.const 0))
      (func (export "set_var") (result i32)
        (call $var_set ${text(1060, 7)} ${input}) (i32.const 0))
      (func (export "delete_var") (result i32)
        (call $var_set ${text(1060, 7)} (i64.const 0)) (i32.const 0))
      (func (export "get_var") (result i32) ${give(`(call $var_get ${text(1060, 7)})`)})
      (func (export "log") (result i32)
        (call $log_trace ${input}) (call $log_debug ${input}) (call $log_info ${input})
        (call $log_warn ${input}) (call $log_error ${input}) (i32.const 0))
      (func (export "log_each") (result i32)
        ${['trace', 'debug', 'info', 'warn', 'error'].map((level) => `(call $log_${level} ${text(1060, 7)})`).join('')}
        (i32.const 0))
      (func (export "log_level") (result i32)
        (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (call $get_log_level)))
        (call $output_set ${text(2048, 1)} (i64.const 1)) (i32.const 0))
      (func (export "fails") (result i32) (call $error_set ${text(1040, 13)}) (i32.const 1))
      (func (export "fails_with_0") (result i32) (call $error_set ${text(1040, 13)}) (i32.const 0))
      (func (export "forgives") (result i32)
        (call $error_set ${text(1040, 13)}) (call $error_set (i64.const 0)) (i32.const 0))
      (func (export "error_length") (result i32)
        (call $error_set ${text(1040, 13)})
        (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (i32.wrap_i64 (call $length (call $error_get)))))
        (call $error_set (i64.const 0))
        (call $output_set ${text(2048, 1)} (i64.const 1)) (i32.const 0))
      (func (export "seven") (result i32) (i32.const 7))
      (func (export "traps") (result i32) (unreachable))
      (func (export "loops") (result i32) (loop (br 0)) (i32.const 0))
      (func (export "frees_once") (result i32) (local $b i64)
        (local.set $b (call $alloc (i64.const 8))) (call $free (local.get $b)) (call $free (i64.const 0)) (i32.const 0))
      (func (export "frees_twice") (result i32) (local $b i64)
        (local.set $b (call $alloc (i64.const 8))) (call $free (local.get $b)) (call $free (local.get $b)) (i32.const 0))
      (func (export "frees_middle") (result i32)
        (call $free (i64.add (call $alloc (i64.const 8)) (i64.const 1))) (i32.const 0))
      (func (export "uses_freed") (result i32) (local $b i64)
        (local.set $b (call $alloc (i64.const 8))) (call $free (local.get $b))
        (drop (call $alloc (i64.const 8)))
        (drop (call $load_u8 (local.get $b))) (i32.const 0))
      (func (export "reads_beyond") (result i32)
        (drop (call $load_u8 (i64.add (call $alloc (i64.const 8)) (i64.const 8)))) (i32.const 0))
      (func (export "reads_across") (result i32)
        (drop (call $load_u64 (i64.add (call $alloc (i64.const 8)) (i64.const 1)))) (i32.const 0))
      (func (export "reads_before") (result i32)
        (drop (call $load_u8 (i64.sub (call $alloc (i64.const 8)) (i64.const 1)))) (i32.const 0))
      (func (export "writes_beyond") (result i32)
        (call $store_u64 (i64.add (call $alloc (i64.const 8)) (i64.const 4)) (i64.const -1)) (i32.const 0))
      (func (export "reads_beyond_input") (result i32)
        (drop (call $input_load_u8 (call $input_length))) (i32.const 0))
      (func (export "reads_far_input") (result i32)
        (drop (call $input_load_u64 (i64.const -8))) (i32.const 0))
      (func (export "foreign_output") (result i32) (call $output_set (i64.const 1024) (i64.const 16)) (i32.const 0))
      (func (export "long_output") (result i32) (call $output_set (call $alloc (i64.const 8)) (i64.const 9)) (i32.const 0))
      (func (export "huge_output") (result i32) (call $output_set (call $alloc (i64.const 8)) (i64.const -1)) (i32.const 0))
      (func (export "foreign_error") (result i32) (call $error_set (i64.const 0x7fffffffffffffff)) (i32.const 1))
      (func (export "foreign_key") (result i32) (drop (call $config_get (i64.const 12345))) (i32.const 0))
      (func (export "foreign_log") (result i32) (call $log_error (i64.const -1)) (i32.const 0))
      (func (export "allocates") (result i32)
        (loop (drop (call $alloc (i64.const 1000000))) (br 0)) (i32.const 0))
      (func (export "allocates_all") (result i32) (drop (call $alloc (i64.const -1))) (i32.const 0))
      (func (export "blocks") (result i32)
        (loop (drop (call $alloc (i64.const 1))) (br 0)) (i32.const 0))
      (func (export "churns") (result i32)
        (loop (call $free (call $alloc (i64.const 1000000))) (br 0)) (i32.const 0))
      (func (export "grows") (result i32)
        (if (i32.eq (memory.grow (i32.const 10000)) (i32.const -1)) (then (unreachable))) (i32.const 0))
      (func (export "grows_later") (result i32)
        (drop (call $alloc (i64.const 1500000)))
        (drop (memory.grow (i32.const 20))) (i32.const 0))
      (func (export "takes_parameters") (param i32) (result i32) (i32.const 0))
      (func (export "gives_i64") (result i64) (i64.const 0))`,
      NAMES,
    ),
  );
}

/** The same \`echo\` alone, for measurements. */
export function extismEcho(): Uint8Array<ArrayBuffer> {
  return assemble(
    extismWat(`(memory (export "memory") 1) ${ECHO}`, [
      'input_length',
      'input_load_u8',
      'input_load_u64',
      'store_u64',
    ]),
  );
}

/** A guest that sends its input, a request as JSON, and returns status and body: "200 " and the text. */
export function extismHttpGuest(): Uint8Array<ArrayBuffer> {
  return assemble(
    extismWat(
      `(memory (export "memory") 1)
      (func (export "get") (result i32)
        ${give(`(call $http_request ${input} (i64.const 0))`)})
      (func (export "status") (result i32)
        (drop (call $http_request ${input} (i64.const 0)))
        (i32.store8 (i32.const 0) (i32.add (i32.const 48) (i32.div_u (call $http_status_code) (i32.const 100))))
        (call $output_set (call $text (i32.const 0) (i32.const 1)) (i64.const 1)) (i32.const 0))
      (func (export "headers") (result i32) (local $h i64)
        (drop (call $http_request ${input} (i64.const 0)))
        (local.set $h (call $http_headers))
        (if (i64.ne (local.get $h) (i64.const 0))
          (then (call $output_set (local.get $h) (call $length (local.get $h)))))
        (i32.const 0))
      (func (export "post") (result i32)
        (drop (call $http_request ${input} ${input})) (i32.const 0))`,
      ['input_offset', 'length', 'http_request', 'http_status_code', 'http_headers'],
    ),
  );
}
