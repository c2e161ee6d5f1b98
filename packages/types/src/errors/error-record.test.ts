import { describe, expect, it } from 'vitest';

import { MAX_RETRY_AFTER_MS } from '../limits.js';
import { CALL_ERROR_CODES } from './call-error-codes.js';
import { CallError } from './call-error.js';
import { fromErrorRecord, toErrorRecord } from './error-record.js';
import { LOAD_ERROR_CODES, LoadError } from './load-error.js';

/** Sends an error across threads or processes. */
const cross = (error: CallError | LoadError): unknown =>
  fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(error))));

describe('an error record', () => {
  it.each([
    new LoadError('LOAD_INVALID_MODULE', 'Cannot compile module: bad', { offset: 12 }),
    new LoadError('LOAD_BAD_EXPORT', 'Cannot use export', { field: 'memory' }),
    new LoadError('LOAD_START_FAILED', 'Cannot start', {
      cause: new CallError('CALL_FUEL_EXHAUSTED', 'Cannot start'),
    }),
    new CallError('CALL_PLUGIN_FAILED', 'Cannot finish call', {
      pluginCode: -7,
      pluginMessage: 'no',
      pluginDetails: { a: [1] },
      usage: { executionTimeMs: 1.5, memoryUsedBytes: 65_536, fuelUsed: 3 },
    }),
    new CallError('CALL_DEADLINE_EXCEEDED', 'Cannot finish call', { retryable: true }),
    new CallError('CALL_PLUGIN_FAILED', 'Cannot finish call', {
      pluginDetails: { retryable: true, retry_after_ms: 20_000 },
    }),
  ])('brings $code over', (error) => {
    expect(cross(error)).toEqual(error);
    expect((cross(error) as Error).cause).toEqual(error.cause);
  });

  it('brings every code over', () => {
    for (const code of CALL_ERROR_CODES)
      expect(cross(new CallError(code, 'm'))).toMatchObject({ code });
    for (const code of LOAD_ERROR_CODES)
      expect(cross(new LoadError(code, 'm'))).toMatchObject({ code });
  });

  it.each([
    { offset: -1 },
    { offset: 1.5 },
    { offset: '3' },
    { causeCode: 'EVIL' },
    { causeCode: 7 },
    { field: {} },
  ])('drops %o, which no runner of ours writes', (forged) => {
    const error = fromErrorRecord({ code: 'LOAD_BAD_EXPORT', message: 'm', ...forged });
    expect(error).toMatchObject({ offset: undefined, field: undefined });
    expect(error?.cause).toBeUndefined();
  });

  it('believes nothing about trying again that no runner of ours writes', () => {
    const forged = { retryable: 'yes', retryAfterMs: -1 };
    const error = fromErrorRecord({ code: 'CALL_PLUGIN_FAILED', message: 'm', ...forged });
    expect(error).toMatchObject({ retryable: undefined, retryAfterMs: undefined });
    expect(
      fromErrorRecord({ code: 'CALL_PLUGIN_FAILED', message: 'm', retryAfterMs: 1e300 }),
    ).toMatchObject({ retryAfterMs: MAX_RETRY_AFTER_MS });
  });

  it.each([undefined, null, 7, [], {}, { code: 'EVIL', message: '' }, { code: 'CALL_TRAPPED' }])(
    'is none: %o',
    (value) => {
      expect(fromErrorRecord(value)).toBeUndefined();
    },
  );
});
