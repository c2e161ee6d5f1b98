import { assemble, guestWat, type GuestParts } from '@testbench/test-kit';

const METADATA =
  '{"name":"noop","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0"}';
const MEMORY = '(memory (export "memory") 1000)';
const IMPORTED = '(import "env" "host_random" (func $imported (param i32) (result i32)))';
/** Where the largest memory begins that a loop may touch, and the pages behind. */
const FIRST = 131_072;
const PAGES = Array.from({ length: 15_900 }, (_, page) => FIRST + 4096 * page);
/** Before pages are touched: until the guest's slices have grown. */
const WARM_UP = `(local $i i32) (local.set $i (i32.const 2000000))
  (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))`;

/** Lays a path through 60 MB in an order that no prefetcher guesses; `$x` is the next address. */
const CHASE = `(local $i i32) (local $x i32) (local $y i32)
  (loop
    (local.set $y (i32.add (i32.const ${FIRST}) (i32.and (i32.const 0x3bfffc0)
      (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904192)))))
    (i32.store (local.get $x) (local.get $y)) (local.set $x (local.get $y))
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 900000))))`;

/** Repeats 64 copies of some code without end. */
const again = (code: string, copies = 64): string =>
  `(loop $again ${code.repeat(copies)} (br $again)) (unreachable)`;
const eachSlot = (set: (slot: number) => string): string =>
  Array.from({ length: 64 }, (_, slot) => set(slot)).join('');

/** What a loop may do without end; much of it takes far more time than its fuel suggests. */
const LOOPS: Readonly<Record<string, GuestParts>> = {
  nothing: { execute: again('', 1) },
  'loads that miss the cache': {
    memory: MEMORY,
    execute: CHASE + again('(local.set $x (i32.load (local.get $x)))'),
  },
  'straight code of such loads': {
    memory: MEMORY,
    execute: CHASE + again('(local.set $x (call $load (local.get $x)))', 1),
    rest: `(func $load (param i32) (result i32) (local.get 0) ${'(i32.load)'.repeat(170_000)})`,
  },
  'stores that miss the cache': {
    memory: MEMORY,
    execute: `(local $x i32) ${again(
      `(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
       (i64.store (i32.add (i32.const ${FIRST}) (i32.and (local.get $x) (i32.const 0x3bfffff))) (i64.const 1))`,
      16,
    )}`,
  },
  'pages read for the first time': {
    memory: MEMORY,
    execute: `${WARM_UP} (drop (call $touch (i32.const 0))) ${again('', 1)}`,
    rest: `(func $touch (param i32) (result i32) (local.get 0) ${PAGES.map((at) => `(i32.load offset=${at})`).join('')})`,
  },
  'pages written for the first time': {
    memory: MEMORY,
    execute: `${WARM_UP} (call $touch (i32.const 0)) ${again('', 1)}`,
    rest: `(func $touch (param i32) ${PAGES.map((at) => `(i32.store offset=${at} (local.get 0) (local.get 0))`).join('')})`,
  },
  'memory.fill and memory.copy of 65 MB': {
    memory: MEMORY,
    execute: again(
      `(memory.fill (i32.const ${FIRST}) (i32.const 1) (i32.const 65000000))
       (memory.copy (i32.const ${FIRST + 1}) (i32.const ${FIRST}) (i32.const 65000000))`,
      1,
    ),
  },
  'memory.fill of a byte': {
    execute: again('(memory.fill (i32.const 0) (i32.const 1) (i32.const 1))'),
  },
  'memory.grow, and touching it': {
    memory: '(memory (export "memory") 2 1000)',
    execute: `(local $old i32) ${again(
      `(local.set $old (memory.grow (i32.const 1)))
       (if (i32.ne (local.get $old) (i32.const -1))
         (then (memory.fill (i32.shl (local.get $old) (i32.const 16)) (i32.const 1) (i32.const 65536))))`,
      1,
    )}`,
  },
  'memory.grow by nothing': { execute: again('(drop (memory.grow (i32.const 0)))') },
  'memory.grow that is refused': {
    memory: '(memory (export "memory") 2 100)',
    execute: again('(drop (memory.grow (i32.const 99)))'),
  },
  'table.set of an import': {
    imports: IMPORTED,
    rest: '(table $t 64 funcref) (elem declare func $imported)',
    execute: again(
      eachSlot((slot) => `(table.set $t (i32.const ${slot}) (ref.func $imported))`),
      1,
    ),
  },
  'table.fill with an import': {
    imports: IMPORTED,
    rest: '(table $t 10000 funcref) (elem declare func $imported)',
    execute: again('(table.fill $t (i32.const 0) (ref.func $imported) (i32.const 10000))', 1),
  },
  'table.copy of imports': {
    imports: IMPORTED,
    rest: '(table $t 10000 funcref) (elem declare func $imported)',
    execute: `(table.fill $t (i32.const 0) (ref.func $imported) (i32.const 10000))
      ${again('(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 9999))', 1)}`,
  },
  'table.grow by nothing, and refused': {
    rest: '(table $t 64 100 funcref)',
    execute: again(
      `(drop (table.grow $t (ref.null func) (i32.const 0)))
       (drop (table.grow $t (ref.null func) (i32.const 99)))`,
    ),
  },
  calls: {
    rest: '(func $f (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))',
    execute: `(local $x i32) ${again('(local.set $x (call $f (local.get $x)))')}`,
  },
  'deep recursion': {
    rest: `(func $f (param i32) (result i32) (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))`,
    execute: again('(drop (call $f (i32.const 3000)))', 1),
  },
  'calls of the host': {
    imports: IMPORTED,
    execute: again('(drop (call $imported (i32.const 5)))'),
  },
  'denormal numbers': {
    execute: `(local $d f64) (local.set $d (f64.const 0x1p-1040))
      ${again('(local.set $d (f64.div (f64.mul (local.get $d) (f64.const 0.99)) (f64.const 0.99)))')}`,
  },
};

/** Plugins whose call never ends, by what they do. */
export function endlessLoops(): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map(
    Object.entries(LOOPS).map(([name, parts]) => [
      name,
      assemble(guestWat({ ...parts, metadataText: METADATA })),
    ]),
  );
}
