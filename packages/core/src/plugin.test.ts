import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { assemble, guestWat, METADATA } from '@testbench/test-kit';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { type EvaluatorPlugin, type EvaluatorResult, PluginSystem } from './index.js';

const plugin = (fields: object = {}, outputText = '{"data":"fine"}'): Uint8Array<ArrayBuffer> =>
  assemble(
    guestWat({ metadataText: JSON.stringify({ ...JSON.parse(METADATA), ...fields }), outputText }),
  );
const evaluator = plugin({ plugin_type: 'evaluator' }, '{"data":{"score":1}}');
const newFile = (): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'testbench-core-')), 'a b.wasm');
  writeFileSync(path, evaluator);
  return path;
};

describe('Plugin', () => {
  it('runs calls, batches and streams', async () => {
    await using system = new PluginSystem({ isolation: 'inline' });
    const one = await system.loadPluginFromBytes('one', plugin());
    expect((await one.execute(1)).data).toBe('fine');
    expect(await one.batch([1, 2])).toMatchObject([
      { value: { data: 'fine' } },
      { value: { data: 'fine' } },
    ]);
    const parts = [];
    for await (const part of one.stream(1)) parts.push(part);
    expect(parts).toMatchObject([{ type: 'result', output: { data: 'fine' } }]);
    expect(one.info).toMatchObject({ id: 'one', executionCount: 4 });
  });

  it('hands the context on, and the limits of the call', async () => {
    await using system = new PluginSystem({ isolation: 'inline' });
    const one = await system.loadPluginFromBytes('one', plugin());
    const calls: unknown[] = [];
    system.events.on('call-start', ({ requestId }) => calls.push(requestId));
    await one.execute('x', { context: { requestId: 'r-1' } });
    expect(calls).toEqual(['r-1']);
    await expect(one.execute('x', { timeoutMs: 0 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('is typed by the plugin type that the caller names', async () => {
    await using system = new PluginSystem();
    const judge = await system.loadPlugin(newFile(), { pluginType: 'evaluator' });
    const { data } = await judge.execute({ output: 'a', expected: 'a' });
    expectTypeOf(data).toEqualTypeOf<EvaluatorResult>();
    expect(data.score).toBe(1);
  });

  it('refuses a plugin of another type than the caller names', async () => {
    await using system = new PluginSystem();
    await expect(system.loadPlugin(newFile(), { pluginType: 'filter' })).rejects.toMatchObject({
      code: 'LOAD_WRONG_TYPE',
      message:
        'Cannot load plugin "guest": expected a plugin of type "filter", found one of type "evaluator"',
    });
    expect(system.pluginCount).toBe(0);
    await expect(
      system.loadPlugin(newFile(), { pluginType: 'metric' as never }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'pluginType' });
  });

  it('stays through reloads, and is of no use once it was unloaded', async () => {
    await using system = new PluginSystem();
    const first = await system.loadPluginFromBytes('a', plugin());
    await first.reload(plugin({ version: '2.0.0' }));
    expect(first.info.metadata.version).toBe('2.0.0');
    await first.rollback();
    expect(first.info.metadata.version).toBe('1.0.0');
    await first.unload();
    const second = await system.loadPluginFromBytes('a', plugin({ version: '3.0.0' }));
    await expect(first.execute(1)).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
    await expect(first.batch([1])).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
    await expect(first.stream(1).next()).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
    await expect(first.unload()).rejects.toMatchObject({ code: 'LOAD_NOT_LOADED' });
    expect(() => first.info).toThrow(expect.objectContaining({ code: 'LOAD_NOT_LOADED' }));
    expect(second.info.metadata.version).toBe('3.0.0');
    expect(system.pluginCount).toBe(1);
  });
});

describe('PluginSystem.loadPlugin()', () => {
  it('takes a file URL', async () => {
    await using system = new PluginSystem();
    const path = newFile();
    expect((await system.loadPlugin(pathToFileURL(path))).info).toMatchObject({ path });
  });

  it.each([42, null, undefined, {}, new URL('https://example.com/a.wasm')])(
    'refuses %s with a TypeError',
    async (source) => {
      await using system = new PluginSystem();
      await expect(system.loadPlugin(source as never)).rejects.toThrow(TypeError);
    },
  );
});

describe('PluginSystem.executePlugin()', () => {
  it.each(['inline', 'thread'] as const)('says that "data" is missing, %s', async (isolation) => {
    await using system = new PluginSystem({ isolation });
    await system.loadPluginFromBytes('a', plugin());
    await expect(
      system.executePlugin('a', { output: 'x', expected: 'x' } as never),
    ).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      message: 'Cannot start call: the input has no "data"; put "output", "expected" into it',
    });
  });
});

describe('PluginSystem.registerPlugin()', () => {
  const sameLength: EvaluatorPlugin = {
    metadata: {
      name: 'same-length',
      version: '1.0.0',
      pluginType: 'evaluator',
      capabilities: ['text_evaluation'],
    },
    evaluate: ({ output, expected }) => ({
      score: String(output).length === String(expected).length ? 1 : 0,
    }),
  };

  it('gives a handle that is typed, and finds it by id, type and capability', async () => {
    await using system = new PluginSystem();
    await system.loadPluginFromBytes('one', evaluator);
    const own = await system.registerPlugin(sameLength);
    const { data } = await own.execute({ output: 'abc', expected: 'xyz' });
    expectTypeOf(data).toEqualTypeOf<EvaluatorResult>();
    expect(data).toEqual({ score: 1 });
    const input = { data: { output: 'a', expected: 'xyz' } };
    expect((await system.executePlugin('same-length', input)).data).toEqual({ score: 0 });
    expect(system.findPluginsByType('evaluator').map(({ id }) => id)).toEqual([
      'one',
      'same-length',
    ]);
    expect(system.findPluginsByCapability('text_evaluation').map(({ id }) => id)).toEqual([
      'same-length',
    ]);
    expect(own.info).toMatchObject({ isolation: 'host', executionCount: 2 });
    await own.unload();
    expect(() => own.info).toThrow(expect.objectContaining({ code: 'LOAD_NOT_LOADED' }));
  });

  it('takes no data and no method of another type', async () => {
    await using system = new PluginSystem();
    const own = await system.registerPlugin(sameLength);
    // @ts-expect-error An evaluator needs an output to judge.
    await expect(own.execute({ answer: 'abc' })).resolves.toMatchObject({ data: { score: 1 } });
    const wrong = { metadata: sameLength.metadata, complete: () => ({ text: '', model: '' }) };
    // @ts-expect-error It has no evaluator method.
    await expect(system.registerPlugin(wrong, { id: 'wrong' })).rejects.toThrow(TypeError);
  });

  it('tells a wrong argument from a failed call', async () => {
    await using system = new PluginSystem();
    const guest = await system.loadPluginFromBytes('guest', assemble(guestWat()));
    await expect(guest.batch('text' as never)).rejects.toThrow(TypeError);
    expect(() => system.findPluginsByType(5 as never)).toThrow(TypeError);
    expect(() => system.findPluginsByType('evaluater' as never)).toThrow(RangeError);
    expect(() => system.findPluginsByCapability(undefined as never)).toThrow(TypeError);
    expect(system.findPluginsByType('filter')).toEqual([]);
  });
});
