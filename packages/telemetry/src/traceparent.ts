import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-[^\s]{0,200})?$/;
/** Longer ones are of no version that there is, and a job comes from anywhere. */
const MAX_CHARACTERS = 300;

/** A span's context as the header `traceparent` of W3C has it. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  return `00-${traceId}-${spanId}-${flags}`;
}

/**
 * Reads a `traceparent`, which may come from anyone.
 *
 * @returns Undefined if it is none: then a trace begins here, as the specification asks.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(text: string): SpanContext | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const [, version, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text) ?? [];
  if (version === undefined || version === 'ff') return undefined;
  // Version 0 has nothing behind its flags.
  if (version === '00' && text.length > '00-'.length + 32 + 1 + 16 + 3) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}
