import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { RunEvent } from '@testbench/bench/shards';
import { describe, expect, it } from 'vitest';

import { asTree, inMemory } from './__fixtures__/in-memory.js';
import { paidRow, tellRun } from './__fixtures__/run-events.js';
import { MetricsRegistry } from './prometheus/metrics-registry.js';
import { createRunTelemetry } from './run-telemetry.js';

describe('createRunTelemetry()', () => {
  it('is nothing where no provider is registered, so that a run does no work for it', () => {
    expect(createRunTelemetry()).toBeUndefined();
    expect(createRunTelemetry({ evaluations: 'all', explanations: true })).toBeUndefined();
  });

  it('makes spans of a run, its stages and the calls that waited for models', () => {
    const sdk = inMemory();
    const { tracer, logger } = sdk;
    const hooks = createRunTelemetry({ tracer, logger })!;
    tellRun(hooks, 'run', { from: 0, to: 2 }, [paidRow(0), paidRow(1)]);
    expect(asTree(sdk.spans())).toEqual([
      'testbench run',
      '  stage openai',
      '    chat small',
      '    chat small',
      '  stage exact',
      '  stage judge',
      '    chat',
      '    chat',
    ]);
    const [call] = sdk.spans();
    expect(call).toMatchObject({
      kind: SpanKind.CLIENT,
      startTime: [1000, 0],
      endTime: [1000, 400_000_000],
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'small',
        'gen_ai.usage.input_tokens': 9,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.response.finish_reasons': ['stop'],
        'testbench.call.attempts': 2,
        'testbench.call.queue_time': 0.02,
        'testbench.cost': 0.25,
      },
    });
    expect(sdk.spans().find(({ name }) => name === 'stage exact')!.attributes).toMatchObject({
      'testbench.plugin.name': 'exact-match',
      'testbench.stage.calls': 2,
      'testbench.stage.fuel': 200,
      'testbench.stage.time': 0.004,
    });
  });

  it('keeps a run in one trace over machines, by the traceparent that work carries', () => {
    const coordinator = inMemory();
    const worker = inMemory();
    const hooks = createRunTelemetry({ tracer: coordinator.tracer })!;
    const place = { run: 'small-0123456789ab', plan: 'sha256:0', from: 0, to: 4 };
    hooks.onEvent({ ...place, type: 'run-start', timestampMs: 1 });
    const traceparent = hooks.traceparent!();
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const other = createRunTelemetry({ tracer: worker.tracer })!;
    tellRun(other, 'shard', { from: 0, to: 2, traceparent }, [paidRow(0), paidRow(1)]);
    tellRun(other, 'shard', { from: 2, to: 4, traceparent }, [paidRow(2), paidRow(3)]);
    const end = { timestampMs: 9, durationMs: 8, rows: 4, failedRows: 0 };
    hooks.onEvent({ ...place, type: 'run-end', ...end });
    expect(hooks.traceparent!()).toBeUndefined();
    const all = [...coordinator.spans(), ...worker.spans()];
    expect(new Set(all.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(asTree(all).filter((line) => /run|shard/.test(line))).toEqual([
      'testbench run',
      '  testbench shard',
      '  testbench shard',
    ]);
  });

  it.each(['', 'x', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'a'.repeat(100_000)}`])(
    'begins a trace of its own where the traceparent of a job is none',
    (traceparent) => {
      const sdk = inMemory();
      const hooks = createRunTelemetry({ tracer: sdk.tracer })!;
      tellRun(hooks, 'shard', { from: 0, to: 1, traceparent }, [paidRow(0)]);
      const shard = sdk.spans().find(({ name }) => name === 'testbench shard')!;
      expect(shard.parentSpanContext).toBeUndefined();
    },
  );

  it('tells each score as an event within the call that gave the answer', () => {
    const sdk = inMemory();
    const { tracer, logger } = sdk;
    const hooks = createRunTelemetry({ tracer, logger })!;
    const failed = { code: 'CALL_TRAPPED', message: 'secret' };
    tellRun(hooks, 'run', { from: 0, to: 1 }, [
      paidRow(0, { scores: { exact: 1 }, errors: { judge: failed } }),
    ]);
    const [exact, judge, ...rest] = sdk.events();
    expect(rest).toEqual([]);
    expect(exact).toMatchObject({
      eventName: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'exact',
        'gen_ai.evaluation.score.value': 1,
        'gen_ai.request.model': 'small',
        'testbench.record.id': 'r0',
      },
    });
    const call = sdk.spans().find(({ name }) => name === 'chat small')!;
    expect(exact!.spanContext?.spanId).toBe(call.spanContext().spanId);
    expect(judge!.attributes).toMatchObject({ 'error.type': 'CALL_TRAPPED' });
    expect(JSON.stringify(judge!.attributes)).not.toContain('secret');
  });

  it('keeps explanations and answers back unless it is told to send explanations', () => {
    for (const explanations of [false, true]) {
      const sdk = inMemory();
      const hooks = createRunTelemetry({ tracer: sdk.tracer, logger: sdk.logger, explanations })!;
      tellRun(hooks, 'run', { from: 0, to: 1 }, [paidRow(0)]);
      const sent = JSON.stringify([
        sdk.spans().map(({ attributes }) => attributes),
        sdk.events().map(({ attributes }) => attributes),
      ]);
      expect(sent.includes('half right')).toBe(explanations);
      expect(sent).not.toContain('an answer');
    }
  });

  it('counts calls, errors, fuel, queue time, tokens and cost', async () => {
    const sdk = inMemory();
    const registry = new MetricsRegistry();
    const hooks = createRunTelemetry({ meter: sdk.meter, registry })!;
    const failure = { stage: 'provider', code: 'CALL_FAILED', message: '', status: 503 };
    tellRun(hooks, 'run', { from: 0, to: 2 }, [
      paidRow(0),
      paidRow(1, { failure, scores: {}, measured: { attempts: 6, totalMs: 100 } }),
    ]);
    expect(await sdk.figures()).toMatchObject({
      'testbench.cases {"testbench.outcome":"ok"}': 1,
      'testbench.cases {"testbench.outcome":"failed"}': 1,
      'testbench.active_shards {}': 0,
      'testbench.stage.calls {"testbench.stage":"openai"}': 2,
      'testbench.stage.errors {"testbench.stage":"openai","error.type":"CALL_FAILED"}': 1,
      'testbench.stage.fuel {"testbench.stage":"exact"}': 200,
      'testbench.call.attempts {"testbench.stage":"openai"}': 8,
      'testbench.call.queue_time {"testbench.stage":"openai"}': { count: 1, sum: 0.02 },
      'testbench.cost {"gen_ai.operation.name":"chat","gen_ai.provider.name":"judge","testbench.account":"judge"}': 0.125,
      'gen_ai.client.inference.usage.input_tokens {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"small"}': 18,
      'gen_ai.client.inference.duration {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"small","error.type":"CALL_FAILED"}':
        { count: 1, sum: 0.1 },
    });
    expect(registry.text()).toContain('testbench_stage_calls_total{testbench_stage="openai"} 2\n');
  });

  it('tells nothing of rows that were made before, nor of calls whose answer was kept', () => {
    const sdk = inMemory();
    const registry = new MetricsRegistry();
    const hooks = createRunTelemetry({ tracer: sdk.tracer, logger: sdk.logger, registry })!;
    tellRun(hooks, 'run', { from: 0, to: 1 }, [paidRow(0)], { isEarlier: true });
    expect(sdk.events()).toEqual([]);
    expect(registry.text()).not.toContain('testbench_cases');
    // Their sums belong to the processes that made them.
    expect(registry.text()).not.toContain('testbench_stage_time');
    expect(sdk.spans().map(({ name }) => name)).toEqual(['testbench run']);
    const kept = paidRow(1, { measured: { ...paidRow(1).measured, cached: true } });
    tellRun(hooks, 'run', { from: 1, to: 2 }, [kept]);
    expect(sdk.spans().some(({ name }) => name === 'chat small')).toBe(false);
    expect(registry.text()).toContain('testbench_call_cached_total{testbench_stage="openai"} 1\n');
  });

  it('names the stages of a shard, whichever other shard of its run has ended', () => {
    const registry = new MetricsRegistry();
    const hooks = createRunTelemetry({ registry })!;
    const later: RunEvent[] = [];
    const kept = { onEvent: (event: RunEvent) => void later.push(event) };
    tellRun(kept, 'shard', { from: 1, to: 2 }, [paidRow(1)]);
    for (const event of later.splice(0, 2)) hooks.onEvent(event);
    tellRun(hooks, 'shard', { from: 0, to: 1 }, [paidRow(0)]);
    for (const event of later) hooks.onEvent(event);
    expect(registry.text()).toContain(
      'testbench_stage_time_seconds_total{testbench_stage="openai"} 0.004\n',
    );
    expect(registry.text()).not.toContain('providers[');
  });

  it('ends the spans of a run that broke off, with the code of its error alone', () => {
    const sdk = inMemory();
    const hooks = createRunTelemetry({ tracer: sdk.tracer })!;
    tellRun(hooks, 'run', { from: 0, to: 1 }, [paidRow(0)], { error: new Error('password') });
    const run = sdk.spans().find(({ name }) => name === 'testbench run')!;
    expect(run.status).toEqual({ code: SpanStatusCode.ERROR, message: '_OTHER' });
    expect(JSON.stringify(run.attributes)).not.toContain('password');
  });

  it('makes no spans of stages and calls where the trace is not sampled', () => {
    let begun = 0;
    const noop = trace.getTracer('none');
    const hooks = createRunTelemetry({
      tracer: {
        startSpan: (...args) => {
          begun += 1;
          return noop.startSpan(...args);
        },
        startActiveSpan: noop.startActiveSpan.bind(noop),
      },
    })!;
    tellRun(hooks, 'run', { from: 0, to: 2 }, [paidRow(0), paidRow(1)]);
    expect(begun).toBe(1);
  });

  it('keeps hostile names to one short line, and their number down', () => {
    const sdk = inMemory();
    const registry = new MetricsRegistry();
    const hooks = createRunTelemetry({ tracer: sdk.tracer, logger: sdk.logger, registry })!;
    const hostile = `a"b\\c\n# HELP x\u202e\ud800${'y'.repeat(10_000)}`;
    const rows = Array.from({ length: 150 }, (_, n) =>
      paidRow(n, { model: `${n}${hostile}`, scores: { [`${n}${hostile}`]: 1 } }),
    );
    tellRun(hooks, 'run', { from: 0, to: 150 }, rows);
    const text = registry.text();
    expect(text.length).toBeLessThan(2_000_000);
    expect(text).not.toMatch(/^# HELP x/m);
    expect(text).toContain('gen_ai_evaluation_name="other"');
    expect(text).toContain('gen_ai_request_model="other"');
    expect(text).toContain(`… (${`0${hostile}`.length} characters)"`);
    for (const line of text.split('\n')) {
      expect(line).toMatch(
        /^(?:|# (?:HELP|TYPE) [a-z_0-9]+ .*|[a-z_0-9]+(?:\{(?:[a-z_0-9]+="(?:[^"\\]|\\[\\"nr])*",?)*\})? [-+\d.eInf]+)$/,
      );
    }
    for (const { name, attributes } of sdk.spans()) {
      expect(name.length).toBeLessThan(250);
      expect(JSON.stringify(attributes).length).toBeLessThan(4000);
    }
  });

  it('refuses unknown options', () => {
    expect(() => createRunTelemetry({ tracers: 1 } as never)).toThrow('tracers');
  });
});
