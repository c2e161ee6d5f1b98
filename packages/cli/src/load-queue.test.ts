import { describe, expect, it, vi } from 'vitest';

import { loadQueue } from './load-queue.js';

describe('loadQueue()', () => {
  it('gives the package of the queue', async () => {
    expect(await loadQueue()).toHaveProperty('connectQueue');
  });

  it('says what to install where it is missing', async () => {
    vi.doMock('@testbench/bench-queue', () => {
      const message = "Cannot find package '@testbench/bench-queue' imported from /project/x.js";
      throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    await expect(loadQueue()).rejects.toThrow(/needs the package @testbench\/bench-queue/);
    vi.doUnmock('@testbench/bench-queue');
  });
});
