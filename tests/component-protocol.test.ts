import { ISOLATIONS, PluginSystem } from '@testbench/core';
import { assemble } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

const protocols = [new URL('../examples/components/component-protocol.js', import.meta.url)];
const METADATA = '{"name":"pure","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0"}';
const GUEST = 'testbench:plugin/guest@1.0.0#';

/** The core module of a component of the world `pure-plugin`, as `jco transpile` gives it back. @param result Case, then code or pointer, and length. */
function coreModule({
  result = '(i32.const 0) (local.get $ptr) (local.get $length)',
} = {}): Uint8Array {
  return assemble(`(module
    (memory (export "memory") 4)
    (global $heap (mut i32) (i32.const 8192))
    (data (i32.const 0) ${JSON.stringify(METADATA)})
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $heap))
      (global.set $heap (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func $answer (param $case i32) (param $first i32) (param $second i32) (result i32)
      (i32.store8 (i32.const 4128) (local.get $case))
      (i32.store (i32.const 4132) (local.get $first))
      (i32.store (i32.const 4136) (local.get $second))
      (i32.const 4128))
    (func (export "${GUEST}metadata") (result i32)
      (i32.store (i32.const 4096) (i32.const 0))
      (i32.store (i32.const 4100) (i32.const ${METADATA.length}))
      (i32.const 4096))
    (func (export "${GUEST}init") (param i32 i32) (result i32)
      (i32.store8 (i32.const 4128) (i32.const 0)) (i32.const 4128))
    (func (export "${GUEST}execute") (param $ptr i32) (param $length i32) (result i32)
      (call $answer ${result}))
    ;; Frees the input: without it, memory ends after a few calls.
    (func (export "cabi_post_${GUEST}execute") (param i32) (global.set $heap (i32.const 8192)))
    (func (export "${GUEST}shutdown")))`);
}

async function open(isolation: 'inline' | 'thread' | 'process', module: Uint8Array) {
  const system = new PluginSystem({ protocols, isolation, limits: { maxFuel: 10_000_000 } });
  await system.loadPluginFromBytes('pure', module);
  return system;
}

describe.each(ISOLATIONS)('core modules of components, %s', (isolation) => {
  it('run as plugins, and free what they were given', async () => {
    await using system = await open(isolation, coreModule());
    expect(system.getPluginInfo('pure')).toMatchObject({
      contract: 'component',
      metadata: { name: 'pure', version: '1.0.0' },
    });
    const data = 'é'.repeat(50_000);
    for (let call = 0; call < 5; call += 1) {
      expect((await system.executePlugin('pure', { data })).data).toBe(data);
    }
  });

  it.each([
    ['fails with a code', '(i32.const 1) (i32.const -7) (i32.const 0)', 'CALL_PLUGIN_FAILED'],
    [
      'fails with the code of success',
      '(i32.const 1) (i32.const 0) (i32.const 0)',
      'CALL_PLUGIN_FAILED',
    ],
    [
      'answers from elsewhere',
      '(i32.const 0) (i32.const -16) (i32.const 64)',
      'CALL_INVALID_OUTPUT',
    ],
    ['answers without end', '(i32.const 0) (i32.const 0) (i32.const -1)', 'CALL_'],
  ])('are stopped when one %s', async (_, result, code) => {
    await using system = await open(isolation, coreModule({ result }));
    await expect(system.executePlugin('pure', { data: 1 })).rejects.toMatchObject({
      code: expect.stringContaining(code),
    });
  });
});
