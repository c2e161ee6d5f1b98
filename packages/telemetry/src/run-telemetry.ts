import {
  createNoopMeter,
  type Logger,
  logs,
  type Meter,
  metrics as globalMetrics,
  ProxyTracer,
  ROOT_CONTEXT,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { RunEvent, RunHooks } from '@testbench/bench/shards';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { EVALUATION_EVENT, type EvaluationTarget, tellEvaluations } from './evaluation-events.js';
import { MAX_OPEN_SPANS } from './limits.js';
import { joinSinks, type MetricSink } from './metric-sink.js';
import { OtelMetrics } from './otel-metrics.js';
import type { MetricsRegistry } from './prometheus/metrics-registry.js';
import { providerOf, type RecordEvent } from './run-event.js';
import { RunMetrics } from './run-metrics.js';
import { RunSpans } from './run-spans.js';

/** The instrumentation's name, for providers. */
const NAME = '@testbench/telemetry';

/** Where spans, figures and events go, and what is reported. */
export interface RunTelemetryOptions {
  /** @default the global provider's, if one is registered */
  readonly tracer?: Tracer;
  /** @default the global provider's, if one is registered */
  readonly meter?: Meter;
  /** @default the global provider's, if one is registered */
  readonly logger?: Logger;
  /** Also gets the figures, for `/metrics`. @default none */
  readonly registry?: MetricsRegistry;
  /** Which results of evaluators are reported as events. @default 'all' */
  readonly evaluations?: 'all' | 'failed' | 'none';
  /** Whether events include the explanations of evaluators, which may quote prompts and answers. @default false */
  readonly explanations?: boolean;
}

/** Readers of {@link RunTelemetryOptions}. */
const RUN_TELEMETRY_OPTIONS: OptionReaders<RunTelemetryOptions> = {
  tracer: (node) => node.implementation<Tracer>('startSpan'),
  meter: (node) => node.implementation<Meter>('createCounter', 'createHistogram'),
  logger: (node) => node.implementation<Logger>('emit'),
  registry: (node) => node.implementation<MetricsRegistry>('add', 'text'),
  evaluations: (node) => node.oneOf(['all', 'failed', 'none']),
  explanations: (node) => node.boolean(),
};

/**
 * Reports runs to OpenTelemetry, and to a registry for Prometheus: pass the result to a run as `hooks`.
 *
 * Uses only `@opentelemetry/api`. If no provider is registered and no registry is given, there is nothing to report to, and the result is
 * undefined: a run without hooks does no work for telemetry.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { createRunTelemetry } from '@testbench/telemetry';
 *
 * // No SDK is registered here.
 * createRunTelemetry(); // => undefined
 * ```
 */
export function createRunTelemetry(given?: RunTelemetryOptions): RunHooks | undefined {
  const options = readOptions<RunTelemetryOptions>(given, RUN_TELEMETRY_OPTIONS);
  const { tracer = registeredTracer(), logger = registeredLogger(), registry } = options;
  const { meter = registeredMeter() } = options;
  const sinks: MetricSink[] = [];
  if (meter !== undefined) sinks.push(new OtelMetrics(meter));
  if (registry !== undefined) sinks.push(registry);
  if (tracer === undefined && logger === undefined && sinks.length === 0) return undefined;
  const { evaluations = 'all', explanations = false } = options;
  return new RunTelemetry({
    tracer,
    figures: sinks.length === 0 ? undefined : new RunMetrics(joinSinks(sinks)),
    events:
      logger === undefined || evaluations === 'none'
        ? undefined
        : { logger, evaluations, explanations },
  });
}

interface Targets {
  readonly tracer: Tracer | undefined;
  readonly figures: RunMetrics | undefined;
  /** Results of evaluators. */
  readonly events: EvaluationTarget | undefined;
}

class RunTelemetry implements RunHooks {
  readonly #targets: Targets;
  /** By run, range and trace, which distinguish concurrent runs and shards. */
  readonly #open = new Map<string, RunSpans>();
  /**
   * Runs and shards whose records were made here, with the names of their providers. A process that merges the work of others also gets their
   * sums, which were already counted there.
   */
  readonly #made = new Map<string, readonly string[]>();
  /** The run that this process hands out. */
  #run: RunSpans | undefined;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  onEvent(event: RunEvent): void {
    const { tracer, figures } = this.#targets;
    const key = keyOf(event);
    switch (event.type) {
      case 'run-start':
      case 'shard-start': {
        figures?.begin();
        if (tracer === undefined || this.#open.size >= MAX_OPEN_SPANS) return;
        const spans = new RunSpans(tracer, event, this.#run?.span);
        this.#open.set(key, spans);
        if (event.type === 'run-start') this.#run = spans;
        return;
      }
      case 'record-end':
        // Rows made earlier, or by another process, were reported there.
        if (event.isEarlier) return;
        if (!this.#made.has(key)) this.#made.set(key, this.#providersOf(event));
        this.#record(event, this.#open.get(key));
        return;
      case 'stage-end': {
        const providers = this.#made.get(key);
        if (providers === undefined) return;
        const provider = providerOf(event, providers);
        figures?.stage(event, provider);
        this.#open.get(key)?.stage(event, provider, Date.now());
        return;
      }
      default: {
        figures?.end(event);
        this.#made.delete(key);
        const spans = this.#open.get(key);
        if (spans === undefined) return;
        spans.end(event);
        this.#open.delete(key);
        if (spans === this.#run) this.#run = undefined;
      }
    }
  }

  traceparent(): string | undefined {
    return this.#run?.traceparent;
  }

  /** Every record has rows of all providers. */
  #providersOf({ rows }: RecordEvent): readonly string[] {
    if (this.#made.size >= MAX_OPEN_SPANS) return [];
    return [...new Set(rows.map(({ provider }) => provider))];
  }

  #record(event: RecordEvent, spans: RunSpans | undefined): void {
    const { figures, events } = this.#targets;
    figures?.record(event);
    if (spans?.isRecording !== true && events === undefined) return;
    const nowMs = Date.now();
    for (const row of event.rows) {
      const context = spans?.row(row, nowMs) ?? ROOT_CONTEXT;
      if (events !== undefined) tellEvaluations(events, row, context);
    }
  }
}

function keyOf({
  run,
  from,
  to,
  traceparent = '',
}: Pick<RunEvent, 'run' | 'from' | 'to' | 'traceparent'>): string {
  return `${run}\0${from}\0${to}\0${traceparent}`;
}

/** While no provider is registered, the API returns a no-op stand-in. */
function registeredTracer(): Tracer | undefined {
  const tracer = trace.getTracer(NAME);
  return tracer instanceof ProxyTracer ? undefined : tracer;
}

function registeredMeter(): Meter | undefined {
  const meter = globalMetrics.getMeter(NAME);
  return meter === createNoopMeter() ? undefined : meter;
}

function registeredLogger(): Logger | undefined {
  const logger = logs.getLogger(NAME);
  return logger.enabled({ eventName: EVALUATION_EVENT }) ? logger : undefined;
}
