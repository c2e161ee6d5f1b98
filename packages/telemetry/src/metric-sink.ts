import type { Labels } from './bounded-labels.js';
import type { MetricName } from './metric-table.js';

/** A destination for figures. Their labels are already clean and few. */
export interface MetricSink {
  /** Adds to a counter or a gauge, or records a value of a histogram. */
  add(name: MetricName, value: number, labels: Labels): void;
}

/** Sends each figure to several sinks. */
export function joinSinks(sinks: readonly MetricSink[]): MetricSink {
  if (sinks.length === 1) return sinks[0]!;
  return {
    add(name, value, labels) {
      for (const sink of sinks) sink.add(name, value, labels);
    },
  };
}
