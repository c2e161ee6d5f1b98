import { describe, expect, it } from 'vitest';

import { MAX_RETRY_AFTER_MS } from '../limits.js';
import { CallError } from './call-error.js';

const said = (pluginDetails: unknown): unknown[] => {
  const error = new CallError('CALL_PLUGIN_FAILED', 'm', { pluginDetails });
  return [error.retryable, error.retryAfterMs];
};

describe('CallError.retryable', () => {
  it.each([
    { details: { retryable: true }, expected: [true, undefined] },
    { details: { retryable: false }, expected: [false, undefined] },
    { details: { retryable: true, retry_after_ms: 20_000 }, expected: [true, 20_000] },
    // An explicit time takes precedence.
    { details: { retry_after_ms: 0 }, expected: [true, 0] },
    { details: { retry_after_ms: 0.2, status: 429 }, expected: [true, 1] },
    { details: { retryable: true, retry_after_ms: 1e300 }, expected: [true, MAX_RETRY_AFTER_MS] },
    // There is no time at which that makes sense.
    { details: { retryable: false, retry_after_ms: 5 }, expected: [false, undefined] },
    { details: { retryable: 'true', retry_after_ms: '5' }, expected: [undefined, undefined] },
    { details: { retry_after_ms: -1 }, expected: [undefined, undefined] },
    { details: { retryable: 1, retry_after_ms: null }, expected: [undefined, undefined] },
    { details: Object.create({ retryable: true }) as object, expected: [undefined, undefined] },
    { details: [true], expected: [undefined, undefined] },
    { details: 'retryable', expected: [undefined, undefined] },
    { details: undefined, expected: [undefined, undefined] },
  ])('is read from $details', ({ details, expected }) => {
    expect(said(details)).toEqual(expected);
  });

  it('does not apply to a plugin whose call failed otherwise', () => {
    const pluginDetails = { retryable: true, retry_after_ms: 5 };
    for (const code of ['CALL_TRAPPED', 'CALL_INVALID_INPUT', 'CALL_FUEL_EXHAUSTED'] as const) {
      expect(new CallError(code, 'm', { pluginDetails })).toMatchObject({
        retryable: false,
        retryAfterMs: undefined,
      });
    }
  });

  it('is what the host says, where it says something', () => {
    expect(new CallError('CALL_CONCURRENCY_EXCEEDED', 'm').retryable).toBe(true);
    expect(new CallError('CALL_DEADLINE_EXCEEDED', 'm').retryable).toBeUndefined();
    expect(new CallError('CALL_DEADLINE_EXCEEDED', 'm', { retryable: true }).retryable).toBe(true);
  });
});
