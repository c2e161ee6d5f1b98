import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { assemble, guestWat } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { observePlugins } from './opentelemetry.js';
import { PluginManager } from './plugin-manager.js';

const input = { data: null, context: { requestId: 'r1' } };

describe('observePlugins()', () => {
  it('makes a span of each call, with its use and its failure', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const manager = new PluginManager({ isolation: 'inline' });
    const stop = observePlugins(manager.events, { tracer: provider.getTracer('test') });
    await manager.load(assemble(guestWat()), { id: 'good' });
    await manager.load(assemble(guestWat({ execute: '(unreachable)' })), { id: 'bad' });
    await manager.execute('good', input);
    await manager.execute('bad', input).catch(() => {});
    stop();
    await manager.execute('good', input);

    const [good, bad, ...rest] = exporter.getFinishedSpans();
    expect(rest).toEqual([]);
    expect(good?.name).toBe('plugin good');
    expect(good?.attributes).toMatchObject({
      'testbench.plugin.id': 'good',
      'testbench.request.id': 'r1',
      'testbench.memory.used': 131_072,
      'testbench.host.calls': 0,
    });
    expect(bad?.status.code).toBe(SpanStatusCode.ERROR);
    expect(bad?.attributes['error.type']).toBe('CALL_TRAPPED');
    await manager.close();
  });

  it('does nothing without an SDK', async () => {
    const manager = new PluginManager({ isolation: 'inline' });
    observePlugins(manager.events);
    await manager.load(assemble(guestWat()));
    expect((await manager.execute('guest', input)).data).toBe('fine');
    expect(trace.getSpan(context.active())).toBeUndefined();
    await manager.close();
  });
});
