import type { DifferenceInterval, Interval, MetricScale } from '@testbench/bench/statistics';

/** A share of right answers in percent; a mean of graded scores as a number. */
export function formatMean(value: number | null, scale: MetricScale): string {
  if (value === null) return '–';
  return scale === 'binary' ? `${(value * 100).toFixed(1)} %` : value.toFixed(3);
}

export function formatInterval(interval: Interval | null, scale: MetricScale): string {
  if (interval === null) return '–';
  const { low, high } = interval;
  if (scale === 'graded') return `${low.toFixed(3)} – ${high.toFixed(3)}`;
  return `${(low * 100).toFixed(1)} – ${(high * 100).toFixed(1)} %`;
}

/** Points of percent for shares, such as `+2.4`; a number else. With a sign that is as wide as the plus. */
export function formatDifference(value: number | null, scale: MetricScale): string {
  if (value === null) return '–';
  const size = scale === 'binary' ? (Math.abs(value) * 100).toFixed(1) : Math.abs(value).toFixed(3);
  if (Number(size) === 0) return size;
  return `${value < 0 ? '−' : '+'}${size}`;
}

export function formatDifferenceInterval(
  interval: DifferenceInterval | null,
  scale: MetricScale,
): string {
  if (interval === null) return '–';
  return `${formatDifference(interval.low, scale)} … ${formatDifference(interval.high, scale)}`;
}

/** `0.032`, or `< 0.0001`. */
export function formatP(p: number | null): string {
  if (p === null) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

const METHODS = {
  wilson: 'Wilson',
  student: "Student's t",
  clustered: 'clustered t',
  bootstrap: 'bootstrap',
} as const;

/** How intervals were made, each way once, for a line below a table. */
export function describeMethods(
  intervals: readonly (Interval | DifferenceInterval | null)[],
): string {
  const found = new Set(
    intervals.flatMap((interval) => {
      if (interval === null) return [];
      const { method, clusteredBy, clusters } = interval;
      const by = clusteredBy === undefined ? '' : ` (by ${clusteredBy}, ${clusters} clusters)`;
      return [`${METHODS[method]}${by}`];
    }),
  );
  return [...found].join('; ');
}
