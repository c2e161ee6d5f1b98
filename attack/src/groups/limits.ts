import { packed } from '@testbench/test-kit';

import { LATE_MS, refusalOf } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { HEX } from '../modules/hex.ts';
import { rawPlugin, repeated } from '../modules/raw-plugin.ts';
import { plugin, refused, stopped } from './shorthand.ts';

const FINE = packed(4096, 15);
const FUEL = { limits: { maxFuel: 1_000_000, timeoutMs: 10_000 } };
const TIME = { limits: { maxFuel: 2 ** 50, timeoutMs: 100 } };
/** The maximum size of a body. */
const BODY_BYTES = 510 * 1024;

/** JSON of 16 KiB with as many objects as fit. */
function crowdedJson(): string {
  const head = '{"message":"","details":[{}';
  return `${head}${',{}'.repeat(Math.floor((16_384 - head.length - 2) / 3))}]}`.padEnd(16_384);
}

interface HostCall {
  readonly imports: string;
  readonly call: string;
  /** How many bytes one call takes in a body. */
  readonly bytes: number;
}

/** What straight-line code may call. */
const CALLS: Readonly<Record<string, HostCall>> = {
  'host_error of 5,400 objects': {
    imports: '(import "env" "host_error" (func $f (param i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 8192) (i32.const 16384)))',
    bytes: 11,
  },
  'host_log of 16 KiB': {
    imports: '(import "env" "host_log" (func $f (param i32 i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 4) (i32.const 8192) (i32.const 16384)))',
    bytes: 13,
  },
  'host_random_bytes of 64 KiB': {
    imports: '(import "env" "host_random_bytes" (func $f (param i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 0) (i32.const 65536)))',
    bytes: 10,
  },
  host_current_time_ms: {
    imports: '(import "env" "host_current_time_ms" (func $f (result i64)))',
    call: '(drop (call $f))',
    bytes: 3,
  },
  'host_emit of 16 KiB': {
    imports: '(import "env" "host_emit" (func $f (param i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 8192) (i32.const 16384)))',
    bytes: 11,
  },
  'host_set_state of 16 KiB': {
    imports: '(import "env" "host_set_state" (func $f (param i32 i32 i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 0) (i32.const 8) (i32.const 8192) (i32.const 16384)))',
    bytes: 16,
  },
  host_env_get: {
    imports: '(import "env" "host_env_get" (func $f (param i32 i32 i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 0)))',
    bytes: 13,
  },
  'random_get of WASI, 64 KiB': {
    imports:
      '(import "wasi_snapshot_preview1" "random_get" (func $f (param i32 i32) (result i32)))',
    call: '(drop (call $f (i32.const 0) (i32.const 65536)))',
    bytes: 10,
  },
  'fd_write of WASI': {
    imports: `(import "wasi_snapshot_preview1" "fd_write" (func $f (param i32 i32 i32 i32) (result i32)))`,
    call: '(drop (call $f (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))',
    bytes: 13,
  },
};

function straightCode(
  { imports, call, bytes }: HostCall,
  catches = false,
): Parameters<typeof plugin>[0] {
  const count = catches ? 20_000 : Math.floor(BODY_BYTES / bytes);
  const piece = catches ? `(try (do ${call}) (catch_all))` : call;
  return {
    imports,
    memory: '(memory (export "memory") 2)',
    rest: `(data (i32.const 8192) "${crowdedJson().replaceAll('"', String.raw`\"`)}")`,
    execute: piece.repeat(count) + FINE,
  };
}

/** Row 102, by fuel for every function; by time for the functions that cost the host most. */
function straight(): Attack[] {
  const attacks: Attack[] = [];
  for (const [name, call] of Object.entries(CALLS)) {
    const of = (limit: string): string => `straight code of ${name}: ${limit}`;
    const wasi = { enableWasi: true };
    attacks.push(
      stopped(102, of('fuel'), straightCode(call), 'CALL_FUEL_EXHAUSTED', { ...FUEL, ...wasi }),
    );
    if (!name.includes('64 KiB') && !name.startsWith('host_error')) continue;
    attacks.push(
      stopped(
        102,
        `${of('fuel')}, each in a try that catches all`,
        straightCode(call, true),
        'CALL_FUEL_EXHAUSTED',
        { ...FUEL, ...wasi, features: { exceptions: true, 'legacy-exceptions': true } },
      ),
    );
    attacks.push(
      stopped(102, of('time'), straightCode(call), 'CALL_DEADLINE_EXCEEDED', { ...TIME, ...wasi }),
    );
  }
  return attacks;
}

/** Writes a function into a table this many times: a start function of such code took 1.2 s. */
const SLOW_START = `(table $t 64 funcref) (func $nothing)
  (func $start (local $i i32)
    (loop
      ${Array.from({ length: 64 }, (_, at) => `(table.set $t (i32.const ${at}) (ref.func $nothing))`).join(' ')}
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200000)))))
  (start $start) (elem declare func $nothing)`;

/** How late a limit may be where nothing else runs, with room for threads, messages and a busy machine. */
const SHARP_MS = 30;

/** Lays a path through 60 MB, in an order that no prefetcher guesses; `$x` is the next address. */
const CHASE = `(local $i i32) (local $x i32) (local $y i32)
  (loop
    (local.set $y (i32.add (i32.const 131072) (i32.and (i32.const 0x3bfffc0)
      (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904192)))))
    (i32.store (local.get $x) (local.get $y)) (local.set $x (local.get $y))
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 900000))))`;

/** What a loop may do that costs far more time than its fuel suggests, and what it needs. */
const SLOW: Readonly<Record<string, Parameters<typeof plugin>[0]>> = {
  'loads that miss the cache': {
    memory: '(memory (export "memory") 1000)',
    execute: `${CHASE}
      (loop $again
        ${'(local.set $x (i32.load (local.get $x)))'.repeat(64)}
        (br $again)) (unreachable)`,
  },
  'straight code of such loads': {
    memory: '(memory (export "memory") 1000)',
    execute: `${CHASE}
      (loop $again (local.set $x (call $load (local.get $x))) (br $again)) (unreachable)`,
    rest: `(func $load (param i32) (result i32) (local.get 0) ${'(i32.load)'.repeat(170_000)})`,
  },
  'pages that are touched for the first time': {
    memory: '(memory (export "memory") 1000)',
    execute: `(loop $again
      (memory.fill (i32.const 131072) (i32.const 1) (i32.const 65000000))
      (memory.copy (i32.const 131073) (i32.const 131072) (i32.const 65000000)) (br $again)) (unreachable)`,
  },
  'table.set of an imported function': {
    imports: '(import "env" "host_random" (func $imported (param i32) (result i32)))',
    rest: '(table $t 64 funcref) (elem declare func $imported)',
    execute: `(loop $again ${Array.from({ length: 64 }, (_, at) => `(table.set $t (i32.const ${at}) (ref.func $imported))`).join('')} (br $again)) (unreachable)`,
  },
  'table.set of a local function': {
    rest: '(table $t 64 funcref) (elem declare func $own) (func $own)',
    execute: `(loop $again ${Array.from({ length: 64 }, (_, at) => `(table.set $t (i32.const ${at}) (ref.func $own))`).join('')} (br $again)) (unreachable)`,
  },
  'table.fill with an imported function': {
    imports: '(import "env" "host_random" (func $imported (param i32) (result i32)))',
    rest: '(table $t 10000 funcref) (elem declare func $imported)',
    execute: `(loop $again (table.fill $t (i32.const 0) (ref.func $imported) (i32.const 10000)) (br $again)) (unreachable)`,
  },
  'table.grow by nothing, and refused': {
    rest: '(table $t 64 100 funcref)',
    execute: `(loop $again ${'(drop (table.grow $t (ref.null func) (i32.const 0))) (drop (table.grow $t (ref.null func) (i32.const 99)))'.repeat(32)} (br $again)) (unreachable)`,
  },
  'memory.grow by nothing': {
    execute: `(loop $again ${'(drop (memory.grow (i32.const 0)))'.repeat(64)} (br $again)) (unreachable)`,
  },
  'memory.grow that is refused': {
    memory: '(memory (export "memory") 2 100)',
    execute: `(loop $again ${'(drop (memory.grow (i32.const 99)))'.repeat(64)} (br $again)) (unreachable)`,
  },
  'denormal numbers': {
    execute: `(local $d f64) (local.set $d (f64.const 0x1p-1040))
      (loop $again ${'(local.set $d (f64.div (f64.mul (local.get $d) (f64.const 0.99)) (f64.const 0.99)))'.repeat(64)} (br $again)) (unreachable)`,
  },
};

/** Row 107. The delay of a limit shows best in the fastest of several calls: the others waited for a processor. */
function slowSlices(): Attack[] {
  return Object.entries(SLOW).map(([what, parts]) => ({
    row: 107,
    name: `${what}: time`,
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 30_000, maxFuel: 2 ** 50 } });
      await manager.load(plugin(parts), { id: 'attacker' });
      const lateMs: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        const started = performance.now();
        const code = await manager.execute('attacker', { data: null }, { timeoutMs: 300 }).then(
          () => 'it ended',
          (error: unknown) => refusalOf(error).code,
        );
        lateMs.push(performance.now() - started - 300);
        insist(code === 'CALL_DEADLINE_EXCEEDED', code);
      }
      const best = Math.min(...lateMs);
      insist(best < SHARP_MS, `each call ended ${best.toFixed(1)} ms or more after its limit`);
      return `CALL_DEADLINE_EXCEEDED, ${best.toFixed(1)} ms late`;
    },
  }));
}

/** Rows 102, 106, 107 and 108: limits that hold wherever a guest spends its time, and what a reset restores. */
export const limits: readonly Attack[] = [
  ...straight(),
  ...slowSlices(),
  refused(
    106,
    'a constant expression of 5 million instructions, for every instance',
    () =>
      rawPlugin({
        globals: {
          count: 1,
          item: Buffer.concat([
            Uint8Array.of(0x7f, 0, 0x41, 0),
            repeated(2_500_000, [0x41, 1, 0x6a]),
            Uint8Array.of(0x0b),
          ]),
        },
      }),
    'LOAD_REJECTED',
    'maxConstantInstructions',
  ),
  {
    row: 106,
    name: 'a start function that is slow in every fresh instance',
    modes: ISOLATED,
    async run(arena) {
      const module = plugin({ rest: SLOW_START, execute: '(unreachable)' });
      const manager = await arena.manager({ limits: { timeoutMs: 60_000 } });
      await manager.load(module, { id: 'attacker' });
      const codes: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const started = performance.now();
        await manager
          .execute('attacker', { data: null }, { timeoutMs: 50 })
          .catch((error: unknown) => {
            codes.push(refusalOf(error).code);
          });
        const lateMs = performance.now() - started - 50;
        insist(lateMs < LATE_MS / 4, `it ended ${lateMs.toFixed(0)} ms after its limit`);
      }
      const expected = 'CALL_TRAPPED CALL_DEADLINE_EXCEEDED CALL_DEADLINE_EXCEEDED';
      insist(codes.join(' ') === expected, codes.join(' '));
      return 'CALL_DEADLINE_EXCEEDED, by the limit of the call that a fresh instance is for';
    },
  },
  {
    row: 106,
    name: 'a start function that uses more fuel than the call has',
    modes: ISOLATED,
    async run(arena) {
      const module = plugin({ rest: SLOW_START, execute: '(unreachable)' });
      const manager = await arena.manager({ limits: { timeoutMs: 60_000 } });
      await manager.load(module, { id: 'attacker' });
      const codes: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        await manager
          .execute('attacker', { data: null }, { maxFuel: 100_000 })
          .catch((error: unknown) => codes.push(refusalOf(error).code));
      }
      insist(codes.join(' ') === 'CALL_TRAPPED CALL_FUEL_EXHAUSTED', codes.join(' '));
      return 'CALL_FUEL_EXHAUSTED, by the limit of the call that a fresh instance is for';
    },
  },
  ...Object.entries(remembered()).map(([what, parts]): Attack => ({
    row: 108,
    name: `${what} across a reset`,
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 10_000 } });
      await manager.load(plugin(parts), { id: 'attacker', state: 'reset' });
      const seen = new Set<string>();
      for (let round = 0; round < 4; round += 1) {
        const { data } = await manager.execute('attacker', { data: null });
        seen.add(String(data));
      }
      insist(seen.size === 1, `calls see ${[...seen].join(', ')}`);
      return 'every call sees the same';
    },
  })),
];

/** Each shows the value it finds, and changes it for the next call. */
function remembered(): Record<string, { rest: string; execute: string }> {
  const show = (value: string, change: string): string =>
    `(i64.store (i32.const 8192) ${value}) ${change} (call $hex (i32.const 8192) (i32.const 8))`;
  const nan32 = '(i32.reinterpret_f32 (global.get $n))';
  const nan64 = '(i64.reinterpret_f64 (global.get $n))';
  return {
    'the bits of a NaN in an f32': {
      rest: `${HEX} (global $n (mut f32) (f32.const nan:0x200001))`,
      execute: show(
        `(i64.extend_i32_u ${nan32})`,
        `(global.set $n (f32.reinterpret_i32 (i32.add ${nan32} (i32.const 1))))`,
      ),
    },
    'the bits of a NaN in an f64': {
      rest: `${HEX} (global $n (mut f64) (f64.const nan:0x4000000000001))`,
      execute: show(
        nan64,
        `(global.set $n (f64.reinterpret_i64 (i64.add ${nan64} (i64.const 1))))`,
      ),
    },
    'a vector': {
      rest: `${HEX} (global $v (mut v128) (v128.const i64x2 1 2))`,
      execute: show(
        '(i64x2.extract_lane 1 (global.get $v))',
        '(global.set $v (i64x2.splat (i64.add (i64x2.extract_lane 1 (global.get $v)) (i64.const 1))))',
      ),
    },
    // Only an existing segment has bytes: a dropped one still yields an empty range, which proves nothing.
    'a data segment that is dropped': {
      rest: `${HEX} (data $d "secret") (global $g (mut i32) (i32.const 0))`,
      execute: show(
        '(i64.const 0)',
        `(memory.init $d (i32.const 8192) (i32.const 0) (i32.const 6)) (data.drop $d)`,
      ),
    },
    'an element segment that is dropped': {
      rest: `${HEX} (table $t 1 funcref) (elem $e func $hex)`,
      execute: show(
        '(i64.const 0)',
        `(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)`,
      ),
    },
    'an entry of a table': {
      rest: `${HEX} (table $t 1 funcref) (elem declare func $hex)`,
      execute: show(
        '(i64.extend_i32_u (ref.is_null (table.get $t (i32.const 0))))',
        '(table.set $t (i32.const 0) (ref.func $hex))',
      ),
    },
    'the size of a table': {
      rest: `${HEX} (table $t 0 funcref)`,
      execute: show(
        '(i64.extend_i32_u (table.size $t))',
        '(drop (table.grow $t (ref.null func) (i32.const 1)))',
      ),
    },
    'the size of memory': {
      rest: HEX,
      execute: show('(i64.extend_i32_u (memory.size))', '(drop (memory.grow (i32.const 1)))'),
    },
  };
}
