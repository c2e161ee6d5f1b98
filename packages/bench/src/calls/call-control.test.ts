import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FakeClock } from './__fixtures__/fake-clock.js';
import { FakeServer } from './__fixtures__/fake-server.js';
import { CallControl, type CallControlOptions, type CallOutcome } from './call-control.js';

const setUp = (
  options: CallControlOptions,
): { readonly clock: FakeClock; readonly control: CallControl } => {
  const clock = new FakeClock();
  return { clock, control: new CallControl({ clock, ...options }) };
};

const failure = (more: object): Error => Object.assign(new Error('no'), more);

/** Fails with these errors, one per attempt, then answers. */
const failing =
  (errors: readonly object[], attempts: number[] = []) =>
  async (attempt: number): Promise<string> => {
    attempts.push(attempt);
    const error = errors[attempt - 1];
    if (error !== undefined) throw failure(error);
    return 'fine';
  };

describe('CallControl', () => {
  it('has exactly as many calls in flight as it is told', async () => {
    const { clock, control } = setUp({ concurrency: 64 });
    const server = new FakeServer(clock, { latencyMs: 100 });
    const runs = Array.from({ length: 640 }, () => control.run(server.call));
    await clock.advance(0);
    for (let round = 0; round < 10; round += 1) {
      expect(server.inFlight).toBe(64);
      expect(control.state).toMatchObject({ inFlight: 64, waiting: 640 - 64 * (round + 1) });
      await clock.advance(100);
    }
    expect((await Promise.all(runs)).every(({ ok }) => ok)).toBe(true);
    expect(server.peak).toBe(64);
    expect(control.state).toMatchObject({ inFlight: 0, waiting: 0, attempts: 640 });
    expect(clock.pending).toBe(0);
  });

  it('begins with 20 and adds a fifth each round until something goes wrong', async () => {
    const { clock, control } = setUp({ maxConcurrency: 30 });
    const server = new FakeServer(clock, { latencyMs: 100 });
    const runs = Array.from({ length: 1000 }, () => control.run(server.call));
    await clock.advance(0);
    expect(server.inFlight).toBe(20);
    await clock.advance(100);
    expect(server.inFlight).toBe(24);
    await clock.advance(200);
    expect(server.inFlight).toBe(30);
    await clock.until(Promise.all(runs));
    expect(server.peak).toBe(30);
  });

  it('does not grow while its places are not used', async () => {
    const { clock, control } = setUp({});
    for (let round = 0; round < 100; round += 1) await clock.until(control.run(failing([])));
    expect(control.state.limit).toBe(20);
  });

  it.each([
    { places: 1, latencyMs: 200 },
    { places: 5, latencyMs: 1000 },
    { places: 30, latencyMs: 100 },
    { places: 30, latencyMs: 1000 },
    { places: 30, latencyMs: 1000, retryAfterMs: 1000 },
    { places: 30, latencyMs: 5000, retryAfterMs: 2000 },
    { places: 100, latencyMs: 1000 },
  ])('uses four fifths of a server of %o, and is rarely refused', async (setting) => {
    const { clock, control } = setUp({});
    const server = new FakeServer(clock, { ...setting, spread: 0.5 });
    const count = Math.min(20_000, (setting.places * 600_000) / setting.latencyMs);
    const runs = Array.from({ length: count }, () => control.run(server.call));
    const outcomes = await clock.until(Promise.all(runs));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(outcomes.reduce((sum, { timing }) => sum + timing.refusals, 0)).toBe(server.refused);
    const idealMs = (count * setting.latencyMs) / setting.places;
    expect(idealMs / clock.now()).toBeGreaterThan(0.8);
    expect(server.refused / (server.refused + count)).toBeLessThan(0.05);
  });

  it('does not ask a server on and on that has had enough for this minute', async () => {
    const { clock, control } = setUp({});
    const server = new FakeServer(clock, { latencyMs: 100, spread: 0.5, perMinute: 300 });
    const runs = Array.from({ length: 1500 }, () => control.run(server.call));
    const outcomes = await clock.until(Promise.all(runs));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    // Five windows: at least four minutes.
    expect(clock.now()).toBeLessThan(5.5 * 60_000);
    expect(server.refused).toBeLessThan(4 * 25);
  });

  it('loses no call to 5 % refusals and 2 % failures', async () => {
    const { clock, control } = setUp({ seed: 3 });
    const server = new FakeServer(clock, {
      latencyMs: 100,
      spread: 0.5,
      refusedShare: 0.05,
      failedShare: 0.02,
    });
    const runs = Array.from({ length: 3000 }, () => control.run(server.call));
    const outcomes = await clock.until(Promise.all(runs));
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(server.refused).toBeGreaterThan(100);
    expect(server.failed).toBeGreaterThan(30);
    // It settles and does not starve.
    expect(control.state.limit).toBeGreaterThan(3);
  });

  it('never retries sooner than the server asks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300_000 }),
        fc.nat(),
        fc.constantFrom(429, 503, undefined),
        async (retryAfterMs, seed, status) => {
          const { clock, control } = setUp({ seed });
          const at: number[] = [];
          const run = control.run(async (attempt) => {
            at.push(clock.now());
            if (attempt === 1) throw failure({ retryable: true, retryAfterMs, status });
          });
          await clock.until(run);
          expect(at).toHaveLength(2);
          expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(retryAfterMs);
          expect(at[1]! - at[0]!).toBeLessThanOrEqual(retryAfterMs * 1.1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('waits twice as long each time, differently by seed and alike for the same seed', async () => {
    const waits = async (seed: number): Promise<number[]> => {
      const { clock, control } = setUp({ seed, retries: 8 });
      const waited: number[] = [];
      const errors = Array.from({ length: 8 }, () => ({ status: 500 }));
      const onRetry = ({ waitMs }: { readonly waitMs: number }): void => void waited.push(waitMs);
      await clock.until(control.run(failing(errors), { onRetry }));
      return waited;
    };
    const once = await waits(1);
    for (const [index, waitMs] of once.entries()) {
      const longest = Math.min(60_000, 1000 * 2 ** index);
      expect(waitMs).toBeGreaterThanOrEqual(longest / 2);
      expect(waitMs).toBeLessThanOrEqual(longest);
    }
    expect(await waits(1)).toEqual(once);
    expect(await waits(2)).not.toEqual(once);
  });

  it.each([
    { error: { status: 500 }, attempts: 3 },
    { error: { pluginDetails: { status: 500 } }, attempts: 3 },
    { error: { pluginDetails: { status: 429 }, retryAfterMs: 60_000 }, attempts: 10 },
    { error: { pluginDetails: { status: 400 } }, attempts: 1 },
    { error: { retryable: true }, attempts: 3 },
    { error: { status: 400 }, attempts: 1 },
    { error: { status: 503, retryable: false }, attempts: 1 },
    { error: { status: 429, retryable: false }, attempts: 1 },
    { error: {}, attempts: 1 },
    { error: { status: '500', retryable: 'yes', retryAfterMs: Number.NaN }, attempts: 1 },
    { error: { status: 500, retryAfterMs: 700_000 }, attempts: 1 },
    { error: { status: 429, retryAfterMs: 700_000 }, attempts: 1 },
    // Refusals do not count as retries: some 10 minutes at a minute each.
    { error: { status: 429, retryAfterMs: 60_000 }, attempts: 10 },
  ])('makes $attempts attempts at $error', async ({ error, attempts }) => {
    const { clock, control } = setUp({ retries: 2 });
    const made: number[] = [];
    const errors = Array.from({ length: 30 }, () => error);
    const outcome = await clock.until(control.run(failing(errors, made)));
    expect(outcome).toMatchObject({ ok: false, error, timing: { attempts } });
    expect(made).toEqual(Array.from({ length: attempts }, (_, index) => index + 1));
  });

  it('ends an attempt whose time is over, and makes another', async () => {
    const { clock, control } = setUp({ timeoutMs: 1000, concurrency: 1 });
    const reasons: unknown[] = [];
    const run = control.run(async (attempt, signal) => {
      if (attempt === 2) return 'fine';
      return await new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(new Error('aborted'));
        });
      });
    });
    const outcome = await clock.until(run);
    expect(outcome).toMatchObject({ ok: true, value: 'fine', timing: { attempts: 2 } });
    expect(reasons).toMatchObject([{ code: 'CALL_DEADLINE_EXCEEDED' }]);
    expect(outcome.timing.totalMs).toBe(1000 + outcome.timing.queueMs);
  });

  it('gives up an attempt that does not heed its signal', async () => {
    const { clock, control } = setUp({ timeoutMs: 1000, retries: 0, concurrency: 1 });
    const outcome = await clock.until(control.run(() => new Promise(() => {})));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'CALL_DEADLINE_EXCEEDED' } });
    expect(clock.now()).toBe(1400);
    expect(await clock.until(control.run(failing([])))).toMatchObject({ ok: true });
  });

  it('keeps an answer that comes while it is being stopped', async () => {
    const { clock, control } = setUp({ timeoutMs: 1000 });
    const run = control.run(
      () => new Promise<string>((resolve) => void clock.after(1300, () => resolve('late'))),
    );
    expect(await clock.until(run)).toMatchObject({ ok: true, value: 'late' });
  });

  it.each([
    { inMs: 1000, what: 'lets a call end that is nearly done', end: { ok: true }, atMs: 1000 },
    {
      inMs: 100_000,
      what: 'stops one that heeds its signal',
      end: { ok: false, error: { code: 'BENCH_CANCELLED' } },
      atMs: 1500,
    },
  ])('$what when it is cancelled', async ({ inMs, end, atMs }) => {
    const { clock, control } = setUp({ concurrency: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const call = (_attempt: number, attemptSignal: AbortSignal): Promise<string> =>
      new Promise<string>((resolve, reject) => {
        clock.after(inMs, () => resolve('fine'));
        attemptSignal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const running = control.run(call, { signal });
    const waiting = control.run(call, { signal });
    await clock.advance(0);
    controller.abort();
    const startedAt = clock.now();
    expect(await clock.until(waiting)).toMatchObject({
      ok: false,
      error: { code: 'BENCH_CANCELLED' },
      timing: { attempts: 0 },
    });
    expect(clock.now() - startedAt).toBe(0);
    expect(await clock.until(running)).toMatchObject(end);
    expect(clock.now() - startedAt).toBe(atMs);
  });

  it('is cancelled within 2 s whatever a call does', async () => {
    const { clock, control } = setUp({ concurrency: 3 });
    const controller = new AbortController();
    const { signal } = controller;
    const stubborn = control.run(() => new Promise(() => {}), { signal });
    const retrying = control.run(failing([{ status: 503, retryAfterMs: 60_000 }]), { signal });
    await clock.advance(500);
    expect(control.state).toMatchObject({ inFlight: 1, retrying: 1 });
    controller.abort();
    const outcomes = await clock.until(Promise.all([stubborn, retrying]));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ ok: false, error: { code: 'BENCH_CANCELLED' } });
    }
    expect(clock.now()).toBeLessThanOrEqual(500 + 2000);
    expect(control.state).toMatchObject({ inFlight: 0, retrying: 0, waiting: 0 });
    expect(clock.pending).toBe(0);
  });

  it('does not begin for a signal that has fired', async () => {
    const { control } = setUp({});
    const made: number[] = [];
    const outcome = await control.run(failing([], made), { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'BENCH_CANCELLED' } });
    expect(made).toEqual([]);
  });

  it('keeps to requests a minute, in every minute', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), async (requestsPerMinute) => {
        const { clock, control } = setUp({ requestsPerMinute, concurrency: 500 });
        const at: number[] = [];
        const count = Math.min(2000, requestsPerMinute * 3);
        const call = async (): Promise<void> => void at.push(clock.now());
        await clock.until(Promise.all(Array.from({ length: count }, () => control.run(call))));
        const spans = at.slice(requestsPerMinute).map((later, index) => later - at[index]!);
        expect(Math.min(...spans)).toBeGreaterThan(60_000 - 0.01);
        // And the rate is used up.
        expect(at.at(-1)).toBeLessThan((count / requestsPerMinute) * 60_000 * 1.02);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps to tokens a minute, by what was used', async () => {
    const { clock, control } = setUp({ tokensPerMinute: 60_000, concurrency: 10 });
    const runs = Array.from({ length: 60 }, () =>
      control.run(async () => 1000, { tokens: 5000, usedTokens: (used) => used }),
    );
    await clock.until(Promise.all(runs));
    // 60 times 1,000 tokens, although 300,000 were expected.
    expect(clock.now()).toBeGreaterThan(50_000);
    expect(clock.now()).toBeLessThan(65_000);
  });

  it('asks before each attempt, and ends with what that says', async () => {
    const { clock, control } = setUp({});
    const asked: number[] = [];
    const ends: unknown[] = [];
    const beforeAttempt = async (attempt: number): Promise<(end: unknown) => void> => {
      asked.push(attempt);
      if (attempt === 2) throw failure({ code: 'SPENT', retryable: true });
      return (end) => void ends.push(end);
    };
    const made: number[] = [];
    const run = control.run(failing([{ status: 500 }], made), { beforeAttempt });
    expect(await clock.until(run)).toMatchObject({ ok: false, error: { code: 'SPENT' } });
    expect([asked, made]).toEqual([[1, 2], [1]]);
    expect(ends).toMatchObject([{ ok: false, error: { status: 500 } }]);
  });

  it('gives every place back, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            errors: fc.array(
              fc.constantFrom({ status: 429 }, { status: 500 }, { status: 400 }, {}),
              { maxLength: 3 },
            ),
            abortAtMs: fc.option(fc.integer({ min: 0, max: 5000 })),
            latencyMs: fc.integer({ min: 0, max: 2000 }),
          }),
          { maxLength: 40 },
        ),
        fc.option(fc.integer({ min: 1, max: 5 })),
        async (calls, concurrency) => {
          const { clock, control } = setUp({
            timeoutMs: 1500,
            ...(concurrency === null ? { maxConcurrency: 3 } : { concurrency }),
          });
          let inFlight = 0;
          const most = concurrency ?? 3;
          const runs = calls.map(async ({ errors, abortAtMs, latencyMs }) => {
            const controller = new AbortController();
            if (abortAtMs !== null) clock.after(abortAtMs, () => controller.abort());
            const answer = failing(errors);
            const call = async (attempt: number, signal: AbortSignal): Promise<string> => {
              inFlight += 1;
              expect(inFlight).toBeLessThanOrEqual(most);
              await new Promise<void>((resolve) => {
                clock.after(latencyMs, resolve);
                signal.addEventListener('abort', () => resolve());
              });
              inFlight -= 1;
              return await answer(attempt);
            };
            return await control.run(call, { signal: controller.signal });
          });
          const outcomes: CallOutcome<string>[] = await clock.until(Promise.all(runs));
          expect(outcomes).toHaveLength(calls.length);
          expect(control.state).toMatchObject({ inFlight: 0, waiting: 0, retrying: 0 });
          for (const { timing } of outcomes) {
            expect(timing.queueMs).toBeGreaterThanOrEqual(0);
            expect(timing.queueMs + timing.durationMs).toBeLessThanOrEqual(timing.totalMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    { options: { concurrency: 0 }, code: 'CONFIG_INVALID' },
    { options: { maxConcurrency: 1.5 }, code: 'CONFIG_INVALID' },
    { options: { requestsPerMinute: '5' }, code: 'CONFIG_INVALID' },
    { options: { concurency: 5 }, code: 'CONFIG_UNKNOWN_KEY' },
  ])('refuses $options', ({ options, code }) => {
    expect(() => new CallControl(options as CallControlOptions)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
