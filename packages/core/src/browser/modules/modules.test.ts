import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { setTimeout as setBrowserTimeout } from '../globals.js';
import { randomFillSync } from './node-crypto.js';
import { Readable } from './node-stream.js';
import { setImmediate as nextTurn } from './node-timers-promises.js';
import { isDeepStrictEqual as isEqual } from './node-util.js';

describe('stand-ins for modules of Node', () => {
  it('compare JSON as Node does', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    // Few letters, so that keys and values coincide.
    const small = fc.object({ key: fc.constantFrom('a', 'b'), values: [fc.constantFrom(1, 2)] });
    fc.assert(
      fc.property(fc.oneof(fc.tuple(json, json), fc.tuple(small, small)), ([left, right]) => {
        // JSON has only one zero.
        const [a, b] = [left, right].map((each) => JSON.parse(JSON.stringify(each)) as unknown);
        expect(isEqual(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(isEqual(a, structuredClone(a))).toBe(true);
      }),
    );
  });

  it('fill what is larger than a browser fills at once', () => {
    const bytes = new Uint8Array(200_000);
    randomFillSync(bytes);
    const ends = [0, 65_500, 131_000, 199_900].map((at) => bytes.subarray(at, at + 100));
    for (const part of ends) expect(part.some((byte) => byte !== 0)).toBe(true);
  });

  it('tell the source of a stream that it ends early', async () => {
    let cancelled = 0;
    async function* source(): AsyncGenerator<Uint8Array, void, void> {
      yield Uint8Array.of(1);
      yield Uint8Array.of(2);
    }
    const stream = new Readable(source(), () => (cancelled += 1));
    for await (const chunk of stream) {
      expect(chunk).toEqual(Uint8Array.of(1));
      stream.destroy();
    }
    expect(cancelled).toBe(1);
  });

  it('make timers that can be cleared, and turns in their order', async () => {
    let late = false;
    const timer = setBrowserTimeout(() => (late = true), 0) as NodeJS.Timeout;
    clearTimeout(timer);
    const order: number[] = [];
    await Promise.all([1, 2].map((turn) => nextTurn().then(() => order.push(turn))));
    expect([order, late]).toEqual([[1, 2], false]);
  });
});
