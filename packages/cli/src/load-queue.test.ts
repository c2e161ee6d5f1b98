import { describe, expect, it } from 'vitest';

import { loadQueue } from './load-queue.js';

const notFound = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /project/x.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });

describe('loadQueue()', () => {
  it('says what to install where the package is missing', async () => {
    await expect(
      loadQueue(() => Promise.reject(notFound('@testbench/bench-queue'))),
    ).rejects.toThrow('npm install @testbench/bench-queue');
  });

  it('does not hide what is wrong inside of the package', async () => {
    const inner = notFound('ioredis');
    await expect(loadQueue(() => Promise.reject(inner))).rejects.toBe(inner);
  });
});
