import {
  type Attributes,
  context,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ResultRow } from '@testbench/bench/results';
import { PluginError } from '@testbench/types/errors';

import { caseAttributes, cleanAttributes } from './clean-attributes.js';
import { cleanText } from './clean-text.js';
import { MAX_STAGE_SPANS } from './limits.js';
import { type ModelCall, modelCallsOf, PROVIDER, providerName } from './model-calls.js';
import type { BeginEvent, EndEvent, StageEvent } from './run-event.js';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

interface StageSpan {
  readonly span: Span;
  readonly context: Context;
}

/** Spans of a run or a shard: itself, its stages, and their calls that wait for models. Calls that wait for nothing have none: there may be a million. */
export class RunSpans {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #startMs: number;
  readonly #stages = new Map<string, StageSpan>();

  constructor(tracer: Tracer, event: BeginEvent, parent: Span | undefined) {
    const { type, run, plan, from, to, timestampMs } = event;
    this.#tracer = tracer;
    this.#startMs = timestampMs;
    this.#span = tracer.startSpan(
      type === 'run-start' ? 'testbench run' : 'testbench shard',
      {
        kind: SpanKind.INTERNAL,
        startTime: timestampMs,
        attributes: cleanAttributes({
          'testbench.run': run,
          'testbench.plan.digest': plan,
          'testbench.records.from': from,
          'testbench.records.to': to,
        }),
      },
      parentContext(event, parent),
    );
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  get span(): Span {
    return this.#span;
  }

  /** The trace context header for work that is handed out. */
  get traceparent(): string {
    return formatTraceparent(this.#span.spanContext());
  }

  /** True if the spans are recorded. */
  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  /**
   * Makes spans of the calls of a row that waited for models.
   *
   * @returns The context of the provider's call, or that of its stage if it waited for nothing or its answer was cached.
   */
  row(row: ResultRow, nowMs: number): Context {
    if (!this.isRecording) return this.#context;
    let asked: Context | undefined;
    for (const call of modelCallsOf(row)) {
      const made = this.#call(row, call, nowMs);
      if (call.stage === PROVIDER) asked = made;
    }
    return asked ?? this.#stageOf(PROVIDER, row.provider).context;
  }

  /** @param provider The name of the stage's provider, if it is one. */
  stage(event: StageEvent, provider: string | undefined, nowMs: number): void {
    if (!this.isRecording) return;
    const { stage, plugin, version, digest, calls, failedCalls, fuelUsed, timeMs } = event;
    const { span } = this.#stageOf(provider === undefined ? stage : PROVIDER, provider);
    span.setAttributes(
      cleanAttributes({
        'testbench.stage': stage,
        'testbench.plugin.name': plugin,
        'testbench.plugin.version': version,
        'testbench.plugin.digest': digest,
        'testbench.stage.calls': calls,
        'testbench.stage.failed_calls': failedCalls,
        'testbench.stage.fuel': fuelUsed,
        'testbench.stage.time': timeMs / 1000,
      }),
    );
    span.end(nowMs);
  }

  end({ timestampMs, rows, failedRows, error }: EndEvent): void {
    // Stages without an end event: the run was cut short.
    for (const { span } of this.#stages.values()) if (span.isRecording()) span.end(timestampMs);
    this.#stages.clear();
    this.#span.setAttributes({ 'testbench.rows': rows, 'testbench.failed_rows': failedRows });
    if (error !== undefined) {
      const code = PluginError.is(error) ? error.code : '_OTHER';
      this.#span.setAttribute('error.type', code);
      // The message of an error may quote data.
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    }
    this.#span.end(timestampMs);
  }

  #stageOf(stage: string, provider?: string): StageSpan {
    const key = provider === undefined ? stage : `${PROVIDER}\0${provider}`;
    const known = this.#stages.get(key);
    if (known !== undefined) return known;
    if (this.#stages.size >= MAX_STAGE_SPANS) return { span: this.#span, context: this.#context };
    const span = this.#tracer.startSpan(
      `stage ${cleanText(provider ?? stage)}`,
      { startTime: this.#startMs, attributes: cleanAttributes({ 'testbench.stage': stage }) },
      this.#context,
    );
    const made = { span, context: trace.setSpan(this.#context, span) };
    this.#stages.set(key, made);
    return made;
  }

  /** @returns The context of the call; undefined if its answer was cached, so that no call was made. */
  #call(row: ResultRow, call: ModelCall, nowMs: number): Context | undefined {
    const { stage, measured, model, error } = call;
    if (measured.cached === true) return undefined;
    const parent = this.#stageOf(stage, stage === PROVIDER ? row.provider : undefined);
    const { startedAt, totalMs = 0 } = measured;
    // For a failed call, only its duration is known.
    const began = startedAt === undefined ? nowMs - totalMs : Date.parse(startedAt);
    const span = this.#tracer.startSpan(
      model === undefined ? 'chat' : `chat ${cleanText(model)}`,
      { kind: SpanKind.CLIENT, startTime: began, attributes: callAttributes(row, call) },
      parent.context,
    );
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(began + totalMs);
    return trace.setSpan(parent.context, span);
  }
}

function parentContext({ type, traceparent }: BeginEvent, parent: Span | undefined): Context {
  const remote = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (remote !== undefined) return trace.setSpanContext(ROOT_CONTEXT, remote);
  if (type === 'shard-start' && parent !== undefined) return trace.setSpan(ROOT_CONTEXT, parent);
  return context.active();
}

function callAttributes(row: ResultRow, call: ModelCall): Attributes {
  const { stage, provider, model, measured, usage, error, status, finishReason } = call;
  const { queueMs, firstTokenMs, attempts, cost } = measured;
  return cleanAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': providerName(provider),
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': usage?.promptTokens,
    'gen_ai.usage.output_tokens': usage?.completionTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedTokens,
    'gen_ai.response.finish_reasons':
      finishReason === undefined ? undefined : [cleanText(finishReason)],
    'gen_ai.response.time_to_first_chunk':
      firstTokenMs === undefined ? undefined : firstTokenMs / 1000,
    'error.type': error,
    'http.response.status_code': status,
    'testbench.stage': stage,
    ...caseAttributes(row),
    'testbench.call.attempts': attempts,
    'testbench.call.queue_time': queueMs === undefined ? undefined : queueMs / 1000,
    'testbench.cost': cost,
  });
}
