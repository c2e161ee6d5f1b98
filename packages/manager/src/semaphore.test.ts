import { describe, expect, it } from 'vitest';

import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  it('lets in as many as it may, and then in the order of arrival', async () => {
    const semaphore = new Semaphore(2, 10);
    const order: string[] = [];
    expect(semaphore.tryEnter()).toBe(true);
    await semaphore.enter(undefined);
    expect(semaphore.tryEnter()).toBe(false);
    const first = semaphore.enter(undefined).then(() => order.push('first'));
    const second = semaphore.enter(undefined).then(() => order.push('second'));
    semaphore.leave();
    await first;
    expect(order).toEqual(['first']);
    semaphore.leave();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('gives every place back', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter(undefined);
    const waiting = semaphore.enter(undefined);
    semaphore.leave();
    await waiting;
    semaphore.leave();
    expect(semaphore.tryEnter()).toBe(true);
  });

  it('refuses one more than may wait', async () => {
    const semaphore = new Semaphore(1, 1);
    await semaphore.enter(undefined);
    const waiting = semaphore.enter(undefined);
    await expect(semaphore.enter(undefined)).rejects.toMatchObject({
      code: 'CALL_CONCURRENCY_EXCEEDED',
    });
    semaphore.leave();
    await waiting;
  });

  it('lets a cancelled one go and serves the next', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter(undefined);
    const controller = new AbortController();
    const cancelled = semaphore.enter(controller.signal);
    const next = semaphore.enter(undefined);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    semaphore.leave();
    await next;
  });

  it('refuses everybody who waits when it is closed', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter(undefined);
    const waiting = semaphore.enter(undefined);
    semaphore.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' });
  });
});
