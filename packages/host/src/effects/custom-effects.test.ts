import { PermissionSet } from '@testbench/sandbox';
import type {
  CustomHostFunction,
  EffectResult,
  HostEffects,
  LogRecord,
} from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

import { MAX_CUSTOM_CALLS_PER_CALL, MAX_CUSTOM_JSON_BYTES } from '../limits.js';
import { createHostEffects } from './create-host-effects.js';
import type { CustomFunctionServices } from './custom-effects.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function open(run: CustomHostFunction, services: Partial<CustomFunctionServices> = {}) {
  const logs: LogRecord[] = [];
  const effects = createHostEffects({
    permissions: new PermissionSet({ hostFunctions: true, allowedHostFunctions: ['mine.f'] }),
    hostFunctions: {
      functions: new Map([['mine.f', run]]),
      pluginId: () => 'guest',
      onLog: (record) => logs.push(record),
      ...services,
    },
  });
  const ask = (input: string, max = 100): EffectResult | Promise<EffectResult> =>
    effects.perform('mine.f', [utf8(input), max]);
  return { effects, logs, ask };
}

const begin = (effects: HostEffects, deadlineMs = Number.POSITIVE_INFINITY): void =>
  effects.beginCall({ deadlineMs });

describe('effects of functions of a host of its own', () => {
  it('do nothing outside of a call, and nothing for arguments of another kind', () => {
    let runs = 0;
    const { effects, ask } = open(() => (runs += 1));
    expect(ask('1')).toEqual({ code: -6 });
    begin(effects);
    expect(effects.perform('mine.f', [1, 2])).toEqual({ code: -2 });
    expect(effects.perform('mine.f', [])).toEqual({ code: -2 });
    expect(effects.perform('mine.g', [utf8('1'), 1])).toMatchObject({ code: -3 });
    expect(runs).toBe(0);
  });

  it('hold the caps of a call', () => {
    let runs = 0;
    const { effects, ask } = open((input) => (runs += typeof input === 'string' ? 1 : 0));
    begin(effects);
    expect(ask(`"${'x'.repeat(MAX_CUSTOM_JSON_BYTES)}"`)).toMatchObject({ code: -4 });
    expect(ask(`[${'0,'.repeat(70_000)}0]`)).toMatchObject({
      code: -4,
      problem: expect.stringContaining('65536 parts'),
    });
    effects.endCall();
    begin(effects);
    const long = `"${'x'.repeat(MAX_CUSTOM_JSON_BYTES - 2)}"`;
    const results = Array.from({ length: 17 }, () => (ask(long) as EffectResult).code);
    expect(results.filter((code) => code === -4)).toHaveLength(1);
    effects.endCall();
    begin(effects);
    const codes = Array.from(
      { length: MAX_CUSTOM_CALLS_PER_CALL + 2 },
      () => (ask('1') as EffectResult).code,
    );
    expect(codes.filter((code) => code === -4)).toHaveLength(2);
    effects.endCall();
    begin(effects);
    expect(ask('"x"')).toMatchObject({ code: 2 });
  });

  it('hold the cap of all answers of a call', () => {
    const answer = 'x'.repeat(MAX_CUSTOM_JSON_BYTES - 2);
    const { effects, ask } = open(() => answer);
    begin(effects);
    const codes = Array.from(
      { length: 66 },
      (_, index) => (ask(`${index}`, 0) as EffectResult).code,
    );
    expect(codes.filter((code) => code === -4)).toHaveLength(2);
  });

  it('log no more failures of a call than its quota', () => {
    const { effects, logs, ask } = open(() => {
      throw Object.create(null);
    });
    begin(effects);
    for (let index = 0; index < 1100; index += 1) expect(ask('1')).toEqual({ code: -5 });
    expect(logs).toHaveLength(1000);
    expect(logs[0]).toMatchObject({
      pluginId: 'guest',
      message: 'host function "mine.f" failed: it threw something that has no text',
    });
  });

  it('refuse a promise where the guest cannot wait, and give what comes at once', () => {
    const { effects, logs, ask } = open(
      (input) => (input === 1 ? 'now' : Promise.reject(new Error('later'))),
      { canWait: false },
    );
    begin(effects);
    expect(ask('1')).toMatchObject({ code: 5 });
    expect(ask('2')).toEqual({ code: -5 });
    expect(logs).toMatchObject([{ message: expect.stringContaining('cannot wait') }]);
  });

  it('end with the call, and tell the function by its signal', async () => {
    const signals: AbortSignal[] = [];
    const { effects, ask } = open((_input, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    begin(effects);
    const pending = ask('1');
    effects.endCall();
    expect(await pending).toEqual({ code: -6 });
    begin(effects, performance.now() + 1);
    expect(await ask('1')).toEqual({ code: -6 });
    expect(ask('1')).toEqual({ code: -6 });
    const controller = new AbortController();
    effects.endCall();
    effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY, signal: controller.signal });
    const cancelled = ask('1');
    controller.abort('enough');
    expect(await cancelled).toEqual({ code: -6 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(signals[1]?.reason).toMatchObject({ name: 'TimeoutError' });
    expect(signals[2]?.reason).toBe('enough');
  });

  it('keep nothing of an answer that comes too late', async () => {
    let resolve = (_value: unknown): void => {};
    const { effects, ask } = open(() => new Promise((done) => (resolve = done)));
    begin(effects);
    const late = ask('1', 0);
    effects.endCall();
    begin(effects);
    resolve('late');
    expect(await late).toEqual({ code: -6 });
    const next = ask('1', 0);
    resolve('in time');
    expect(await next).toMatchObject({ code: 9 });
  });
});
