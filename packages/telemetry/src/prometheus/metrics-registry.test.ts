import { describe, expect, it } from 'vitest';

import { MAX_SERIES } from '../limits.js';
import { MetricsRegistry } from './metrics-registry.js';

describe('MetricsRegistry', () => {
  it('adds up counters, gauges and histograms', () => {
    const registry = new MetricsRegistry();
    registry.add('testbench.active_shards', 2, {});
    registry.add('testbench.active_shards', -1, {});
    registry.add('testbench.cost', 0.1, { 'testbench.account': 'model' });
    for (const seconds of [0.005, 0.02, 100]) {
      registry.add('gen_ai.client.inference.duration', seconds, {});
    }
    const text = registry.text();
    expect(text).toContain('# TYPE testbench_active_shards gauge\ntestbench_active_shards 1\n');
    expect(text).toContain('testbench_cost_total{testbench_account="model"} 0.1\n');
    const name = 'gen_ai_client_inference_duration_seconds';
    expect(text).toContain(`${name}_bucket{le="0.01"} 1\n${name}_bucket{le="0.02"} 2\n`);
    expect(text).toContain(`${name}_bucket{le="81.92"} 2\n${name}_bucket{le="+Inf"} 3\n`);
    expect(text).toContain(`${name}_sum 100.025\n${name}_count 3\n`);
  });

  it('takes no values that would spoil a sum', () => {
    const registry = new MetricsRegistry();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      registry.add('testbench.records', value, {});
    }
    expect(registry.text()).toBe('');
  });

  it('escapes values', () => {
    const registry = new MetricsRegistry();
    registry.add('testbench.records', 1, { a: 'x"\\\n\ud800' });
    expect(registry.text()).toContain('testbench_records_total{a="x\\"\\\\\\n\ufffd"} 1\n');
  });

  it('counts what comes with further labels in one series', () => {
    const registry = new MetricsRegistry();
    for (let n = 0; n < MAX_SERIES + 10; n += 1) {
      registry.add('testbench.records', 1, { a: String(n) });
    }
    expect(registry.text().split('\n')).toHaveLength(MAX_SERIES + 4);
    expect(registry.text()).toContain('testbench_records_total{a="other"} 10\n');
  });
});
