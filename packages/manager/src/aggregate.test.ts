import { assemble, guestWat, METADATA } from '@testbench/test-kit';
import type { EvaluatorPlugin } from '@testbench/types';
import { afterEach, describe, expect, it } from 'vitest';

import { PluginManager } from './plugin-manager.js';

/** A plugin that answers every call with `output`. */
const answering = (output: string, fields: object = {}): Uint8Array =>
  assemble(
    guestWat({
      metadataText: JSON.stringify({
        ...JSON.parse(METADATA),
        plugin_type: 'evaluator',
        aggregate: 'sums',
        ...fields,
      }),
      outputText: output,
    }),
  );

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});
function open(isolation: 'inline' | 'thread' | 'process' = 'inline'): PluginManager {
  const manager = new PluginManager({ isolation });
  opened.push(manager);
  return manager;
}

const set = { sums: { right: 3 }, n: 4 };

describe('PluginManager.aggregate()', () => {
  it.each(['inline', 'thread', 'process'] as const)('gives what a guest says: %s', async (mode) => {
    const manager = open(mode);
    await manager.load(answering('{"data":{"score":0.75,"metrics":{"all":4}}}'));
    const output = await manager.aggregate('guest', set);
    expect(output.data).toEqual({ score: 0.75, metrics: { all: 4 } });
    expect(output.metadata.fuelUsed).toBeGreaterThan(0);
    expect(manager.info('guest')?.executionCount).toBe(1);
  });

  it.each([
    { title: 'a score above 1', output: '{"data":{"score":1.5}}' },
    { title: 'an infinite metric', output: '{"data":{"score":1,"metrics":{"a":1e400}}}' },
    { title: 'no score', output: '{"data":{"metrics":{}}}' },
  ])('refuses $title as of any evaluator', async ({ output }) => {
    const manager = open();
    await manager.load(answering(output));
    await expect(manager.aggregate('guest', set)).rejects.toMatchObject({
      code: 'CALL_INVALID_OUTPUT',
    });
  });

  it.each([
    { title: 'a plugin that is not of sums', fields: { aggregate: null } },
    { title: 'another type', fields: { plugin_type: 'transform' } },
  ])('refuses $title', async ({ fields }) => {
    const manager = open();
    await manager.load(answering('{"data":{"score":1}}', fields));
    await expect(manager.aggregate('guest', set)).rejects.toMatchObject({
      code: 'CALL_UNSUPPORTED',
    });
    expect(manager.info('guest')?.executionCount).toBe(0);
  });

  it.each([
    { title: 'NaN', bad: { sums: { a: Number.NaN }, n: 1 } },
    { title: 'no results', bad: { sums: { a: 1 }, n: 0 } },
    { title: 'no sums', bad: { sums: {}, n: 1 } },
  ])('refuses $title before the plugin sees it', async ({ bad }) => {
    const manager = open();
    await manager.load(answering('{"data":{"score":1}}'));
    await expect(manager.aggregate('guest', bad)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
    });
    expect(manager.info('guest')?.executionCount).toBe(0);
  });

  it('says that there is no such plugin', async () => {
    await expect(open().aggregate('nobody', set)).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
  });
});

describe('an evaluator of the host’s own', () => {
  const metadata = {
    name: 'accuracy',
    version: '1.0.0',
    pluginType: 'evaluator',
    aggregate: 'sums',
  } as const;
  const accuracy: EvaluatorPlugin = {
    metadata,
    evaluate: ({ output }) => ({ score: 1, metrics: { right: Number(output) } }),
    aggregate: ({ right = 0 }, n, call) => {
      call.reportMetric('asked', 1);
      return { score: right / n };
    },
  };

  it('is asked by its method, and for records as ever', async () => {
    const manager = open();
    await manager.register(accuracy);
    const context = { requestId: 'r-1' };
    const { data, metadata: given } = await manager.aggregate('accuracy', { ...set, context });
    expect([data, given.metrics]).toEqual([{ score: 0.75 }, { asked: 1 }]);
    const record = { output: 2, aggregate: {}, n: 1 };
    expect((await manager.execute('accuracy', { data: record })).data).toEqual({
      score: 1,
      metrics: { right: 2 },
    });
  });

  it('must have the method if it says that its metrics are sums', async () => {
    const without: EvaluatorPlugin = { metadata, evaluate: () => ({ score: 1 }) };
    await expect(open().register(without)).rejects.toThrow('expected a method "aggregate"');
  });

  it('is not asked if it says nothing of sums', async () => {
    const manager = open();
    const { aggregate: _, ...silent } = metadata;
    await manager.register({ ...accuracy, metadata: silent });
    await expect(manager.aggregate('accuracy', set)).rejects.toMatchObject({
      code: 'CALL_UNSUPPORTED',
    });
  });
});
