import type { Labels } from '../bounded-labels.js';
import type { MetricDefinition } from '../metric-table.js';

/** Suffixes of Prometheus names for OpenTelemetry's units; units in braces are left out. */
const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: '_seconds' };

/**
 * A metric's name as OpenTelemetry translates it for Prometheus: with its unit, and `_total` for a counter.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function prometheusName(
  name: string,
  { kind, unit }: Pick<MetricDefinition, 'kind' | 'unit'>,
): string {
  const base = name.replaceAll(/[^a-zA-Z0-9_:]/g, '_');
  return `${base}${UNIT_SUFFIXES[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

/** `{a="b",…}`; empty without labels. Backslashes, quotes and line ends in values are escaped, as the format requires. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}="${escapeValue(value)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Escapes a text for a help line. */
export function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** A number in the format of Go's parser, which accepts JavaScript's notation of finite numbers. */
export function formatNumber(value: number): string {
  return String(value);
}

function escapeValue(value: string): string {
  return value
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}
