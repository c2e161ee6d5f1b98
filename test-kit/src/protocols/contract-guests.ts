import { assemble, guestWat, METADATA } from '@testbench/test-kit';
import type { ProtocolGuestKind } from '@testbench/test-kit/contracts';

const BEYOND = 0x7fff_0000;
const bytesOf = (text: string): string => text.replaceAll('"', '\\22');

/** What a `plain` guest does by the first character of its data. */
const ends = (
  character: string,
  three: string,
  four: string,
  seven: string,
  code: string,
): string => `
  (local.set $c ${character})
  (if (i32.eq (local.get $c) (i32.const 49)) (then (unreachable)))
  (if (i32.eq (local.get $c) (i32.const 50)) (then (loop (br 0))))
  (if (i32.eq (local.get $c) (i32.const 51)) (then (return ${three})))
  (if (i32.eq (local.get $c) (i32.const 52)) (then ${four}))
  (if (i32.eq (local.get $c) (i32.const 53)) (then (return (${code}.const -7))))
  (if (i32.eq (local.get $c) (i32.const 54)) (then (return (${code}.const -2))))
  (if (i32.eq (local.get $c) (i32.const 55)) (then (return ${seven})))`;

const packed = (ptr: string, len: string): string =>
  `(i64.or (i64.shl (i64.extend_i32_u ${ptr}) (i64.const 32)) (i64.extend_i32_u ${len}))`;
const at = (ptr: number, length: number): string =>
  packed(`(i32.const ${ptr})`, `(i32.const ${length})`);

const MEMORY = '(memory (export "memory") 64)';
/** An output in the contract's envelope is read like an input: only `data` counts. */
const V1_ECHO = packed('(local.get $ptr)', '(local.get $len)');
const v1Plain = (rest = ''): string =>
  guestWat({
    memory: MEMORY,
    execute: `(local $c i32)
      ${ends('(i32.load8_u offset=8 (local.get $ptr))', at(BEYOND, 100), `(return ${at(4096, 3)})`, at(65_536, 3000), 'i64')}
      ${V1_ECHO}`,
    rest,
  });

/** Answers with what `plugin_init` kept at 8192. */
const V1_CONFIGURED = guestWat({
  memory: MEMORY,
  outputText: '{"data":',
  init: `(memory.copy (i32.const 4104) (local.get $ptr) (local.get $len))
    (i32.store8 (i32.add (i32.const 4104) (local.get $len)) (i32.const 125))
    (global.set $kept (local.get $len))
    (i32.const 0)`,
  execute: packed('(i32.const 4096)', '(i32.add (global.get $kept) (i32.const 9))'),
  rest: '(global $kept (mut i32) (i32.const 0))',
});
const V1_COUNTING = guestWat({
  outputText: '{"data":0}',
  execute: `(i32.store8 (i32.const 4104) (i32.add (i32.load8_u (i32.const 4104)) (i32.const 1)))
    ${at(4096, 10)}`,
});

const V1: Readonly<Record<ProtocolGuestKind, string>> = {
  plain: v1Plain(),
  configured: V1_CONFIGURED,
  counting: V1_COUNTING,
  'foreign metadata': guestWat({ metadata: at(BEYOND, 100) }),
  'no metadata': guestWat({ metadata: '(i64.const -7)' }),
  'refuses configuration': guestWat({ init: '(i32.const -7)' }),
  'traps in configuration': guestWat({ init: '(unreachable)' }),
  'foreign room': guestWat({ alloc: `(i32.const ${BEYOND})` }),
  'wrong export': guestWat({ rest: '(func (export "plugin_health") (result i64) (i64.const 0))' }),
  unhealthy: v1Plain('(func (export "plugin_health") (result i32) (i32.const 3))'),
  batch:
    v1Plain(`(func (export "plugin_execute_batch") (param $ptr i32) (param $len i32) (result i64)
    ${V1_ECHO})`),
};

/** A guest of the contract's first version. */
export function v1Guest(kind: ProtocolGuestKind): Uint8Array {
  return assemble(V1[kind]);
}

/** Returns the `$length` bytes at `$from`, or reports how many there are. */
const CLASSIC_GIVE = `(func $give (param $from i32) (param $length i32) (param $out i32) (param $cell i32) (result i32)
  (local $room i32)
  (local.set $room (i32.load (local.get $cell)))
  (i32.store (local.get $cell) (local.get $length))
  (if (i32.gt_u (local.get $length) (local.get $room)) (then (return (i32.const -4))))
  (memory.copy (local.get $out) (local.get $from) (local.get $length))
  (i32.const 0))`;
const give = (from: string, length: string): string =>
  `(call $give ${from} ${length} (local.get $out) (local.get $cell))`;

interface ClassicParts {
  readonly metadata?: string;
  readonly execute?: string;
  readonly rest?: string;
}

function classicWat({ metadata, execute, rest = '' }: ClassicParts): string {
  return `(module
    (memory (export "memory") 2)
    (data (i32.const 1024) "${bytesOf(METADATA)}")
    (data (i32.const 4096) "0no JSON")
    ${CLASSIC_GIVE}
    (func (export "plugin_metadata") (param $out i32) (param $cell i32) (result i32)
      ${metadata ?? give('(i32.const 1024)', `(i32.const ${METADATA.length})`)})
    (func (export "plugin_execute") (param $ptr i32) (param $len i32) (param $out i32) (param $cell i32) (result i32)
      ${execute ?? CLASSIC_PLAIN})
    ${rest})`;
}

const CLASSIC_PLAIN = `(local $c i32)
  ${ends(
    '(i32.load8_u (local.get $ptr))',
    `(block (result i32) (i32.store (local.get $cell) (i32.const ${BEYOND})) (i32.const 0))`,
    `(return ${give('(i32.const 4097)', '(i32.const 7)')})`,
    '(block (result i32) (i32.store (local.get $cell) (i32.const 3000)) (i32.const -4))',
    'i32',
  )}
  ${give('(local.get $ptr)', '(local.get $len)')}`;

const CLASSIC: Readonly<Partial<Record<ProtocolGuestKind, string>>> = {
  plain: classicWat({}),
  configured: classicWat({
    execute: give('(i32.const 8192)', '(global.get $kept)'),
    rest: `(global $kept (mut i32) (i32.const 0))
      (func (export "plugin_init") (param $ptr i32) (param $len i32) (result i32)
        (memory.copy (i32.const 8192) (local.get $ptr) (local.get $len))
        (global.set $kept (local.get $len))
        (i32.const 0))`,
  }),
  counting: classicWat({
    execute: `(i32.store8 (i32.const 4096) (i32.add (i32.load8_u (i32.const 4096)) (i32.const 1)))
      ${give('(i32.const 4096)', '(i32.const 1)')}`,
  }),
  'foreign metadata': classicWat({
    metadata: `(i32.store (local.get $cell) (i32.const ${BEYOND})) (i32.const 0)`,
  }),
  'no metadata': classicWat({ metadata: '(i32.const -7)' }),
  'refuses configuration': classicWat({
    rest: '(func (export "plugin_init") (param i32 i32) (result i32) (i32.const -7))',
  }),
  'traps in configuration': classicWat({
    rest: '(func (export "plugin_init") (param i32 i32) (result i32) (unreachable))',
  }),
  'foreign room': classicWat({
    rest: `(func (export "plugin_alloc") (param i32) (result i32) (i32.const ${BEYOND}))
      (func (export "plugin_free") (param i32 i32))`,
  }),
  'wrong export': classicWat({
    rest: '(func (export "plugin_shutdown") (result i64) (i64.const 0))',
  }),
  unhealthy: classicWat({ rest: '(func (export "plugin_health") (result i32) (i32.const 3))' }),
};

/** A guest with the signature of the original documentation; it takes no batches. */
export function classicGuest(kind: ProtocolGuestKind): Uint8Array | undefined {
  const wat = CLASSIC[kind];
  return wat === undefined ? undefined : assemble(wat);
}
