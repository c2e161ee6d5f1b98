import { setImmediate as nextTurn } from 'node:timers/promises';

import { canSuspend } from '@testbench/runtime';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import type { StreamPart } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const EMIT = '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))';
const input = { data: null };

/** Emits `count` chunks of four bytes, each containing its number, then answers. */
const counting = (count: number): Uint8Array =>
  assemble(
    guestWat({
      imports: EMIT,
      execute: `(local $n i32)
        (loop $again
          (i32.store (i32.const 8192) (local.get $n))
          (drop (call $emit (i32.const 8192) (i32.const 4)))
          (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const ${count}))))
        ${packed(4096, 15)}`,
    }),
  );
/** Emits chunks forever, ignoring the result. */
const endless = (length: number): Uint8Array =>
  assemble(
    guestWat({
      imports: EMIT,
      execute: `(loop (drop (call $emit (i32.const 8192) (i32.const ${length}))) (br 0)) (unreachable)`,
    }),
  );

const told = (part: StreamPart | void): unknown => {
  if (part === undefined) return undefined;
  return part.type === 'chunk'
    ? new DataView(part.bytes.buffer, part.bytes.byteOffset).getInt32(0, true)
    : part.output.data;
};

const opened: PluginManager[] = [];
const open = async (
  isolation: 'inline' | 'thread' | 'process',
  module: Uint8Array,
): Promise<PluginManager> => {
  const manager = new PluginManager({
    isolation,
    limits: { timeoutMs: 20_000, maxFuel: Number.MAX_SAFE_INTEGER },
  });
  opened.push(manager);
  await manager.load(module);
  return manager;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

const streaming = canSuspend
  ? (['inline', 'thread', 'process'] as const)
  : (['thread', 'process'] as const);

describe.each(streaming)('executeStream(): %s', (isolation) => {
  it('gives several next() at once a part each, like a generator', async () => {
    const manager = await open(isolation, counting(5));
    const stream = manager.executeStream('guest', input);
    const parts = await Promise.all(Array.from({ length: 8 }, () => stream.next()));
    expect(parts.map(({ value }) => told(value))).toEqual([
      0,
      1,
      2,
      3,
      4,
      'fine',
      undefined,
      undefined,
    ]);
    expect(parts.map(({ done }) => done)).toEqual([...Array(6).fill(false), true, true]);
  });

  it('gives thousands of next() at once a part each', async () => {
    const manager = await open(isolation, counting(2000));
    const stream = manager.executeStream('guest', input);
    const parts = await Promise.all(Array.from({ length: 2001 }, () => stream.next()));
    expect(parts.map(({ value }) => told(value))).toEqual([
      ...Array.from({ length: 2000 }, (_, index) => index),
      'fine',
    ]);
  });

  it('mixes next() at once and one by one', async () => {
    const manager = await open(isolation, counting(6));
    const stream = manager.executeStream('guest', input);
    const first = await Promise.all([stream.next(), stream.next()]);
    const third = await stream.next();
    const rest: unknown[] = [];
    for await (const part of stream) rest.push(told(part));
    expect([...first, third].map(({ value }) => told(value))).toEqual([0, 1, 2]);
    expect(rest).toEqual([3, 4, 5, 'fine']);
  });

  it.each([0, 16])(
    'lets timers fire between chunks of %i bytes that are awaited',
    async (length) => {
      const manager = await open(isolation, endless(length));
      const stream = manager.executeStream('guest', input);
      let fired = false;
      setTimeout(() => (fired = true), 1);
      for await (const part of stream) {
        expect(part.type).toBe('chunk');
        if (fired) break;
      }
      expect(fired).toBe(true);
      await expect.poll(() => manager.info('guest')?.status).not.toBe('executing');
    },
  );

  it('gives no chunk after its signal has fired, and ends the call', async () => {
    const manager = await open(isolation, endless(4));
    const abort = new AbortController();
    const stream = manager.executeStream('guest', input, { signal: abort.signal });
    const reason = new Error('enough');
    let late = 0;
    const read = async (): Promise<void> => {
      let chunks = 0;
      for await (const part of stream) {
        if (abort.signal.aborted) late += 1;
        chunks += part.type === 'chunk' ? 1 : 0;
        if (chunks === 3) setImmediate(() => abort.abort(reason));
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'CALL_CANCELLED', cause: reason });
    expect(late).toBe(0);
    await expect.poll(() => manager.info('guest')?.status).not.toBe('executing');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('forgets what it holds when its signal fires while nobody reads', async () => {
    const manager = await open(isolation, endless(4));
    const abort = new AbortController();
    const stream = manager.executeStream('guest', input, { signal: abort.signal });
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('ends pending next() when the reader leaves', async () => {
    const manager = await open(
      isolation,
      assemble(guestWat({ imports: EMIT, execute: '(loop (br 0)) (unreachable)' })),
    );
    const stream = manager.executeStream('guest', input, { timeoutMs: 500 });
    const pending = [stream.next(), stream.next()];
    await stream.return();
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('lets the manager close while a stream is read', async () => {
    const manager = await open(isolation, endless(4));
    const stream = manager.executeStream('guest', input);
    const read = async (): Promise<void> => {
      for await (const part of stream) expect(part.type).toBe('chunk');
    };
    const reading = read();
    await stream.next();
    await nextTurn();
    await manager.close();
    await expect(reading).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' });
  });

  it('begins nothing where the reader leaves first', async () => {
    const manager = await open(isolation, counting(2));
    const stream = manager.executeStream('guest', input);
    await stream.return();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(manager.info('guest')?.executionCount).toBe(0);
  });
});

describe('executeStream() inline (needs an engine without JSPI)', () => {
  it.skipIf(canSuspend)('is refused for a plugin that emits chunks', async () => {
    const manager = await open('inline', endless(0));
    await expect(manager.executeStream('guest', input).next()).rejects.toMatchObject({
      code: 'CALL_UNSUPPORTED',
    });
  });

  it('gives the result of a plugin that emits none', async () => {
    const manager = await open('inline', assemble(guestWat()));
    const parts: unknown[] = [];
    for await (const part of manager.executeStream('guest', input)) parts.push(told(part));
    expect(parts).toEqual(['fine']);
  });
});
