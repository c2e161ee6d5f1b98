import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PluginSystem } from '@testbench/core';
import { assemble, guestWat, METADATA, packed } from '@testbench/test-kit';
import { PluginError } from '@testbench/types/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const good = assemble(guestWat());

let system: PluginSystem;
beforeEach(() => {
  system = new PluginSystem();
});
afterEach(() => system.close());

/** Appends a custom section with the metadata `text`. */
function withSection(bytes: Uint8Array, text: string): Uint8Array {
  const name = new TextEncoder().encode('testbench.plugin');
  const payload = new TextEncoder().encode(text);
  const size = 1 + name.length + payload.length;
  // Two LEB128 bytes hold the size of every section here.
  const header = [0, (size & 0x7f) | 0x80, size >> 7, name.length];
  return Uint8Array.from([...bytes, ...header, ...name, ...payload]);
}

/** Every message says what failed, on which input, and why. */
const sentence = expect.stringMatching(/^Cannot [a-z]+ .+: .+[^.]$/s);

describe('files that are no module', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-bad-input-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    { title: 'a missing file', content: undefined, code: 'LOAD_NOT_FOUND' },
    { title: 'an empty file', content: '', code: 'LOAD_INVALID_MODULE' },
    { title: 'a text file', content: 'hello, I am text', code: 'LOAD_INVALID_MODULE' },
    { title: 'a WAT file', content: '(module)', code: 'LOAD_INVALID_MODULE' },
    { title: 'random bytes', content: Uint8Array.of(1, 2, 3, 4), code: 'LOAD_INVALID_MODULE' },
    { title: 'a truncated module', content: good.slice(0, -10), code: 'LOAD_INVALID_MODULE' },
    { title: 'only a header', content: good.slice(0, 8), code: 'LOAD_BAD_EXPORT' },
    {
      title: 'another version of the format',
      content: Uint8Array.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]),
      code: 'LOAD_INVALID_MODULE',
    },
    {
      title: 'a component',
      content: Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]),
      code: 'LOAD_INVALID_MODULE',
    },
  ])('$title: $code', async ({ content, code }) => {
    const path = join(folder, 'plugin.wasm');
    if (content !== undefined) await writeFile(path, content);
    await expect(system.loadPlugin(path)).rejects.toMatchObject({ code, message: sentence });
    expect(system.pluginCount).toBe(0);
  });

  it('a directory: LOAD_UNREADABLE', async () => {
    await expect(system.loadPlugin(folder)).rejects.toMatchObject({
      code: 'LOAD_UNREADABLE',
      message: sentence,
    });
  });

  it('a module cut at any byte gives a typed error', async () => {
    for (let length = 0; length < good.length; length += 1) {
      const error: unknown = await system
        .loadPluginFromBytes('cut', good.slice(0, length))
        .then(() => undefined)
        .catch((reason: unknown) => reason);
      expect(PluginError.is(error), `cut at ${length}`).toBe(true);
    }
  });
});

describe('metadata', () => {
  const other = METADATA.replace('guest', 'other');

  it.each([
    { title: 'is not JSON', bytes: assemble(guestWat({ metadataText: '{"name"' })) },
    {
      title: 'is not UTF-8',
      bytes: assemble(
        guestWat({
          metadata: packed(65_000, 10),
          rest: '(data (i32.const 65000) "\\ff\\fe\\ff\\fe\\ff\\fe\\ff\\fe\\ff\\fe")',
        }),
      ),
    },
    { title: 'is a list', bytes: assemble(guestWat({ metadataText: '[]' })) },
    { title: 'lacks a name', bytes: assemble(guestWat({ metadataText: '{"version":"1.0.0"}' })) },
    { title: 'of the section is not JSON', bytes: withSection(good, 'nope') },
  ])('that $title: LOAD_INVALID_METADATA', async ({ bytes }) => {
    await expect(system.loadPluginFromBytes('guest', bytes)).rejects.toMatchObject({
      code: 'LOAD_INVALID_METADATA',
      message: sentence,
    });
  });

  it('at a place outside of the memory: LOAD_INVALID_METADATA', async () => {
    const bytes = assemble(guestWat({ metadata: packed(0x7fff_0000, 10) }));
    await expect(system.loadPluginFromBytes('guest', bytes)).rejects.toMatchObject({
      code: 'LOAD_INVALID_METADATA',
      message: sentence,
    });
  });

  it('that disagrees with its section: LOAD_METADATA_MISMATCH', async () => {
    await expect(
      system.loadPluginFromBytes('guest', withSection(good, other)),
    ).rejects.toMatchObject({ code: 'LOAD_METADATA_MISMATCH', message: sentence });
    await expect(
      system.loadPluginFromBytes('guest', withSection(good, METADATA)),
    ).resolves.toMatchObject({ info: { status: 'ready' } });
  });

  it('for another contract: LOAD_INCOMPATIBLE_API', async () => {
    const metadataText = METADATA.replace('"api_version":"1.0.0"', '"api_version":"2.0.0"');
    await expect(
      system.loadPluginFromBytes('guest', assemble(guestWat({ metadataText }))),
    ).rejects.toMatchObject({ code: 'LOAD_INCOMPATIBLE_API', message: sentence });
  });

  it('and plugin_init that fails: LOAD_INIT_FAILED', async () => {
    await expect(
      system.loadPluginFromBytes('guest', assemble(guestWat({ init: '(i32.const -7)' }))),
    ).rejects.toMatchObject({ code: 'LOAD_INIT_FAILED', message: sentence });
  });
});

describe('outputs', () => {
  const metadataOf = (type: string) => METADATA.replace('"custom"', `"${type}"`);

  it.each([
    { title: 'a pointer outside of the memory', parts: { execute: packed(0x7fff_0000, 16) } },
    { title: 'a range that leaves the memory', parts: { execute: packed(131_070, 16) } },
    {
      title: 'bad UTF-8',
      parts: {
        outputText: '{"data":""}',
        rest: '(data (i32.const 4105) "\\ff")',
        execute: packed(4096, 11),
      },
    },
    { title: 'bad JSON', parts: { outputText: '{"data":' } },
    { title: 'no output at all', parts: { execute: packed(4096, 0) } },
    { title: 'NaN', parts: { outputText: '{"data":{"score":NaN}}' } },
    { title: 'an output without data', parts: { outputText: '{"score":1}' } },
    { title: 'a lone surrogate', parts: { outputText: '{"data":"\\ud800"}' } },
    { title: '65 levels', parts: { outputText: `{"data":${'['.repeat(64)}${']'.repeat(64)}}` } },
    {
      title: 'a score of 1e400',
      parts: { metadataText: metadataOf('evaluator'), outputText: '{"data":{"score":1e400}}' },
    },
    {
      title: 'a score of 1.5',
      parts: { metadataText: metadataOf('evaluator'), outputText: '{"data":{"score":1.5}}' },
    },
    {
      title: 'a filter without items',
      parts: { metadataText: metadataOf('filter'), outputText: '{"data":{}}' },
    },
  ])('$title: CALL_INVALID_OUTPUT', async ({ parts }) => {
    await system.loadPluginFromBytes('guest', assemble(guestWat(parts)));
    await expect(system.executePlugin('guest', { data: 1 })).rejects.toMatchObject({
      code: 'CALL_INVALID_OUTPUT',
      message: sentence,
    });
  });

  it('a length of 4 GiB: refused before anything is copied', async () => {
    await system.loadPluginFromBytes(
      'guest',
      assemble(guestWat({ execute: packed(4096, 0xffff_ffff) })),
    );
    await expect(system.executePlugin('guest', { data: 1 })).rejects.toMatchObject({
      code: expect.stringMatching(/^CALL_(OUTPUT_TOO_LARGE|INVALID_OUTPUT)$/),
      message: sentence,
    });
  });

  it.each([
    { title: 'null', pointer: '(i32.const 0)', code: 'CALL_MEMORY_EXHAUSTED' },
    { title: 'outside of the memory', pointer: '(i32.const -16)', code: 'CALL_TRAPPED' },
  ])('an allocator that gives $title', async ({ pointer }) => {
    const init = '(global.set $ready (i32.const 1)) (i32.const 0)';
    const rest = '(global $ready (mut i32) (i32.const 0))';
    const alloc = `(select ${pointer} (global.get $heap) (global.get $ready))`;
    await system.loadPluginFromBytes('guest', assemble(guestWat({ init, rest, alloc })));
    await expect(system.executePlugin('guest', { data: 1 })).rejects.toMatchObject({
      code: expect.stringMatching(/^CALL_/),
      message: sentence,
    });
  });

  it.each([
    { result: -1, code: 'CALL_PLUGIN_FAILED' },
    { result: -2, code: 'CALL_INVALID_INPUT' },
    { result: -77, code: 'CALL_PLUGIN_FAILED' },
  ])('the error code $result: $code', async ({ result, code }) => {
    await system.loadPluginFromBytes(
      'guest',
      assemble(guestWat({ execute: `(i64.const ${result})` })),
    );
    await expect(system.executePlugin('guest', { data: 1 })).rejects.toMatchObject({
      code,
      pluginCode: result,
      message: sentence,
    });
  });
});

describe('exports', () => {
  it.each([
    {
      parts: { memory: '(memory 2)' },
      problem: 'export "memory": it is missing',
    },
    {
      parts: { memory: '(memory 2) (global (export "memory") i32 (i32.const 0))' },
      problem: 'export "memory": it is a global, not a memory',
    },
    {
      parts: { rest: '(func (export "plugin_health") (param i32))' },
      problem: 'export "plugin_health": its type is (i32) -> (), expected () -> i32',
    },
  ])('$problem', async ({ parts, problem }) => {
    await expect(
      system.loadPluginFromBytes('guest', assemble(guestWat(parts))),
    ).rejects.toMatchObject({
      code: 'LOAD_BAD_EXPORT',
      message: expect.stringContaining(problem),
    });
  });
});

describe('imports', () => {
  it.each([
    { title: 'an unknown module', imports: '(import "constructor" "constructor" (func))' },
    { title: 'an unknown function', imports: '(import "env" "toString" (func))' },
    { title: 'a wrong type', imports: '(import "env" "host_log" (func))' },
    { title: 'a memory', imports: '(import "env" "memory" (memory 1))' },
  ])('$title: LOAD_REJECTED', async ({ imports }) => {
    const parts = imports.includes('memory') ? { imports, memory: '' } : { imports };
    await expect(
      system.loadPluginFromBytes('guest', assemble(guestWat(parts))),
    ).rejects.toMatchObject({ code: 'LOAD_REJECTED', message: sentence });
  });
});

describe('configuration', () => {
  it('an unknown key is named with the nearest one', () => {
    const options = { limits: { timeoutMS: 5 } } as object;
    expect(() => new PluginSystem(options)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        message: expect.stringContaining('did you mean "timeoutMs"?'),
      }),
    );
  });
});
