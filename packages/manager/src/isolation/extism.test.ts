import { assemble, METADATA } from '@testbench/test-kit';
import { extismGuest, extismWat, watText } from '@testbench/test-kit/extism-guests';
import type { LogRecord } from '@testbench/types/abi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';
import { ISOLATIONS } from './isolation.js';

const guest = extismGuest();
const text = (data: unknown): string => new TextDecoder().decode(data as Uint8Array);

describe.each(ISOLATIONS)("Extism's protocol, isolation: %s", (isolation) => {
  const logs: LogRecord[] = [];
  const manager = new PluginManager({ isolation, onLog: (record) => logs.push(record) });
  const call = async (name: string, input?: unknown): Promise<unknown> =>
    (await manager.execute('guest', { data: { function: name, input } })).data;

  beforeAll(async () => {
    await manager.load(guest, {
      id: 'guest',
      config: { greeting: 'hello', number: 7, 'extism:host': { log_level: 'info' } },
      limits: { maxMemoryBytes: 40 * 65_536, timeoutMs: 20_000 },
    });
  });
  afterAll(() => manager.close());

  it('is recognised by its imports', () => {
    const [info] = manager.list();
    expect(info).toMatchObject({ contract: 'extism', metadata: { pluginType: 'custom' } });
  });

  it.each([
    ['echo', 'a text of more than eight bytes', 'a text of more than eight bytes'],
    ['echo', Uint8Array.of(0, 255, 1), '\0\uFFFD\u0001'],
    ['echo', { json: [1] }, '{"json":[1]}'],
    ['echo', undefined, ''],
    ['empty', undefined, ''],
    ['part', 'abcdefg', 'cde'],
    ['config', 'greeting', 'hello'],
    ['config', 'number', '7'],
    ['config', 'none', ''],
    ['config', 'extism:host', ''],
    ['log_level', undefined, '2'],
    ['error_length', undefined, '='],
  ])('gives the bytes of %s for %j', async (name, input, expected) => {
    expect(text(await call(name, input))).toBe(expected);
  });

  it.each(['nothing', 'no_result', 'forgives', 'frees_once'])(
    'gives nothing for %s, which sets no output',
    async (name) => {
      expect(await call(name)).toBeNull();
    },
  );

  it('keeps variables from call to call, also after one that failed', async () => {
    await call('set_var', 'kept');
    await expect(call('traps')).rejects.toThrow(expect.objectContaining({ code: 'CALL_TRAPPED' }));
    expect(text(await call('get_var'))).toBe('kept');
    await call('delete_var');
    expect(text(await call('get_var'))).toBe('');
  });

  it('passes on the records from its level on', async () => {
    logs.length = 0;
    await call('log', 'said');
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'said'],
      ['warn', 'said'],
      ['error', 'said'],
    ]);
  });

  it.each([
    { name: 'fails', code: 'CALL_PLUGIN_FAILED', pluginCode: 1, pluginMessage: 'it went wrong' },
    {
      name: 'fails_with_0',
      code: 'CALL_PLUGIN_FAILED',
      pluginCode: -1,
      pluginMessage: 'it went wrong',
    },
    { name: 'seven', code: 'CALL_PLUGIN_FAILED', pluginCode: 7 },
    { name: 'traps', code: 'CALL_TRAPPED' },
    { name: 'frees_twice', code: 'CALL_TRAPPED', says: /frees a block that is not allocated/ },
    { name: 'frees_middle', code: 'CALL_TRAPPED', says: /frees a block that is not allocated/ },
    { name: 'uses_freed', code: 'CALL_TRAPPED', says: /uses a block that is not allocated/ },
    { name: 'reads_beyond', code: 'CALL_TRAPPED', says: /beyond its block/ },
    { name: 'reads_across', code: 'CALL_TRAPPED', says: /beyond its block/ },
    { name: 'reads_before', code: 'CALL_TRAPPED' },
    { name: 'writes_beyond', code: 'CALL_TRAPPED', says: /beyond its block/ },
    { name: 'reads_beyond_input', code: 'CALL_TRAPPED', says: /beyond its input/ },
    { name: 'reads_far_input', code: 'CALL_TRAPPED', says: /beyond its input/ },
    { name: 'foreign_output', code: 'CALL_INVALID_OUTPUT' },
    { name: 'long_output', code: 'CALL_INVALID_OUTPUT' },
    { name: 'huge_output', code: 'CALL_INVALID_OUTPUT' },
    { name: 'foreign_error', code: 'CALL_TRAPPED' },
    { name: 'foreign_key', code: 'CALL_TRAPPED', says: /the key is not a block/ },
    { name: 'foreign_log', code: 'CALL_TRAPPED', says: /the log record is not a block/ },
    { name: 'allocates', code: 'CALL_MEMORY_EXHAUSTED' },
    { name: 'allocates_all', code: 'CALL_MEMORY_EXHAUSTED' },
    { name: 'blocks', code: 'CALL_MEMORY_EXHAUSTED' },
    { name: 'grows', code: 'CALL_MEMORY_EXHAUSTED' },
    { name: 'grows_later', code: 'CALL_MEMORY_EXHAUSTED' },
    { name: 'no_such_function', code: 'CALL_INVALID_INPUT', says: /does not export it/ },
    { name: 'takes_parameters', code: 'CALL_INVALID_INPUT', says: /takes parameters/ },
    { name: 'memory', code: 'LOAD_BAD_EXPORT' },
    { name: 'gives_i64', code: 'CALL_INVALID_OUTPUT' },
  ])('fails for $name with $code', async ({ name, says = /./, ...expected }) => {
    const failure = expect.objectContaining({ ...expected, message: expect.stringMatching(says) });
    await expect(call(name)).rejects.toThrow(failure);
    expect(text(await call('echo', 'well'))).toBe('well');
  });

  it.each(['loops', 'churns'])('stops %s by fuel', async (name) => {
    const data = { function: name };
    await expect(manager.execute('guest', { data }, { maxFuel: 5_000_000 })).rejects.toThrow(
      expect.objectContaining({ code: 'CALL_FUEL_EXHAUSTED' }),
    );
  });

  it.each([[null], ['text'], [{ input: 'x' }]])(
    'refuses %j, which names no function',
    async (data) => {
      await expect(manager.execute('guest', { data })).rejects.toThrow(
        expect.objectContaining({ code: 'CALL_INVALID_INPUT' }),
      );
    },
  );
});

const EVALUATOR = METADATA.replace('custom', 'evaluator');

/** An evaluator of the contract, as one of Extism's kits would build it: it refuses to score before it has its configuration. */
const evaluator = assemble(
  extismWat(
    `(memory (export "memory") 1)
    (data (i32.const 1024) "${watText(EVALUATOR)}")
    (data (i32.const 2048) "${watText('{"data":{"score":1}}')}")
    (global $configured (mut i64) (i64.const 0))
    (func (export "plugin_metadata") (result i32)
      (call $output_set (call $text (i32.const 1024) (i32.const ${EVALUATOR.length})) (i64.const ${EVALUATOR.length}))
      (i32.const 0))
    (func (export "plugin_init") (result i32) (global.set $configured (call $input_length)) (i32.const 0))
    (func (export "plugin_execute") (result i32)
      (if (i64.eqz (global.get $configured)) (then (return (i32.const 3))))
      (call $output_set (call $text (i32.const 2048) (i32.const 20)) (i64.const 20)) (i32.const 0))`,
    ['input_length'],
  ),
);

it.each(ISOLATIONS)(
  "runs a plugin of the contract with Extism's functions, %s",
  async (isolation) => {
    const manager = new PluginManager({ isolation });
    const { contract, metadata } = await manager.load(evaluator, { id: 'scorer', state: 'reset' });
    expect([contract, metadata.pluginType]).toEqual(['extism-contract', 'evaluator']);
    for (let call = 0; call < 3; call += 1) {
      const { data } = await manager.execute('scorer', { data: { output: 'a', expected: 'a' } });
      expect(data).toEqual({ score: 1 });
    }
    await manager.close();
  },
);
