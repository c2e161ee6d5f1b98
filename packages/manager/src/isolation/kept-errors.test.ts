import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { assemble, guestWat, type GuestParts, packed } from '@testbench/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const FOREVER = '(loop (br 0)) (unreachable)';
const RECURSION = '(func $deep (result i64) (i64.add (call $deep) (i64.const 1)))';
const STATE = `
  (import "env" "host_set_state" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "env" "host_get_state" (func $get (param i32 i32 i32 i32) (result i32)))`;
const LOG = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';
const EMIT = '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))';
const FAIL = '(import "env" "host_error" (func $fail (param i32 i32) (result i32)))';
const log = '(drop (call $log (i32.const 2) (i32.const 1024) (i32.const 1)))';

/** How a call fails: the plugin, and what the caller does while it runs. */
interface Failure {
  readonly code: string;
  readonly name: string;
  readonly parts: GuestParts;
  readonly limits?: PluginManagerOptions['limits'];
  /** Fires its signal at the first log record. */
  readonly cancels?: boolean;
}

const FAILURES: readonly Failure[] = [
  { code: 'CALL_TRAPPED', name: 'a trap', parts: { execute: '(unreachable)' } },
  {
    code: 'CALL_TRAPPED',
    name: 'abort',
    parts: {
      imports: '(import "env" "abort" (func $abort (param i32 i32 i32 i32)))',
      execute:
        '(call $abort (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1)) (unreachable)',
    },
  },
  {
    code: 'CALL_FUEL_EXHAUSTED',
    name: 'fuel',
    parts: { execute: FOREVER },
    limits: { maxFuel: 10_000 },
  },
  {
    code: 'CALL_DEADLINE_EXCEEDED',
    name: 'time',
    parts: { execute: FOREVER },
    limits: { timeoutMs: 500, maxFuel: Number.MAX_SAFE_INTEGER },
  },
  {
    code: 'CALL_STACK_EXHAUSTED',
    name: 'recursion',
    parts: { rest: RECURSION, execute: '(call $deep)' },
  },
  {
    code: 'CALL_MEMORY_EXHAUSTED',
    name: 'a growth that is refused',
    parts: { execute: '(drop (memory.grow (i32.const 60000))) (unreachable)' },
  },
  {
    code: 'CALL_MEMORY_EXHAUSTED',
    name: 'no room for the input',
    // The configuration has 2 bytes.
    parts: {
      alloc: '(select (i32.const 65536) (i32.const 0) (i32.eq (local.get $size) (i32.const 2)))',
    },
  },
  {
    code: 'CALL_PLUGIN_FAILED',
    name: 'an error code and its words',
    parts: {
      imports: FAIL,
      execute: '(drop (call $fail (i32.const 1024) (i32.const 30))) (i64.const -7)',
    },
  },
  { code: 'CALL_INVALID_INPUT', name: 'refusing the input', parts: { execute: '(i64.const -2)' } },
  {
    code: 'CALL_INVALID_OUTPUT',
    name: 'an output outside of its memory',
    parts: { execute: packed(0x7fff_fff0, 0x7fff_fff0) },
  },
  {
    code: 'CALL_INVALID_OUTPUT',
    name: 'an output that is no JSON',
    parts: { outputText: '{"data":' },
  },
  {
    code: 'CALL_INVALID_OUTPUT',
    name: 'an output that is no envelope',
    parts: { outputText: '{"date":1}' },
  },
  {
    code: 'CALL_OUTPUT_TOO_LARGE',
    name: 'a long output',
    parts: { outputText: `{"data":"${'x'.repeat(900)}"}` },
    limits: { maxOutputBytes: 500 },
  },
  {
    code: 'CALL_CANCELLED',
    name: 'a listener that cancels',
    parts: { imports: LOG, execute: `${log} ${FOREVER}` },
    cancels: true,
  },
  {
    code: 'CALL_CANCELLED',
    name: 'a listener that cancels a plugin that can wait',
    parts: { imports: `${LOG} ${EMIT}`, execute: `${log} ${FOREVER}` },
    cancels: true,
  },
  {
    code: 'CALL_START_FAILED',
    name: 'a fresh instance that does not start',
    parts: {
      imports: STATE,
      init: `(i32.ge_s
        (call $get (i32.const 1024) (i32.const 1) (i32.const 8192) (i32.const 1)) (i32.const 0))`,
      execute: `(drop (call $set (i32.const 1024) (i32.const 1) (i32.const 1024) (i32.const 1)))
        (unreachable)`,
    },
  },
];

const LOAD_FAILURES = [
  {
    code: 'LOAD_START_FAILED',
    name: 'a start function',
    parts: { imports: LOG, rest: `(start $s) (func $s ${log} (unreachable))` },
  },
  {
    code: 'LOAD_START_FAILED',
    name: '_initialize',
    parts: { rest: '(func (export "_initialize") (unreachable))' },
  },
  {
    code: 'LOAD_METADATA_FAILED',
    name: 'metadata that trap',
    parts: { metadata: '(unreachable)' },
  },
  { code: 'LOAD_INVALID_METADATA', name: 'metadata', parts: { metadataText: '{"name":1}' } },
  { code: 'LOAD_INIT_FAILED', name: 'plugin_init', parts: { init: '(i32.const 1)' } },
  { code: 'LOAD_INIT_TRAPPED', name: 'a trap in plugin_init', parts: { init: '(unreachable)' } },
];

/** Every instance that was created on this thread, its memory and its imports. */
let made: WeakRef<object>[] = [];
const { Instance } = WebAssembly;
const opened: PluginManager[] = [];

beforeEach(() => {
  made = [];
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports?]) {
      // An instance whose start function traps is never seen; its imports live equally long.
      for (const run of Object.values(args[1]?.['env'] ?? {}))
        made.push(new WeakRef(run as object));
      const instance = new target(...args);
      const { memory } = instance.exports;
      // The meter has its own instance, which serves all others.
      if (memory instanceof WebAssembly.Memory)
        made.push(new WeakRef(instance), new WeakRef(memory));
      return instance;
    },
  });
});

afterEach(async () => {
  WebAssembly.Instance = Instance;
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

async function alive(): Promise<number> {
  let left = made;
  for (let round = 0; round < 3 && left.length > 0; round += 1) {
    // The target of a dereferenced weak reference lives until the end of the turn.
    await nextTurn();
    collectGarbage();
    left = left.filter((one) => one.deref() !== undefined);
  }
  return left.length;
}

/** The error of the last of a few calls, after the plugin is completely gone. */
async function failedCall(
  { parts, limits, cancels = false }: Failure,
  isolation: 'inline' | 'thread' | 'process',
): Promise<unknown> {
  let abort = new AbortController();
  const manager = new PluginManager({
    isolation,
    ...(limits === undefined ? {} : { limits }),
    onLog: () => {
      if (cancels) abort.abort('why');
    },
  });
  opened.push(manager);
  await manager.load(assemble(guestWat(parts)));
  let kept: unknown;
  for (let call = 0; call < 2; call += 1) {
    abort = new AbortController();
    const { signal } = abort;
    try {
      await manager.execute('guest', { data: null }, cancels ? { signal } : {});
      throw new RangeError('It did not fail');
    } catch (error) {
      kept = error;
    }
  }
  await manager.unload('guest');
  return kept;
}

describe.each(['inline', 'thread', 'process'] as const)(
  'an error that is kept: %s',
  (isolation) => {
    it.each(FAILURES)('holds no instance after $name ($code)', async (failure) => {
      const error = await failedCall(failure, isolation);
      expect(await alive()).toBe(0);
      expect(made.length > 0).toBe(isolation === 'inline');
      expect(error).toMatchObject({ code: failure.code, name: 'CallError' });
      expect((error as Error).stack).toMatch(/^CallError: Cannot /);
    });

    it.each(LOAD_FAILURES)('holds no instance after $name ($code)', async ({ parts, code }) => {
      const manager = new PluginManager({ isolation });
      opened.push(manager);
      const load = async (): Promise<unknown> =>
        await manager.load(assemble(guestWat(parts))).catch((error: unknown) => error);
      const error = await load();
      expect(await alive()).toBe(0);
      expect(made.length > 0).toBe(isolation === 'inline');
      expect(error).toMatchObject({ code });
    });

    it('holds no instance after a batch', async () => {
      const manager = new PluginManager({ isolation });
      opened.push(manager);
      await manager.load(assemble(guestWat({ execute: '(unreachable)' })));
      const results = await manager.executeBatch(
        'guest',
        Array.from({ length: 5 }, () => ({ data: 1 })),
      );
      await manager.unload('guest');
      expect(await alive()).toBe(0);
      expect(results.map((result) => result.status)).toEqual(Array(5).fill('rejected'));
    });
  },
);
