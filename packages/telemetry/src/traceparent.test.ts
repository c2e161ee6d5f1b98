import { describe, expect, it } from 'vitest';

import { formatTraceparent, parseTraceparent } from './traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseTraceparent()', () => {
  // The example of https://www.w3.org/TR/trace-context/
  it('reads what it writes', () => {
    const text = `00-${traceId}-${spanId}-01`;
    const context = parseTraceparent(text)!;
    expect(context).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(formatTraceparent(context)).toBe(text);
  });

  it('reads the known part of later versions', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future`)?.spanId).toBe(spanId);
  });

  it.each([
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}-1`,
    ` 00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01\n`,
    `cc-${traceId}-${spanId}-01-${'x'.repeat(1_000_000)}`,
  ])('refuses %.60j', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
