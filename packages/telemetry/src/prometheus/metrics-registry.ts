import { type Labels, OTHER } from '../bounded-labels.js';
import { MAX_SERIES } from '../limits.js';
import type { MetricSink } from '../metric-sink.js';
import { type MetricDefinition, type MetricName, METRICS } from '../metric-table.js';
import { escapeHelp, formatLabels, formatNumber, prometheusName } from './text-format.js';

interface Series {
  readonly labels: Labels;
  /** Value of a counter or a gauge; the sum of a histogram. */
  value: number;
  count: number;
  /** For a histogram: number of values per bucket, not cumulative. */
  readonly buckets: number[];
}

/**
 * Adds up figures in this process, and writes them in the format of Prometheus.
 *
 * Memory is bounded: a metric has at most 2,000 series; values with further labels are counted in one series whose labels are all `other`.
 *
 * @example
 * ```ts
 * import { MetricsRegistry } from '@testbench/telemetry';
 *
 * const registry = new MetricsRegistry();
 * registry.add('testbench.cases', 3, { 'testbench.outcome': 'ok' });
 * registry.text().includes('testbench_cases_total{testbench_outcome="ok"} 3'); // => true
 * ```
 */
export class MetricsRegistry implements MetricSink {
  readonly #metrics = new Map<MetricName, Map<string, Series>>();

  /**
   * Adds to a counter or a gauge, or records a value of a histogram.
   *
   * @param value Finite; for a counter, from 0. Other values are ignored: a single one would corrupt the sum permanently.
   * @param labels Labels with few values each: all combinations are kept, up to 2,000.
   */
  add(name: MetricName, value: number, labels: Labels): void {
    const definition: MetricDefinition = METRICS[name];
    if (!Number.isFinite(value) || (definition.kind === 'counter' && value < 0)) return;
    const series = this.#seriesOf(name, labels, definition);
    series.value += value;
    series.count += 1;
    const at = definition.buckets?.findIndex((bound) => value <= bound) ?? -1;
    if (at !== -1) series.buckets[at]! += 1;
  }

  /** All figures in Prometheus' text format, version 0.0.4. */
  text(): string {
    const lines: string[] = [];
    for (const [name, all] of this.#metrics) {
      const definition: MetricDefinition = METRICS[name];
      const shown = prometheusName(name, definition);
      lines.push(`# HELP ${shown} ${escapeHelp(definition.description)}`);
      lines.push(`# TYPE ${shown} ${definition.kind}`);
      for (const series of all.values()) {
        if (definition.kind === 'histogram') pushHistogram(lines, shown, definition, series);
        else lines.push(`${shown}${formatLabels(series.labels)} ${formatNumber(series.value)}`);
      }
    }
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  #seriesOf(name: MetricName, labels: Labels, { buckets = [] }: MetricDefinition): Series {
    let all = this.#metrics.get(name);
    if (all === undefined) {
      all = new Map();
      this.#metrics.set(name, all);
    }
    let kept = labels;
    let key = keyOf(labels);
    if (!all.has(key) && all.size >= MAX_SERIES) {
      kept = Object.fromEntries(Object.keys(labels).map((label) => [label, OTHER]));
      key = keyOf(kept);
    }
    let series = all.get(key);
    if (series === undefined) {
      series = { labels: kept, value: 0, count: 0, buckets: buckets.map(() => 0) };
      all.set(key, series);
    }
    return series;
  }
}

function keyOf(labels: Labels): string {
  let key = '';
  for (const name in labels) key += `${name}\0${labels[name]}\0`;
  return key;
}

function pushHistogram(
  lines: string[],
  name: string,
  { buckets = [] }: MetricDefinition,
  { labels, value, count, buckets: counts }: Series,
): void {
  let below = 0;
  for (const [index, bound] of buckets.entries()) {
    below += counts[index]!;
    const le = { ...labels, le: formatNumber(bound) };
    lines.push(`${name}_bucket${formatLabels(le)} ${below}`);
  }
  lines.push(`${name}_bucket${formatLabels({ ...labels, le: '+Inf' })} ${count}`);
  lines.push(`${name}_sum${formatLabels(labels)} ${formatNumber(value)}`);
  lines.push(`${name}_count${formatLabels(labels)} ${count}`);
}
