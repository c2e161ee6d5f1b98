import { describe, expect, it } from 'vitest';

import { collect } from '../__fixtures__/temporary-folder.js';
import { mapOrdered } from './map-ordered.js';

async function* count(to: number, onTake: (n: number) => void = () => {}): AsyncGenerator<number> {
  for (let n = 0; n < to; n += 1) {
    onTake(n);
    yield n;
  }
}

/** Promises that the test settles manually. */
function gates(): {
  wait: (n: number) => Promise<number>;
  open: (n: number) => void;
  waiting: Set<number>;
} {
  const resolvers = new Map<number, () => void>();
  const waiting = new Set<number>();
  return {
    waiting,
    wait: (n) => {
      waiting.add(n);
      return new Promise((resolve) => {
        resolvers.set(n, () => {
          waiting.delete(n);
          resolve(n);
        });
      });
    },
    open: (n) => resolvers.get(n)!(),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('mapOrdered()', () => {
  it.each([1, 3, 100])('keeps the order with %d in flight', async (concurrency) => {
    const delays = [3, 0, 2, 1, 0];
    const results = mapOrdered(count(5), concurrency, async (n) => {
      for (let turns = delays[n] ?? 0; turns > 0; turns -= 1) await turn();
      return n * 10;
    });
    expect(await collect(results)).toEqual([0, 10, 20, 30, 40]);
  });

  it('has no more in flight than allowed, and takes no more from the source', async () => {
    const { wait, open, waiting } = gates();
    let taken = 0;
    const results = mapOrdered(
      count(5, () => (taken += 1)),
      2,
      wait,
    );
    const first = results.next();
    await turn();
    expect([...waiting]).toEqual([0, 1]);
    expect(taken).toBe(2);
    open(1);
    await turn();
    expect(taken).toBe(2);
    open(0);
    expect((await first).value).toBe(0);
    const second = results.next();
    await turn();
    expect([...waiting]).toEqual([2]);
    open(2);
    expect((await second).value).toBe(1);
    await results.return(undefined);
  });

  it('gives the failure of the earliest item, after all in flight have ended', async () => {
    let ended = 0;
    const results = mapOrdered(count(9), 3, async (n) => {
      await turn();
      ended += 1;
      if (n > 0) throw new RangeError(`item ${n}`);
      return n;
    });
    expect((await results.next()).value).toBe(0);
    await expect(results.next()).rejects.toThrow('item 1');
    expect(ended).toBe(4);
  });

  it('passes on a failure of the source', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new RangeError('source');
    }
    await expect(collect(mapOrdered(broken(), 4, async (n) => n))).rejects.toThrow('source');
  });
});
