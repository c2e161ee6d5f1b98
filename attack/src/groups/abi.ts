import { createHostBinding } from '@testbench/host';
import { packed } from '@testbench/test-kit';
import { CallError } from '@testbench/types/errors';

import { LATE_MS } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { plugin, stopped } from './shorthand.ts';

const INVALID = 'CALL_INVALID_OUTPUT';
const ECHO =
  '(i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))';
const STATE = `(import "env" "host_set_state" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "env" "host_get_state" (func $get (param i32 i32 i32 i32) (result i32)))`;

/** Counts the calls of an allocator, so that it lies only after `plugin_init`. */
const CALLS = '(global $calls (mut i32) (i32.const 0))';
const later = (lie: string): string =>
  `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (select (i32.const 65536) ${lie} (i32.le_u (global.get $calls) (i32.const 1)))`;

/** A plugin that returns this text, or these bytes, for every input. */
const giving = (text: string): Parameters<typeof plugin>[0] => ({ outputText: text });
const nested = (depth: number): string => `{"data":${'['.repeat(depth)}${']'.repeat(depth)}}`;

/** `plugin_metadata` as usual, and bytes at 4096 that are not valid text. */
function bytesOf(bytes: readonly number[]): Parameters<typeof plugin>[0] {
  const escaped = bytes.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return {
    rest: `(data (i32.const 8192) "${escaped}")`,
    execute: packed(8192, bytes.length),
  };
}

/** A plugin that returns `count` times `{}` in a list. */
function manyObjects(count: number, room: number): Parameters<typeof plugin>[0] {
  const total = 10 + count * 3 - 1 + 2;
  return {
    memory: `(memory (export "memory") ${room})`,
    rest: '(data (i32.const 131072) "{\\"data\\":[")',
    execute: `(local $p i32) (local $end i32)
      (local.set $p (i32.const 131081))
      (local.set $end (i32.add (local.get $p) (i32.const ${count * 3})))
      (loop
        (i32.store8 (local.get $p) (i32.const 123))
        (i32.store8 offset=1 (local.get $p) (i32.const 125))
        (i32.store8 offset=2 (local.get $p) (i32.const 44))
        (br_if 0 (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 3))) (local.get $end))))
      (i32.store8 (i32.sub (local.get $p) (i32.const 1)) (i32.const 93))
      (i32.store8 (local.get $p) (i32.const 125))
      ${packed(131_072, total - 1)}`,
  };
}

/** Rows 43 to 56. */
export const abi: readonly Attack[] = [
  stopped(43, 'plugin_alloc gives -16', { alloc: later('(i32.const -16)'), rest: CALLS }, INVALID),
  stopped(43, 'an output at -16', { execute: '(i64.const -68719476720)' }, 'CALL_PLUGIN_FAILED'),
  stopped(
    44,
    'pointer and length overflow',
    { execute: packed(0x7fff_fff0, 0xffff_fff0) },
    INVALID,
  ),
  stopped(44, 'an output of 4 GiB', { execute: packed(8, 0xffff_ffff) }, INVALID),
  stopped(44, 'an output one byte too long', { execute: packed(131_071, 2) }, INVALID),
  stopped(
    45,
    'plugin_alloc gives 0',
    { alloc: later('(i32.const 0)'), rest: CALLS },
    'CALL_MEMORY_EXHAUSTED',
  ),
  stopped(
    45,
    'plugin_alloc gives the last byte',
    { alloc: later('(i32.const 131071)'), rest: CALLS },
    INVALID,
  ),
  {
    row: 45,
    name: 'plugin_alloc gives the same room twice',
    modes: ISOLATED,
    run: async (arena) => {
      const bytes = plugin({ alloc: '(i32.const 65536)', execute: ECHO });
      const { data } = await arena.call(bytes, { data: 'same' });
      insist(data === 'same', `it gave ${JSON.stringify(data)}`);
      return 'no two rooms are held at a time';
    },
  },
  {
    row: 46,
    name: 'plugin_alloc grows the memory',
    modes: ISOLATED,
    run: async (arena) => {
      const alloc = '(i32.shl (memory.grow (i32.const 1)) (i32.const 16))';
      const { data } = await arena.call(plugin({ alloc, execute: ECHO }), { data: 'arrived' });
      insist(data === 'arrived', `it read ${JSON.stringify(data)}`);
      return 'the view is made again';
    },
  },
  {
    row: 47,
    name: 'input, output, key and value in one place',
    modes: ISOLATED,
    run: async (arena) => {
      const bytes = plugin({
        imports: STATE,
        execute: `(drop (call $set (local.get $ptr) (i32.const 8) (local.get $ptr) (local.get $len)))
          (drop (call $get (local.get $ptr) (i32.const 8) (local.get $ptr) (local.get $len))) ${ECHO}`,
      });
      const { data } = await arena.call(bytes, { data: 'over' });
      insist(data === 'over', `it gave ${JSON.stringify(data)}`);
      return 'arguments are copied first';
    },
  },
  stopped(48, 'output that is not UTF-8', bytesOf([0x22, 0xff, 0x22]), INVALID),
  stopped(48, 'UTF-8 of a surrogate', bytesOf([0x22, 0xed, 0xa0, 0x80, 0x22]), INVALID),
  stopped(48, 'an escaped lone surrogate', giving(String.raw`{"data":"\ud800"}`), INVALID),
  stopped(49, '30 MB of {}', manyObjects(10_000_000, 600), 'CALL_OUTPUT_TOO_LARGE', {
    limits: { timeoutMs: 5000 },
  }),
  {
    row: 49,
    name: '1 MiB of {}',
    modes: ISOLATED,
    run: async (arena) => {
      const started = performance.now();
      const bytes = plugin(manyObjects(349_000, 30));
      const { data } = await arena.call(bytes, { limits: { timeoutMs: 5000 } });
      insist((data as unknown[]).length === 349_000, 'some are missing');
      insist(performance.now() - started < LATE_MS, 'it took too long');
      return `at the cap, in ${(performance.now() - started).toFixed(0)} ms`;
    },
  },
  stopped(50, '10,000 levels', giving(nested(10_000)), INVALID),
  stopped(50, '64 levels', giving(nested(64)), INVALID),
  {
    row: 51,
    name: 'keys __proto__ and constructor',
    modes: ISOLATED,
    run: async (arena) => {
      const text =
        '{"data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1}}';
      const { data } = await arena.call(plugin(giving(text)));
      insist(({} as Record<string, unknown>)['polluted'] === undefined, 'it reached the prototype');
      insist(Object.keys(data as object).includes('__proto__'), 'the key is gone');
      insist(Object.getPrototypeOf(data) === Object.prototype, 'it has a prototype of its own');
      return 'an own key like any other';
    },
  },
  {
    row: 52,
    name: 'a key that comes twice',
    modes: ISOLATED,
    run: async (arena) => {
      const text = '{"data":{"score":7,"score":0.5},"data":{"score":7},"data":{"score":0.25}}';
      const { data } = await arena.call(plugin(giving(text)));
      insist((data as { score: number }).score === 0.25, `it gave ${JSON.stringify(data)}`);
      return 'what is checked is what is used: the last';
    },
  },
  ...['1e400', '-1e400', '7', '-0.1', '"0.5"', 'null', '[0.5]'].map((score) =>
    stopped(
      53,
      `a score of ${score}`,
      {
        metadataText:
          '{"name":"guest","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0"}',
        outputText: `{"data":{"score":${score}}}`,
      },
      INVALID,
    ),
  ),
  stopped(53, 'NaN', giving('{"data":NaN}'), INVALID),
  stopped(
    53,
    'a metric of 1e400',
    giving('{"data":1,"metadata":{"metrics":{"m":1e400}}}'),
    INVALID,
  ),
  {
    row: 54,
    name: 'host function, host, the same plugin again',
    modes: ISOLATED,
    async run(arena) {
      const bytes = plugin({
        imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
        execute: `(drop (call $emit (i32.const 1024) (i32.const 1))) ${packed(4096, 15)}`,
      });
      const manager = await arena.manager({ limits: { timeoutMs: 5000 } });
      await manager.load(bytes, { id: 'attacker' });
      let depth = 0;
      const nest = async (): Promise<unknown> => {
        depth += 1;
        // One plugin never gets all threads: otherwise deeper calls would wait for themselves until their time is over.
        if (depth > 2) return 'enough';
        for await (const part of manager.executeStream('attacker', { data: null })) {
          if (part.type === 'chunk') await nest();
          else return part.output.data;
        }
        return 'no result';
      };
      insist((await nest()) === 'fine', 'a call was lost');
      return 'each call has an instance of its own';
    },
  },
  {
    row: 55,
    name: 'every host function after the call has ended',
    modes: ['host'],
    run() {
      const binding = createHostBinding({ pluginId: 'attacker', enableWasi: true });
      const memory = new Uint8Array(65_536);
      binding.attachMemory({ bytes: () => memory });
      binding.beginCall({});
      binding.endCall();
      let count = 0;
      for (const functions of Object.values(binding.imports)) {
        for (const [name, run] of Object.entries(functions)) {
          count += 1;
          let result: unknown;
          try {
            result = (run as (...args: unknown[]) => unknown)(8, 8, 8, 8);
          } catch (error) {
            insist((error as Error).name === 'GuestStop', `${name} threw ${String(error)}`);
            continue;
          }
          insist([-2, 0n, 28].includes(result as number), `${name} gave ${String(result)}`);
        }
      }
      insist(
        memory.every((byte) => byte === 0),
        'one of them wrote',
      );
      return `${count} functions refuse`;
    },
  },
  stopped(
    56,
    'plugin_free traps',
    {
      free: `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (if (i32.gt_u (global.get $calls) (i32.const 2)) (then (unreachable)))`,
      rest: CALLS,
    },
    'CALL_TRAPPED',
  ),
  {
    row: 56,
    name: 'plugin_free grows memory and writes over the output',
    modes: ISOLATED,
    async run(arena) {
      const free = `(drop (memory.grow (i32.const 1)))
        (memory.fill (i32.const 4096) (i32.const 0) (i32.const 15))`;
      try {
        await arena.call(plugin({ free }));
      } catch (error) {
        insist(error instanceof CallError && error.code === INVALID, String(error));
        return INVALID;
      }
      return 'the output was copied before';
    },
  },
];
