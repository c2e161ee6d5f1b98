import { guestWat, packed } from '@testbench/test-kit';
import type { HostBinding } from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

import { openGuest, quietHost } from './__fixtures__/guest.js';
import { canSuspend } from './suspension.js';

const input = { data: null };

/** Answers with the result of the host's function, one digit. */
const asking = guestWat({
  imports: '(import "env" "ask" (func $ask (param i32) (result i32)))',
  outputText: '{"data":0}',
  execute: `(i32.store8 (i32.const 4104) (i32.add (i32.const 48) (call $ask (local.get $len))))
    ${packed(4096, 10)}`,
});

function askable(ask: (...args: number[]) => number | Promise<number>): HostBinding {
  return {
    ...quietHost({ env: { ask } }),
    waiting: new Set(['ask']),
  };
}

describe.skipIf(!canSuspend)('a plugin that waits (needs JSPI: Node 24 or newer)', () => {
  it('is suspended while the host works, and others run meanwhile', async () => {
    let answer = (_value: number): void => {};
    const first = await openGuest(asking, {
      host: askable(
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      ),
    });
    const second = await openGuest(asking, { host: askable(() => 3) });
    expect(first.waits).toBe(true);
    const waiting = first.executeAsync(input);
    expect((await second.executeAsync(input)).data).toBe(3);
    answer(5);
    expect((await waiting).data).toBe(5);
    expect(first.poisoned).toBe(false);
  });

  it('may wait for a call of another that waits itself', async () => {
    const inner = await openGuest(asking, { host: askable(async () => 4) });
    const outer = await openGuest(asking, {
      host: askable(async () => Number((await inner.executeAsync(input)).data) + 1),
    });
    expect((await outer.executeAsync(input)).data).toBe(5);
  });

  it('fails when the host does, and takes no second call meanwhile', async () => {
    const instance = await openGuest(asking, {
      host: askable(async () => {
        throw new RangeError('gone');
      }),
    });
    const [failed, second] = await Promise.allSettled([
      instance.executeAsync(input),
      instance.executeAsync(input),
    ]);
    expect(failed).toMatchObject({ reason: { code: 'CALL_TRAPPED' } });
    expect(second).toMatchObject({ reason: { code: 'CALL_INSTANCE_BUSY' } });
  });

  it('is stopped after its wait when its time was over meanwhile', async () => {
    const spinning = asking.replace(
      '(i32.store8',
      '(loop (br_if 0 (call $ask (i32.const 0)))) (i32.store8',
    );
    const instance = await openGuest(spinning, { host: askable(async () => 1) });
    await expect(instance.executeAsync(input, { maxFuel: 10_000 })).rejects.toMatchObject({
      code: 'CALL_FUEL_EXHAUSTED',
    });
  });

  it('may wait in plugin_init, plugin_health and plugin_shutdown', async () => {
    let asked = 0;
    const wat = guestWat({
      imports: '(import "env" "ask" (func $ask (param i32) (result i32)))',
      init: '(call $ask (i32.const 0))',
      rest: '(func (export "plugin_health") (result i32) (call $ask (i32.const 1)))',
    });
    const instance = await openGuest(wat, {
      host: askable(async (what) => {
        asked += 1;
        return what === 0 ? 0 : 7;
      }),
    });
    await instance.initAsync({});
    expect(await instance.healthAsync()).toBe(7);
    expect(asked).toBe(2);
    await instance.shutdownAsync();
    await expect(instance.executeAsync(input)).rejects.toMatchObject({
      code: 'CALL_INSTANCE_SPENT',
    });
  });

  it('cannot be run by the methods that give no promise', async () => {
    const instance = await openGuest(asking, { host: askable(() => 1) });
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_MUST_WAIT' }),
    );
    expect((await instance.executeAsync(input)).data).toBe(1);
  });
});
