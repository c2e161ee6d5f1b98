import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, METADATA } from '@testbench/test-kit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';
import { ISOLATIONS } from './isolation.js';

/** The module of an adapter of the protocol "mine"; each part may be replaced. */
function adapterSource(parts: Readonly<Record<string, string>> = {}): string {
  const {
    head = '',
    rest = '',
    metadata = `return read(bytes(${JSON.stringify(METADATA)}));`,
    init = 'return 0;',
    execute = 'return read(bytes(guest.text(input)));',
    open = `return {
      readMetadata(read) { ${metadata} },
      init(config) { ${init} },
      execute(input, read) { ${execute} },
    };`,
    imports = '{}',
    name = "'mine'",
  } = parts;
  return `${head}
    const bytes = (text) => new TextEncoder().encode(text);
    export const protocol = {
      specificationVersion: 'v1',
      name: ${name},
      markers: { exports: { mine: { params: [], results: ['i32'] } } },
      requiredExports: {},
      optionalExports: {},
      imports: ${imports},
      payload: 'data',
      open(guest) { ${open} },
      ${rest}
    };`;
}

const wat = (mine: string, imports = ''): Uint8Array =>
  assemble(`(module ${imports} (memory (export "memory") 1)
    (func (export "mine") (result i32) ${mine}))`);
const plain = wat('(i32.const 5)');
const trapping = wat('(unreachable)');
const FOREIGN = "guest.memory.range('it', 0xfffffff0, 100)";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'protocols-'));
});
async function moduleOf(source: string | Uint8Array): Promise<string> {
  const path = join(folder, `adapter-${(count += 1)}.js`);
  await writeFile(path, source);
  return path;
}

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});
function openManager(options: PluginManagerOptions): PluginManager {
  const manager = new PluginManager(options);
  opened.push(manager);
  return manager;
}
const failure = async (promise: Promise<unknown>): Promise<Record<string, unknown>> =>
  (await promise.catch((error: unknown) => error)) as Record<string, unknown>;

describe.each(ISOLATIONS)('an adapter of a host, %s', (isolation) => {
  const load = async (
    parts: Readonly<Record<string, string>>,
    bytes = plain,
  ): Promise<PluginManager> => {
    const manager = openManager({ isolation, protocols: [await moduleOf(adapterSource(parts))] });
    await manager.load(bytes, { limits: { maxFuel: 1_000_000 } });
    return manager;
  };

  it('need not ask the guest at all', async () => {
    const manager = await load({});
    expect((await manager.execute('guest', { data: [1, 'ä'] })).data).toEqual([1, 'ä']);
    expect(manager.info('guest')?.contract).toBe('mine');
  });

  it.each([
    { title: 'throws', execute: 'throw new Error("oh no");', says: 'oh no' },
    { title: 'throws no error', execute: 'throw "words";', says: 'words' },
    { title: 'gives nothing', execute: '', says: 'neither an error code nor what was read' },
    { title: 'gives 0', execute: 'return 0;', says: 'neither' },
    { title: 'gives half a code', execute: 'return -0.5;', says: 'neither' },
    { title: 'gives bytes', execute: 'return bytes("1");', says: 'neither' },
    {
      title: 'gives data of its own',
      execute: 'return { data: 1, metrics: {} };',
      says: 'neither',
    },
    { title: 'reads no bytes', execute: 'return read("1");', says: 'it read no bytes' },
    { title: 'calls what is not there', execute: 'return guest.nothing();', says: 'nothing' },
    { title: 'gives no steps', execute: 'return { next: () => 3 };', says: 'no steps' },
    {
      title: 'throws in its steps',
      execute:
        'return (function* () { yield guest.function("mine")(); throw new Error("late"); })();',
      says: 'late',
    },
    {
      title: 'fails with a code of another',
      execute: 'return guest.fail("CALL_CRASHED", "x");',
      says: 'an adapter has no such code',
    },
    {
      title: 'allocates no number',
      execute: 'guest.memory.write(input, () => "here");',
      says: 'its allocator gave no number',
    },
  ])('that $title fails the call, and the plugin goes on', async ({ execute, says }) => {
    const manager = await load({
      execute: `if (guest.text(input) === '"good"') return read(bytes('"good"')); ${execute}`,
    });
    const error = await failure(Promise.resolve(manager.execute('guest', { data: null })));
    expect(error).toMatchObject({
      code: 'CALL_PROTOCOL_FAILED',
      message: expect.stringContaining(says),
      retryable: false,
    });
    expect(error['message']).toContain('the adapter of protocol "mine"');
    expect((await manager.execute('guest', { data: 'good' })).data).toBe('good');
  });

  it.each([
    { title: 'a place beyond the memory', execute: `${FOREIGN}; return -1;` },
    { title: 'no number', execute: 'guest.memory.range("it", 2 ** 40, 1);' },
    { title: 'a bigint', execute: 'guest.memory.range("it", 1n, 1);' },
    { title: 'a place to write beyond it', execute: 'guest.memory.write(input, () => 65535);' },
    { title: 'an output that is no JSON', execute: 'return read(bytes("{"));' },
    { title: 'no i32', execute: 'return guest.i32("mine", 1n);' },
    { title: 'its own verdict', execute: 'guest.fail("CALL_INVALID_OUTPUT", "Cannot: so");' },
  ])('may name $title, which the host refuses', async ({ execute }) => {
    const manager = await load({ execute });
    const error = await failure(Promise.resolve(manager.execute('guest', { data: null })));
    expect(error['code']).toBe('CALL_INVALID_OUTPUT');
  });

  it('lets limits and traps of the guest pass, also where it would hide them', async () => {
    const call = 'guest.function("mine")()';
    const passed = await load({ execute: `${call}; return read(bytes("1"));` }, trapping);
    const hidden = await load(
      { execute: `try { ${call}; } catch {} return read(bytes("1"));` },
      trapping,
    );
    const other = await load(
      { execute: `try { ${call}; } catch { throw new Error("mine"); }` },
      wat('(loop (br 0)) (unreachable)'),
    );
    const codes = await Promise.all(
      [passed, hidden, other].map(async (manager) =>
        failure(Promise.resolve(manager.execute('guest', { data: null }))),
      ),
    );
    expect(codes.map(({ code }) => code)).toEqual([
      'CALL_TRAPPED',
      'CALL_TRAPPED',
      'CALL_FUEL_EXHAUSTED',
    ]);
  });

  it.each([
    { title: 'opens no session', parts: { open: 'return {};' } },
    { title: 'throws when it opens', parts: { open: 'throw new Error("oh no");' } },
    { title: 'throws for metadata', parts: { metadata: 'throw new Error("oh no");' } },
    { title: 'throws for the configuration', parts: { init: 'throw new Error("oh no");' } },
    { title: 'gives no code for the configuration', parts: { init: 'return "fine";' } },
    {
      title: 'lacks a function that it declares',
      parts: {
        imports: "{ own: { give: { params: [], results: ['i32'] } } }",
        rest: 'createImports() { return { own: {} }; },',
      },
    },
  ])('that $title fails the loading', async ({ parts }) => {
    expect(await failure(load(parts as Record<string, string>))).toMatchObject({
      code: 'LOAD_PROTOCOL_FAILED',
    });
  });

  it('offers functions of its own, which cost fuel, and whose faults are its own', async () => {
    const parts = {
      imports: "{ own: { give: { params: ['i32'], results: ['i32'] } } }",
      rest: `createImports: (guest) => ({ own: { give: (n) => {
        if (n === 2) throw new Error('two');
        if (n === 3) guest.charge(2_000_000);
        return n;
      } } }),`,
      execute: 'guest.function("mine")(); return read(bytes("1"));',
    };
    const run = async (argument: number): Promise<Record<string, unknown>> => {
      const imported = '(import "own" "give" (func $give (param i32) (result i32)))';
      const bytes = wat(`(call $give (i32.const ${argument}))`, imported);
      const manager = await load(parts, bytes);
      return await failure(Promise.resolve(manager.execute('guest', { data: null })));
    };
    expect((await run(1))['metadata']).toMatchObject({ fuelUsed: expect.any(Number) });
    expect((await run(2))['code']).toBe('CALL_PROTOCOL_FAILED');
    expect((await run(3))['code']).toBe('CALL_FUEL_EXHAUSTED');
  });

  it('offers its functions to guests of its own protocol alone', async () => {
    const parts = {
      imports: "{ own: { give: { params: ['i32'], results: ['i32'] } } }",
      rest: 'createImports: () => ({ own: { give: (n) => n } }),',
    };
    const manager = openManager({ isolation, protocols: [await moduleOf(adapterSource(parts))] });
    const imports = '(import "own" "give" (func (param i32) (result i32)))';
    expect(await failure(manager.load(assemble(guestWat({ imports }))))).toMatchObject({
      code: 'LOAD_REJECTED',
    });
    expect((await manager.load(assemble(guestWat()))).contract).toBe('v1');
  });

  it('comes before the built-in protocols', async () => {
    const manager = await load(
      {},
      assemble(
        guestWat({
          rest: '(func (export "mine") (result i32) (i32.const 1))',
        }),
      ),
    );
    expect(manager.info('guest')?.contract).toBe('mine');
  });
});

describe('the modules of adapters', () => {
  it.each([
    { title: 'syntax that is none', source: 'export const protocol = {', says: 'Unexpected' },
    { title: 'a throw', source: 'throw new Error("at once");', says: 'at once' },
    { title: 'no export', source: 'export const other = 1;', says: '"protocol"' },
    { title: 'an export that is none', source: 'export const protocol = 7;', says: '"open"' },
    {
      title: 'another version',
      source: adapterSource({ rest: "specificationVersion: 'v2'," }),
      says: 'version v1',
    },
    {
      title: 'a name that is taken',
      source: adapterSource({ name: "'classic'" }),
      says: 'a name of its own',
    },
    {
      title: 'a name for a terminal',
      source: adapterSource({ name: "'\\u001b[2J'" }),
      says: 'lower-case',
    },
    {
      title: 'no marks',
      source: adapterSource({ rest: 'markers: {},' }),
      says: 'at least one mark',
    },
    {
      title: 'marks of no type',
      source: adapterSource({ rest: "markers: { exports: { a: 'i32' } }," }),
      says: 'markers.exports.a',
    },
    {
      title: 'an unknown mark',
      source: adapterSource({ rest: 'markers: { export: {} },' }),
      says: 'exports',
    },
    {
      title: 'types that are none',
      source: adapterSource({ rest: "requiredExports: { a: { params: ['f16'], results: [] } }," }),
      says: 'requiredExports.a.params[0]',
    },
    {
      title: 'an unknown form',
      source: adapterSource({ rest: "payload: 'xml'," }),
      says: 'payload',
    },
    {
      title: 'an import of a neighbour',
      source: adapterSource({ head: "import './other.js';" }),
      says: '',
    },
    {
      title: 'more than a megabyte',
      source: `// ${'x'.repeat(1024 * 1024)}`,
      says: 'limit is 1048576',
    },
    { title: 'bytes that are no UTF-8', source: Uint8Array.of(0xc3, 0x28), says: 'UTF-8' },
  ])('fail with $title', async ({ source, says }) => {
    const path = await moduleOf(source);
    const error = await failure(openManager({ protocols: [path] }).load(plain));
    expect(error).toMatchObject({ code: 'LOAD_PROTOCOL_FAILED' });
    expect(error['message']).toContain(says);
    expect(String(error['message']).length).toBeLessThan(700);
  });

  it('fail where there is none, and are read again at the next load', async () => {
    const path = join(folder, 'later.js');
    const manager = openManager({ protocols: [path], isolation: 'inline' });
    expect(await failure(manager.load(plain))).toMatchObject({
      code: 'LOAD_PROTOCOL_FAILED',
      cause: { code: 'LOAD_NOT_FOUND' },
    });
    await writeFile(path, adapterSource());
    expect((await manager.load(plain)).contract).toBe('mine');
  });

  it('must have names of their own', async () => {
    const paths = await Promise.all([adapterSource(), adapterSource()].map(moduleOf));
    expect(await failure(openManager({ protocols: paths }).load(plain))).toMatchObject({
      code: 'LOAD_PROTOCOL_FAILED',
      message: expect.stringContaining('the name "mine"'),
    });
  });

  it.each([
    { title: 'no list', protocols: 'a.js' },
    { title: 'an address on the network', protocols: [new URL('https://example.com/a.js')] },
    { title: 'an empty path', protocols: [''] },
    { title: 'an adapter itself', protocols: [{ name: 'mine' }] },
  ])('are refused as options: $title', ({ protocols }) => {
    expect(() => new PluginManager({ protocols: protocols as [] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
