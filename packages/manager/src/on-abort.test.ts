import { describe, expect, it, vi } from 'vitest';

import { onAbort } from './on-abort.js';

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
});
