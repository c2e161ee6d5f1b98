/**
 * Spans and metrics of plugin calls, through `@opentelemetry/api` alone.
 *
 * Without this import there is no cost; without an SDK, the API's own no-ops are called.
 *
 * @packageDocumentation
 */
import {
  type Meter,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { CallEndEvent, CallStartEvent, PluginEmitter } from './plugin-events.js';

const NAME = '@testbench/manager';

/** Where spans and metrics are sent. */
export interface ObserveOptions {
  /** @default the global provider's */
  readonly tracer?: Tracer;
  /** @default the global provider's */
  readonly meter?: Meter;
}

const OPTIONS: OptionReaders<ObserveOptions> = {
  tracer: (node) => node.implementation('startSpan'),
  meter: (node) => node.implementation('createHistogram', 'createCounter'),
};

/**
 * Makes a span of every plugin call, a child of the caller's, and counts duration, fuel and refused host calls.
 *
 * Attributes: `testbench.plugin.id`, `testbench.request.id`, `testbench.queue.duration` (s), `testbench.fuel.used`,
 * `testbench.memory.used` (bytes), `testbench.host.calls`, and `error.type` with the code of a failed call.
 *
 * @param events The events of a `PluginManager` or a `PluginSystem`.
 * @returns A function that stops observing.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { PluginManager } from '@testbench/manager';
 * import { observePlugins } from '@testbench/manager/opentelemetry';
 *
 * const manager = new PluginManager();
 * const stop = observePlugins(manager.events);
 * ```
 */
export function observePlugins(events: PluginEmitter, options?: ObserveOptions): () => void {
  const { tracer = trace.getTracer(NAME), meter = metrics.getMeter(NAME) } =
    readOptions<ObserveOptions>(options, OPTIONS);
  const duration = meter.createHistogram('testbench.plugin.call.duration', {
    unit: 's',
    description: 'Time from the turn of a plugin call to its end',
  });
  const fuel = meter.createCounter('testbench.plugin.fuel', {
    unit: '{unit}',
    description: 'Fuel that plugin calls used',
  });
  const denied = meter.createCounter('testbench.plugin.denied_calls', {
    unit: '{call}',
    description: 'Host calls refused for lack of a permission',
  });
  const spans = new Map<number, Span>();

  const started = ({ callId: call, pluginId: plugin, requestId }: CallStartEvent): void => {
    const span = tracer.startSpan(`plugin ${plugin}`, {
      kind: SpanKind.INTERNAL,
      attributes: {
        'testbench.plugin.id': plugin,
        ...(requestId === undefined ? {} : { 'testbench.request.id': requestId }),
      },
    });
    spans.set(call, span);
  };

  const ended = (event: CallEndEvent): void => {
    const failed = event.outcome !== 'ok';
    const attributes = {
      'testbench.plugin.id': event.pluginId,
      ...(failed ? { 'error.type': event.outcome } : {}),
    };
    duration.record(event.runTimeMs / 1000, attributes);
    if (event.usage !== undefined) fuel.add(event.usage.fuelUsed, attributes);
    if (event.deniedCalls > 0) denied.add(event.deniedCalls, attributes);
    // A call that began before the listener was added has no span.
    const span = spans.get(event.callId);
    if (span === undefined) return;
    spans.delete(event.callId);
    span.setAttributes({
      ...attributes,
      'testbench.queue.duration': event.queueTimeMs / 1000,
      'testbench.host.calls': event.hostCalls,
    });
    if (event.usage !== undefined) {
      span.setAttributes({
        'testbench.fuel.used': event.usage.fuelUsed,
        'testbench.memory.used': event.usage.memoryUsedBytes,
      });
    }
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: event.outcome });
    span.end();
  };

  events.on('call-start', started);
  events.on('call-end', ended);
  return () => {
    events.off('call-start', started);
    events.off('call-end', ended);
  };
}
