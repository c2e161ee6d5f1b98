import { describe, expect, it } from 'vitest';

import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  it('lets in as many as it may, and then in the order of arrival', async () => {
    const semaphore = new Semaphore(2, 10);
    const order: string[] = [];
    expect(semaphore.tryEnter('a')).toBe(true);
    await semaphore.enter('a');
    expect(semaphore.tryEnter('a')).toBe(false);
    const first = semaphore.enter('a').then(() => order.push('first'));
    const second = semaphore.enter('a').then(() => order.push('second'));
    semaphore.leave('a');
    await first;
    expect(order).toEqual(['first']);
    semaphore.leave('a');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('gives every place back', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    const waiting = semaphore.enter('a');
    semaphore.leave('a');
    await waiting;
    semaphore.leave('a');
    expect(semaphore.tryEnter('a')).toBe(true);
  });

  it('refuses one more than may wait', async () => {
    const semaphore = new Semaphore(1, 1);
    await semaphore.enter('a');
    const waiting = semaphore.enter('a');
    await expect(semaphore.enter('a')).rejects.toMatchObject({
      code: 'CALL_CONCURRENCY_EXCEEDED',
    });
    semaphore.leave('a');
    await waiting;
  });

  it('lets a cancelled one go and serves the next', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    const controller = new AbortController();
    const cancelled = semaphore.enter('a', { signal: controller.signal });
    const next = semaphore.enter('a');
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    semaphore.leave('a');
    await next;
  });

  it('refuses everybody who waits when it is closed', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    const waiting = semaphore.enter('a');
    semaphore.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' });
  });

  it('serves waiting keys in turn, however many of one there are', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    const order: string[] = [];
    const waiting = ['a', 'a', 'a', 'b'].map(async (key) => {
      await semaphore.enter(key);
      order.push(key);
      semaphore.leave(key);
    });
    semaphore.leave('a');
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'a', 'a']);
  });

  it('keeps places free of a key that holds as many as it may', async () => {
    const semaphore = new Semaphore(2, 10, 1);
    await semaphore.enter('slow');
    expect(semaphore.tryEnter('slow')).toBe(false);
    expect(semaphore.tryEnter('other')).toBe(true);
  });

  it('refuses whoever has waited too long', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    await expect(semaphore.enter('a', { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
    });
    expect(semaphore.waitingCount).toBe(0);
  });
});
