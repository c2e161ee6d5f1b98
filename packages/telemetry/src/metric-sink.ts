import type { Labels } from './bounded-labels.js';
import type { MetricName } from './metric-table.js';

/** Where figures go. Labels are clean and few by then. */
export interface MetricSink {
  /** Adds to a counter or a gauge, or records a value of a histogram. */
  add(name: MetricName, value: number, labels: Labels): void;
}

/** Gives each figure to several sinks. */
export function joinSinks(sinks: readonly MetricSink[]): MetricSink {
  if (sinks.length === 1) return sinks[0]!;
  return {
    add(name, value, labels) {
      for (const sink of sinks) sink.add(name, value, labels);
    },
  };
}
