import { describe, expect, it } from 'vitest';

import { Queue } from './queue.js';

describe('Queue', () => {
  it('gives back in the order of pushing, also when both are mixed', () => {
    const queue = new Queue<number>();
    const out: (number | undefined)[] = [];
    for (let index = 0; index < 1000; index += 1) {
      queue.push(index);
      if (index % 3 === 0) out.push(queue.shift());
    }
    expect(queue.size).toBe(1000 - out.length);
    while (queue.size > 0) out.push(queue.shift());
    expect(out).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(queue.shift()).toBeUndefined();
    expect(queue.size).toBe(0);
  });
});
