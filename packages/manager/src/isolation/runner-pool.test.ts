import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { remoteGuest } from './__fixtures__/remote-guest.js';
import { RunnerPool } from './runner-pool.js';

const IDLE_MS = 1000;
const guest = remoteGuest();

function open() {
  let ended = 0;
  const pool = new RunnerPool({
    start: () => ({
      send: () => {},
      requestStop: () => {},
      setBusy: () => {},
      kill: () => void (ended += 1),
    }),
    maxRunners: 4,
    maxPerPlugin: 4,
    maxWaiting: 10,
    idleMs: IDLE_MS,
    oneVersion: false,
  });
  const use = async (during: () => Promise<void> = async () => {}): Promise<void> =>
    await pool.use('guest', guest, {}, during);
  return { pool, use, ended: () => ended };
}

describe('RunnerPool', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps a runner that is used again and again, though it is idle when the pool looks', async () => {
    const { pool, use, ended } = open();
    for (let turn = 0; turn < 50; turn += 1) {
      await use();
      await vi.advanceTimersByTimeAsync(IDLE_MS / 10);
    }
    expect(ended()).toBe(0);
    expect(pool.size).toBe(1);
    pool.close();
  });

  it('ends runners that nobody has used for a while, and keeps the others', async () => {
    const { pool, use, ended } = open();
    await use(async () => await use());
    expect(pool.size).toBe(2);
    for (let turn = 0; turn < 25; turn += 1) {
      await vi.advanceTimersByTimeAsync(IDLE_MS / 10);
      await use();
    }
    expect([ended(), pool.size]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(2 * IDLE_MS);
    expect([ended(), pool.size]).toEqual([2, 0]);
    pool.close();
  });
});
