import fc from 'fast-check';
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

  it('rejects waiters that have waited too long', async () => {
    const semaphore = new Semaphore(1, 10);
    await semaphore.enter('a');
    await expect(semaphore.enter('a', { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
      retryable: true,
    });
    expect(semaphore.waitingCount).toBe(0);
  });
});

describe('Semaphore, in any order of events', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const), key }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), key }) },
    fc.record({ do: fc.constant('abort' as const), key }),
  );

  it('never lets in too many, keeps the order of each key, and settles everybody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (events, maxRunning, perKey) => {
          const semaphore = new Semaphore(maxRunning, 100, Math.min(perKey, maxRunning));
          const inside: string[] = [];
          const waiting = new Map<string, { number: number; controller: AbortController }[]>();
          const entered = new Map<string, number>();
          const pending: Promise<void>[] = [];
          let overtaken = false;
          const enter = async (name: string, number: number): Promise<void> => {
            const mine = { number, controller: new AbortController() };
            waiting.set(name, [...(waiting.get(name) ?? []), mine]);
            const { signal } = mine.controller;
            const outcome = await semaphore.enter(name, { signal }).then(
              () => 'entered',
              (error: unknown) => (error as { code: string }).code,
            );
            expect(outcome).toBe(signal.aborted ? 'CALL_CANCELLED' : 'entered');
            if (outcome === 'entered') {
              if ((entered.get(name) ?? -1) > number) overtaken = true;
              entered.set(name, number);
              inside.push(name);
            }
            waiting.set(
              name,
              (waiting.get(name) ?? []).filter((each) => each !== mine),
            );
          };
          const leave = (name: string): void => {
            const at = inside.indexOf(name);
            if (at < 0) return;
            inside.splice(at, 1);
            semaphore.leave(name);
          };
          for (const [number, step] of events.entries()) {
            if (step.do === 'enter') pending.push(enter(step.key, number));
            else if (step.do === 'leave') leave(step.key);
            else waiting.get(step.key)?.at(-1)?.controller.abort();
            await new Promise((resolve) => setImmediate(resolve));
            expect(inside.length).toBeLessThanOrEqual(maxRunning);
            for (const name of ['a', 'b', 'c']) {
              const held = inside.filter((each) => each === name).length;
              expect(held).toBeLessThanOrEqual(perKey);
            }
            // No call waits while there is a place for it.
            const stuck = [...waiting].some(
              ([name, list]) =>
                list.length > 0 &&
                inside.length < maxRunning &&
                inside.filter((each) => each === name).length < Math.min(perKey, maxRunning),
            );
            expect(stuck).toBe(false);
          }
          while (inside.length > 0) {
            leave(inside[0]!);
            await new Promise((resolve) => setImmediate(resolve));
          }
          await Promise.all(pending);
          expect(overtaken).toBe(false);
          expect(semaphore.waitingCount).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
