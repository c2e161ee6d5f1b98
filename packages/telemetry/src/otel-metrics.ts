import type { Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';

import type { Labels } from './bounded-labels.js';
import type { MetricSink } from './metric-sink.js';
import { type MetricDefinition, type MetricName, METRICS } from './metric-table.js';

/** Sends figures to an OpenTelemetry meter; its instruments are created when first needed. */
export class OtelMetrics implements MetricSink {
  readonly #meter: Meter;
  readonly #instruments = new Map<MetricName, Counter | UpDownCounter | Histogram>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  add(name: MetricName, value: number, labels: Labels): void {
    let instrument = this.#instruments.get(name);
    if (instrument === undefined) {
      instrument = this.#create(name, METRICS[name]);
      this.#instruments.set(name, instrument);
    }
    if ('record' in instrument) instrument.record(value, labels);
    else instrument.add(value, labels);
  }

  #create(
    name: MetricName,
    { kind, unit, description, buckets }: MetricDefinition,
  ): Counter | UpDownCounter | Histogram {
    if (kind === 'counter') return this.#meter.createCounter(name, { unit, description });
    if (kind === 'gauge') return this.#meter.createUpDownCounter(name, { unit, description });
    const advice = buckets === undefined ? {} : { explicitBucketBoundaries: [...buckets] };
    return this.#meter.createHistogram(name, { unit, description, advice });
  }
}
