import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  TracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';

/** The SDK with everything kept in memory. */
export function inMemory() {
  const spans = new InMemorySpanExporter();
  const tracers = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  const figures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: figures,
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ readers: [reader] });
  const events = new InMemoryLogRecordExporter();
  const loggers = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter: events })],
  });
  return {
    tracer: tracers.getTracer('test'),
    meter: meters.getMeter('test'),
    logger: loggers.getLogger('test'),
    spans: () => spans.getFinishedSpans(),
    events: () => events.getFinishedLogRecords(),
    /** Sum or count and value of each series, by metric and labels. */
    async figures(): Promise<Record<string, unknown>> {
      await reader.forceFlush();
      const all: Record<string, unknown> = {};
      for (const { scopeMetrics } of figures.getMetrics().slice(-1)) {
        for (const { metrics } of scopeMetrics) {
          for (const { descriptor, dataPoints } of metrics) {
            for (const { attributes, value } of dataPoints) {
              all[`${descriptor.name} ${JSON.stringify(attributes)}`] =
                typeof value === 'number' ? value : { count: value.count, sum: value.sum };
            }
          }
        }
      }
      return all;
    },
  };
}

/** Spans as a tree, one per line. */
export function asTree(spans: readonly ReadableSpan[]): string[] {
  const lines: string[] = [];
  const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
  const ids = new Set(spans.map(idOf));
  const visit = (span: ReadableSpan, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${span.name}`);
    for (const child of spans) {
      if (child.parentSpanContext?.spanId === idOf(span)) visit(child, depth + 1);
    }
  };
  for (const span of spans) {
    const parent = span.parentSpanContext?.spanId;
    if (parent === undefined || !ids.has(parent)) visit(span, 0);
  }
  return lines;
}
