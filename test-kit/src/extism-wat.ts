/** Types of the functions of `extism:host/env`. */
export const EXTISM_IMPORTS: Readonly<Record<string, string>> = {
  alloc: '(param i64) (result i64)',
  free: '(param i64)',
  length: '(param i64) (result i64)',
  length_unsafe: '(param i64) (result i64)',
  load_u8: '(param i64) (result i32)',
  load_u64: '(param i64) (result i64)',
  store_u8: '(param i64 i32)',
  store_u64: '(param i64 i64)',
  input_length: '(result i64)',
  input_offset: '(result i64)',
  input_load_u8: '(param i64) (result i32)',
  input_load_u64: '(param i64) (result i64)',
  output_set: '(param i64 i64)',
  error_set: '(param i64)',
  error_get: '(result i64)',
  config_get: '(param i64) (result i64)',
  var_get: '(param i64) (result i64)',
  var_set: '(param i64 i64)',
  log_trace: '(param i64)',
  log_debug: '(param i64)',
  log_info: '(param i64)',
  log_warn: '(param i64)',
  log_error: '(param i64)',
  get_log_level: '(result i32)',
  http_request: '(param i64 i64) (result i64)',
  http_status_code: '(result i32)',
  http_headers: '(result i64)',
};

/**
 * Writes a guest of Extism's protocol.
 *
 * @param body Functions, memories and so on. They may use `$text`, which makes a block of the characters at an address of the guest's memory.
 * @param used Names of functions of `extism:host/env`; they are imported as `$name`.
 * @param further Other imports.
 */
export function extismWat(body: string, used: readonly string[] = [], further = ''): string {
  const names = new Set(['alloc', 'store_u8', 'output_set', ...used]);
  const imports = Array.from(
    names,
    (name) => `(import "extism:host/env" "${name}" (func $${name} ${EXTISM_IMPORTS[name]!}))`,
  );
  return `(module ${imports.join('\n')} ${further}
    (func $text (param $from i32) (param $count i32) (result i64) (local $to i64) (local $i i32)
      (local.set $to (call $alloc (i64.extend_i32_u (local.get $count))))
      (block (loop
        (br_if 1 (i32.ge_u (local.get $i) (local.get $count)))
        (call $store_u8 (i64.add (local.get $to) (i64.extend_i32_u (local.get $i)))
          (i32.load8_u (i32.add (local.get $from) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br 0)))
      (local.get $to))
    ${body})`;
}

/** Bytes of text in WebAssembly text. */
export function watText(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    (byte) => `\\${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
