import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { assemble, guestWat, packed } from '@testbench/test-kit';

import { refusalOf } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { childrenOf } from '../children.ts';
import { gcArrays } from '../modules/gc-arrays.ts';
import { HEX } from '../modules/hex.ts';
import { endured, plugin, refused, stopped } from './shorthand.ts';

const FUEL = { limits: { maxFuel: 1_000_000, timeoutMs: 10_000 } };
const FINE = packed(4096, 15);
const forever = (body: string): string => `(loop $again ${body} (br $again)) (unreachable)`;
const STATE = '(import "env" "host_set_state" (func $set (param i32 i32 i32 i32) (result i32)))';
const LOG = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';

/** A guest that swallows every exception and continues forever. */
const swallower = {
  rest: '(func $spin (loop (br 0)))',
  execute: forever('(try (do (call $spin)) (catch_all))'),
};
const thrower = {
  rest: '(tag $e)',
  execute: forever('(try (do (throw $e)) (catch_all))'),
};
const exceptions = { features: { exceptions: true, 'legacy-exceptions': true } };

/** Both ways to stop a guest that does not end. */
function endless(row: number, name: string, parts: Parameters<typeof plugin>[0]): Attack[] {
  return [
    stopped(row, `${name}: fuel`, parts, 'CALL_FUEL_EXHAUSTED', FUEL),
    stopped(row, `${name}: time`, parts, 'CALL_DEADLINE_EXCEEDED'),
  ];
}

/** Rows 30 to 42. */
export const execution: readonly Attack[] = [
  ...endless(30, 'an endless loop', { execute: forever('') }),
  ...endless(31, 'memory.fill of 64 MB, again and again', {
    memory: '(memory (export "memory") 1000)',
    execute: forever('(memory.fill (i32.const 131072) (i32.const 1) (i32.const 65000000))'),
  }),
  ...endless(32, 'table.fill of 10,000, again and again', {
    rest: '(table $t 10000 funcref)',
    execute: forever('(table.fill $t (i32.const 0) (ref.null func) (i32.const 10000))'),
  }),
  refused(33, 'catch_all', () => plugin(swallower), 'LOAD_REJECTED', 'feature legacy-exceptions'),
  stopped(33, 'catch_all around a loop, exceptions on', swallower, 'CALL_FUEL_EXHAUSTED', {
    ...FUEL,
    ...exceptions,
  }),
  stopped(33, 'catch_all around a loop, exceptions on: time', swallower, 'CALL_DEADLINE_EXCEEDED', {
    ...exceptions,
  }),
  refused(34, 'arrays of the garbage-collected heap', gcArrays, 'LOAD_REJECTED', 'feature gc'),
  endured(34, 'arrays of the garbage-collected heap', gcArrays, {
    gc: true,
    'function-references': true,
  }),
  stopped(
    35,
    'recursion without end',
    { rest: '(func $f (result i64) (i64.add (call $f) (i64.const 1)))', execute: '(call $f)' },
    'CALL_STACK_EXHAUSTED',
  ),
  {
    row: 36,
    name: 'host calls at every depth of the stack',
    modes: ISOLATED,
    async run(arena) {
      // Each level writes its own key, with the key as the value, and logs; the last ones find no stack left in the
      // host. A short input asks what is stored then: how many values differ from their key, and how many there are.
      const module = plugin({
        imports: `${STATE} ${LOG}
          (import "env" "host_get_state" (func $get (param i32 i32 i32 i32) (result i32)))`,
        rest: `${HEX} (func $f (param $n i32) (result i64)
          (i32.store (i32.const 8192) (local.get $n))
          (i32.store (i32.const 8200) (i32.or (local.get $n) (i32.const 0x01010000)))
          (i32.store (i32.const 8200) (i32.and (i32.load (i32.const 8200)) (i32.const 0x7f7f7f7f)))
          (drop (call $set (i32.const 8200) (i32.const 4) (i32.const 8200) (i32.const 4)))
          (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 1)))
          (i64.add (call $f (i32.add (local.get $n) (i32.const 1))) (i64.const 1)))`,
        execute: `(local $n i32) (local $wrong i32) (local $found i32)
          (if (i32.lt_u (local.get $len) (i32.const 50)) (then (return (call $f (i32.const 0)))))
          (loop
            (i32.store (i32.const 8200) (i32.and (i32.or (local.get $n) (i32.const 0x01010000)) (i32.const 0x7f7f7f7f)))
            (i32.store (i32.const 8204) (i32.const 0))
            (if (i32.eq (call $get (i32.const 8200) (i32.const 4) (i32.const 8204) (i32.const 4)) (i32.const 4)) (then
              (local.set $found (i32.add (local.get $found) (i32.const 1)))
              (if (i32.ne (i32.load (i32.const 8200)) (i32.load (i32.const 8204))) (then
                (local.set $wrong (i32.add (local.get $wrong) (i32.const 1)))))))
            (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5000))))
          (i32.store (i32.const 8192) (local.get $wrong)) (i32.store (i32.const 8196) (local.get $found))
          (call $hex (i32.const 8192) (i32.const 8))`,
      });
      const manager = await arena.manager({ limits: { timeoutMs: 10_000 } });
      await manager.load(module, { id: 'attacker' });
      for (let round = 0; round < 3; round += 1) {
        const code = await manager.execute('attacker', { data: null }).then(
          () => 'ok',
          (error: unknown) => refusalOf(error).code,
        );
        insist(code === 'CALL_STACK_EXHAUSTED', code);
      }
      const { data } = await manager.execute('attacker', { data: 'x'.repeat(50) });
      const [wrong, found = 0] = new Int32Array(
        Uint8Array.from(Buffer.from(String(data), 'hex')).buffer,
      );
      insist(wrong === 0, `${wrong} values are not what was written`);
      insist(found > 0, 'nothing was stored');
      const lost = arena.logs.filter(({ message }) => message === '').length;
      insist(lost === 0, `${lost} records are empty`);
      return `CALL_STACK_EXHAUSTED; of ${found} values that were read again each is whole`;
    },
  },
  ...endless(37, 'a storm of host calls', {
    imports: STATE,
    execute: forever(
      '(drop (call $set (i32.const 1024) (i32.const 4) (i32.const 1024) (i32.const 64)))',
    ),
  }),
  ...endless(38, 'a storm of indirect calls', {
    rest: '(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f)',
    execute: forever('(call_indirect (type $t) (i32.const 0))'),
  }),
  refused(
    39,
    'a storm of exceptions',
    () => plugin(thrower),
    'LOAD_REJECTED',
    'feature exceptions',
  ),
  stopped(39, 'a storm of exceptions, exceptions on', thrower, 'CALL_FUEL_EXHAUSTED', {
    ...FUEL,
    ...exceptions,
  }),
  {
    row: 40,
    name: 'memory.grow, then a write to every page',
    modes: ISOLATED,
    async run(arena) {
      const before = process.memoryUsage.rss();
      const module = plugin({
        execute: `(local $p i32)
          (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
          (local.set $p (i32.const 131072))
          (loop (i32.store (local.get $p) (i32.const 1))
            (br_if 0 (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 4096)))
              (i32.shl (memory.size) (i32.const 16)))))
          ${FINE}`,
      });
      const { metadata } = await arena.call(module, { limits: { timeoutMs: 10_000 } });
      const grownMb = (process.memoryUsage.rss() - before) / 2 ** 20;
      insist(metadata.memoryUsedBytes <= 64 * 2 ** 20, `it has ${metadata.memoryUsedBytes} bytes`);
      insist(grownMb < 200, `the host grew by ${grownMb} MB`);
      return 'memory.grow gave -1 at 64 MiB';
    },
  },
  { row: 41, name: 'what a guest finds that broke out of V8', modes: ['process'], run: lookAround },
  refused(
    42,
    'relaxed SIMD',
    () =>
      plugin({
        rest: '(func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))',
      }),
    'LOAD_REJECTED',
    'feature relaxed-simd',
  ),
];

/** Row 41: the child as the operating system sees it, and what other code can do with its flags. */
async function lookAround(arena: Parameters<Attack['run']>[0]): Promise<string> {
  const before = childrenOf(process.pid);
  const manager = await arena.manager();
  await manager.load(assemble(guestWat()), { id: 'attacker' });
  const child = childrenOf(process.pid).find((pid) => !before.includes(pid));
  insist(child !== undefined, 'there is no child process');
  const read = (name: string): string => readFileSync(`/proc/${child}/${name}`, 'utf8');
  insist(read('environ') === '', 'it has an environment');
  insist(/^Max address space +\d/m.test(read('limits')), 'its address space has no limit');
  const flags = read('cmdline')
    .split('\0')
    .filter((word) => word.startsWith('--'));
  const attempts: Readonly<Record<string, string>> = {
    'read a file': 'require("fs").readFileSync("/etc/hostname")',
    'write a file': 'require("fs").writeFileSync("/tmp/x", "")',
    'start a process': 'require("child_process").execFileSync("/bin/true")',
    'start a thread': 'new (require("worker_threads").Worker)("0", { eval: true })',
    'open a connection': 'require("net").connect(1, "127.0.0.1").on("error", (e) => { throw e })',
    'evaluate text': 'eval("1")',
  };
  const [major = 0] = process.versions.node.split('.').map(Number);
  for (const [what, code] of Object.entries(attempts)) {
    // The permission for the network came with Node 25.
    if (what === 'open a connection' && major < 25) continue;
    let refusal = '';
    try {
      execFileSync(process.execPath, [...flags, '-e', code], { env: {}, stdio: 'pipe' });
    } catch (error) {
      refusal = String((error as { stderr?: Buffer }).stderr);
    }
    insist(/ERR_ACCESS_DENIED|EvalError/.test(refusal), `it can ${what}: ${refusal.slice(0, 300)}`);
  }
  return 'no environment, file, network, process, thread, eval';
}
