import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { assemble, guestWat, packed } from '@testbench/test-kit';
import { CALL_ERROR_CODES, LOAD_ERROR_CODES, PluginError } from '@testbench/types/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const MEMORY_BYTES = 2 * 65_536;

/** Answers with its version; loops, traps or emits for some lengths of the input. */
const version = (digit: number): Uint8Array =>
  assemble(
    guestWat({
      imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
      outputText: `{"data":${digit}}`,
      execute: `
        (if (i32.eq (local.get $len) (i32.const 41)) (then (loop (br 0))))
        (if (i32.eq (local.get $len) (i32.const 42)) (then (unreachable)))
        (drop (call $emit (i32.const 4096) (i32.const 4)))
        ${packed(4096, 10)}`,
    }),
  );
const VERSIONS = [version(0), version(1), version(2)] as const;
const BROKEN = assemble(guestWat({ init: '(i32.const 5)' }));

/** Lengths 36 (answers), 41 (loops) and 42 (traps). */
const INPUTS = [1, 100_000, 1_000_000, 1, 1].map((digits) => ({ data: digits }));

type Step =
  | { readonly do: 'load' | 'unload' | 'rollback' | 'reload-broken'; readonly plugin: number }
  | { readonly do: 'reload'; readonly plugin: number; readonly version: number }
  | {
      readonly do: 'call' | 'batch' | 'stream';
      readonly plugin: number;
      readonly input: number;
      /** Turns of the event loop until it is aborted; -1 for never. */
      readonly abortAfter: number;
      readonly timeoutMs: number;
    };

const plugin = fc.nat({ max: 2 });
const stepOf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('load', 'unload', 'rollback', 'reload-broken'), plugin }),
  fc.record({ do: fc.constant('reload'), plugin, version: fc.nat({ max: 2 }) }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('call', 'batch', 'stream'),
      plugin,
      input: fc.nat({ max: INPUTS.length - 1 }),
      abortAfter: fc.constantFrom(-1, -1, 0, 1, 5),
      timeoutMs: fc.constantFrom(1, 20, 20, 40),
    }),
  },
);

async function abortLater(controller: AbortController, turns: number): Promise<void> {
  for (let passed = 0; passed < turns; passed += 1) await turn();
  controller.abort();
}

/** Takes one step, and returns its outcome. */
async function take(manager: PluginManager, step: Step): Promise<unknown> {
  const id = `p${step.plugin}`;
  switch (step.do) {
    case 'load':
      return (await manager.load(VERSIONS[0], { id })).id;
    case 'unload':
      return await manager.unload(id);
    case 'rollback':
      return (await manager.rollback(id)).id;
    case 'reload':
      return (await manager.reload(id, VERSIONS[step.version]!, { drainTimeoutMs: 20 })).id;
    case 'reload-broken':
      return (await manager.reload(id, BROKEN)).id;
    default:
  }
  const controller = new AbortController();
  const { abortAfter, timeoutMs } = step;
  if (abortAfter >= 0) void abortLater(controller, abortAfter);
  const options = { signal: controller.signal, timeoutMs };
  const input = INPUTS[step.input]!;
  if (step.do === 'call') return (await manager.execute(id, input, options)).data;
  if (step.do === 'batch') {
    return await manager.executeBatch(id, [input, INPUTS[0]!, INPUTS[3]!], options);
  }
  let data: unknown;
  for await (const part of manager.executeStream(id, input, options)) {
    if (part.type === 'result') ({ data } = part.output);
    else if (step.input === 4) break;
  }
  return data;
}

/** True for an error that the step may fail with. */
function isKnown(step: Step, error: unknown): boolean {
  const isCall = ['call', 'batch', 'stream'].includes(step.do);
  const codes: readonly string[] = isCall ? CALL_ERROR_CODES : LOAD_ERROR_CODES;
  // A runner that crashed would be a bug of ours: nothing here kills one.
  return PluginError.is(error) && codes.includes(error.code) && !error.code.endsWith('_CRASHED');
}

/** Nine calls of every plugin, more than may run at a time: shows that all places were released and the plugins work. */
async function askAll(manager: PluginManager): Promise<unknown[]> {
  const ids = manager.list().map(({ id }) => id);
  const calls = ids.flatMap((id) =>
    Array.from({ length: 9 }, () => manager.execute(id, INPUTS[0]!, { timeoutMs: 10_000 })),
  );
  return (await Promise.all(calls)).map(({ data }) => data);
}

/** Children of this process that its own threads have not started; 0 where that is unknown. */
function children(): number {
  if (process.platform !== 'linux') return 0;
  const path = `/proc/${process.pid}/task/${process.pid}/children`;
  return readFileSync(path, 'utf8').split(' ').filter(Boolean).length;
}

describe.each([
  { isolation: 'inline', runs: 60 },
  { isolation: 'thread', runs: 15 },
  { isolation: 'process', runs: 3 },
] as const)('isolation: $isolation', ({ isolation, runs }) => {
  it('settles everything, in whatever order loads, reloads, calls and aborts come', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(stepOf, fc.nat({ max: 3 })), { minLength: 8, maxLength: 40 }),
        fc.boolean(),
        async (steps, closeEarly) => {
          const manager = new PluginManager({
            isolation,
            maxThreads: 2,
            maxProcessesPerPlugin: 1,
            maxConcurrentExecutions: 8,
            limits: { timeoutMs: 5000, maxFuel: 2 ** 40, maxMemoryBytes: MEMORY_BYTES },
          });
          let started = 0;
          let ended = 0;
          manager.events.on('call-start', () => (started += 1));
          manager.events.on('call-end', () => (ended += 1));
          for (const id of ['p0', 'p1', 'p2']) await manager.load(VERSIONS[0], { id });
          const running: Promise<unknown>[] = [];
          for (const [step, turns] of steps) {
            const taken = take(manager, step);
            // Handled at once; checked below.
            taken.catch(() => {});
            running.push(taken);
            for (let passed = 0; passed < turns; passed += 1) await turn();
          }
          if (closeEarly) await manager.close();
          const settled = await Promise.allSettled(running);
          const wrong = settled.flatMap((result, index) => {
            const [step] = steps[index]!;
            const isFine = result.status === 'fulfilled' || isKnown(step, result.reason);
            return isFine ? [] : [`${JSON.stringify(step)}: ${result.reason}`];
          });
          expect(wrong).toEqual([]);
          // Leaving a stream ends its call soon, but does not wait for that.
          await expect.poll(() => ended, { interval: 1 }).toBe(started);
          expect(manager.list().filter(({ status }) => status === 'executing')).toEqual([]);
          expect(
            (await askAll(manager)).filter((data) => ![0, 1, 2].includes(data as number)),
          ).toEqual([]);
          await manager.close();
          expect(manager.pluginCount).toBe(0);
        },
      ),
      { numRuns: runs, seed: 4, endOnFailure: true },
    );
    // An unhandled rejection is reported once the current turn is over.
    await turn();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    await expect.poll(children).toBe(0);
  }, 120_000);
});
