import { describe, expect, it, vi } from 'vitest';

import { onAbort } from './on-abort.js';

/** A signal that counts its listeners. */
function counted() {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  return { controller, signal, listeners: () => listeners };
}

describe('onAbort()', () => {
  it('adds one listener to a signal, however many listen, and takes it off with the last', () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    const ends = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
    expect(add).toHaveBeenCalledTimes(1);
    for (const end of ends) end();
    expect(remove).toHaveBeenCalledTimes(1);
    onAbort(signal, () => {})();
    expect(add).toHaveBeenCalledTimes(2);
  });

  it('tells all that listen, also where one ends another meanwhile', () => {
    const abort = new AbortController();
    const told: string[] = [];
    const ends = [
      onAbort(abort.signal, () => {
        told.push('first');
        ends[0]?.();
      }),
      onAbort(abort.signal, () => told.push('second')),
      onAbort(abort.signal, () => told.push('third')),
    ];
    ends[1]?.();
    abort.abort();
    expect(told).toEqual(['first', 'third']);
  });

  it('does nothing without a signal', () => {
    expect(() => onAbort(undefined, () => {})()).not.toThrow();
  });

  it('calls all who wait, in their order, with one listener on the signal', () => {
    const { controller, signal, listeners } = counted();
    const seen: number[] = [];
    for (let index = 0; index < 100; index += 1) onAbort(signal, () => seen.push(index));
    expect(listeners()).toBe(1);
    controller.abort();
    controller.abort();
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('does not call who has left, also while others are called', () => {
    const { controller, signal, listeners } = counted();
    const seen: string[] = [];
    const listener = (): void => void seen.push('same');
    const first = onAbort(signal, listener);
    onAbort(signal, () => last());
    onAbort(signal, listener);
    const last = onAbort(signal, () => seen.push('last'));
    first();
    first();
    controller.abort();
    expect(seen).toEqual(['same']);
    expect(listeners()).toBe(1);
  });

  it('does not call who comes too late, or has no signal', () => {
    const { controller, signal, listeners } = counted();
    controller.abort();
    onAbort(signal, () => expect.unreachable())();
    onAbort(undefined, () => expect.unreachable())();
    expect(listeners()).toBe(0);
  });
});
