import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createPlugin as createTheirs } from '@extism/extism';
import { assemble } from '@testbench/test-kit';
import { extismGuest, extismWat, startGuest, STARTS } from '@testbench/test-kit/extism-guests';
import { beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from './__fixtures__/temporary-folder.js';
import { createPlugin as createOurs } from './index.js';

/** Programs are written for Extism's SDK; only the import differs. */
type CreatePlugin = typeof createOurs;

const guest = extismGuest();
const theirs = createTheirs as unknown as CreatePlugin;

/** Functions of the host: two that return a block, one that returns nothing. */
const users = assemble(
  extismWat(
    `(memory (export "memory") 1)
    (func (export "greet") (result i32) (local $b i64)
      (local.set $b (call $greet (call $input_offset)))
      (call $output_set (local.get $b) (call $length (local.get $b))) (i32.const 0))
    (func (export "add") (result i32)
      (i32.store8 (i32.const 0) (i32.wrap_i64 (call $add (i64.const 40) (i32.const 9))))
      (call $output_set (call $text (i32.const 0) (i32.const 1)) (i64.const 1)) (i32.const 0))
    (func (export "remember") (result i32) (call $remember (call $input_offset)) (i32.const 0))
    (func (export "breaks") (result i32) (call $breaks) (i32.const 0))`,
    ['input_offset', 'length'],
    `(import "extism:host/user" "greet" (func $greet (param i64) (result i64)))
    (import "extism:host/user" "addNumbers" (func $add (param i64 i32) (result i64)))
    (import "own_space" "remember" (func $remember (param i64)))
    (import "extism:host/user" "breaks" (func $breaks))`,
  ),
);

const folder = temporaryFolder();
let path = '';
beforeAll(async () => {
  path = join(folder(), 'guest.wasm');
  await writeFile(path, guest);
});

/** What a program sees of a call. */
async function seen(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return `throws ${(error as Error).message}`;
  }
}

const PROGRAMS: Readonly<Record<string, (create: CreatePlugin) => Promise<unknown>>> = {
  'a manifest with configuration': async (create) => {
    const plugin = await create({ wasm: [{ data: guest }], config: { greeting: 'hi' } });
    const output = await plugin.call('config', 'greeting');
    const none = await plugin.call('nothing');
    await plugin.close();
    return [output?.text(), none];
  },
  'every way to read an output': async (create) => {
    const plugin = await create(guest.buffer);
    const output = (await plugin.call('echo', '{"count":3}'))!;
    await plugin.close();
    return [
      output.json(),
      output.text(),
      output.string(),
      Array.from(output.bytes()),
      output.arrayBuffer().byteLength,
      output.getUint8(0),
      output.getUint32(1, true),
      output.getBigUint64(0),
      output.byteLength,
      await seen(async () => output.setUint8(0, 1)).then((text) => String(text).slice(0, 10)),
    ];
  },
  'bytes, numbers and nothing as input': async (create) => {
    const plugin = await create(guest.buffer);
    const outputs = [
      (await plugin.call('echo', Uint8Array.of(0, 200, 255)))?.bytes(),
      (await plugin.call('echo', ''))?.bytes(),
      (await plugin.call('empty'))?.bytes(),
    ];
    await plugin.close();
    return outputs.map((bytes) => bytes && Array.from(bytes));
  },
  'variables, and state of the module, over several calls': async (create) => {
    const plugin = await create(path);
    const outputs = [];
    outputs.push((await plugin.call('count'))?.text(), (await plugin.call('count'))?.text());
    await plugin.call('set_var', 'kept');
    outputs.push((await plugin.call('get_var'))?.text());
    await plugin.call('delete_var');
    await plugin.close();
    return outputs;
  },
  'errors that the plugin sets': async (create) => {
    const plugin = await create(guest.buffer);
    const outputs = [
      await seen(() => plugin.call('fails')),
      await seen(() => plugin.call('fails_with_0')),
      (await plugin.call('echo', 'after it'))?.text(),
    ];
    await plugin.close();
    return outputs;
  },
  'what the module has': async (create) => {
    const plugin = await create(guest.buffer);
    const exports = await plugin.getExports();
    const imports = await plugin.getImports();
    const found = [
      await plugin.functionExists('echo'),
      await plugin.functionExists('memory'),
      await plugin.functionExists('no_such'),
      plugin.isActive(),
      await plugin.reset(),
    ];
    await plugin.close();
    return [found, exports, imports];
  },
  'log records from a level on': async (create) => {
    const lines: string[] = [];
    const logger = Object.fromEntries(
      ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
        level,
        (text: string) => lines.push(`${level}: ${text}`),
      ]),
    ) as unknown as Console;
    const plugin = await create(guest.buffer, { logger, logLevel: 'info' });
    await plugin.call('log_each');
    const level = (await plugin.call('log_level'))?.text();
    await plugin.close();
    return [lines, level];
  },
  'functions of the host': async (create) => {
    const lines: string[] = [];
    const plugin = await create(
      { wasm: [{ data: users }] },
      {
        functions: {
          'extism:host/user': {
            greet: (context, offset: bigint) =>
              context.store(`${context.hostContext<string>()} ${context.read(offset)?.text()}`),
            addNumbers: (_context, one: bigint, other: number) => one + BigInt(other),
            breaks: () => {
              throw new RangeError('broken');
            },
          },
          own_space: {
            remember: (context, offset: bigint) => {
              lines.push(`${context.read(offset)?.text()} ${context.length(offset)}`);
              context.setVariable('seen', 'yes');
              lines.push(String(context.getVariable('seen')?.text()));
            },
          },
        },
      },
    );
    const outputs = [
      (await plugin.call('greet', 'world', 'hello'))?.text(),
      (await plugin.call('add'))?.text(),
      await plugin.call('remember', 'this'),
      await seen(() => plugin.call('breaks')),
    ];
    await plugin.close();
    return [outputs, lines];
  },
  'what runs once, at the start': async (create) => {
    const outputs = [];
    for (const name of Object.keys(STARTS) as (keyof typeof STARTS)[]) {
      const plugin = await create(startGuest(name).buffer, { useWasi: name.endsWith('+WASI') });
      outputs.push([name, (await plugin.call('run'))?.text(), (await plugin.call('run'))?.text()]);
      await plugin.close();
    }
    return outputs;
  },
  'functions that get the outputs of others': async (create) => {
    const plugin = await create({ wasm: [{ data: guest }], config: { greeting: 'hello' } });
    const [none, first] = await plugin.callBlock('count', null);
    const [, second] = await plugin.callBlock('count', null);
    await plugin.callBlock('set_var', second);
    const found: unknown[] = [none, first === second, await plugin.callBlock('nothing', first)];
    const [error, output] = await plugin.callBlock('fails', null);
    const trap = await seen(() => plugin.callBlock('traps', null));
    found.push(typeof error, output, String(trap).endsWith('unreachable'));
    const [, echoed] = await plugin.callBlock('echo', error);
    await plugin.callBlock('log', echoed);
    found.push(typeof echoed, plugin.isActive());
    found.push((await plugin.call('echo', 'after it'))?.text());
    await plugin.close();
    return found;
  },
  'many calls at once': async (create) => {
    const plugin = await create(guest.buffer);
    const inputs = Array.from({ length: 20 }, (_, index) => `input ${index} `.repeat(index * 200));
    const outputs = [];
    // The SDK mixes up the outputs of calls that overlap.
    if (create === theirs) for (const one of inputs) outputs.push(await plugin.call('echo', one));
    else outputs.push(...(await Promise.all(inputs.map((one) => plugin.call('echo', one)))));
    await plugin.close();
    return outputs.map((output) => output?.text());
  },
  'a hash that is right, and one that is wrong': async (create) => {
    const hash = createHash('sha256').update(guest).digest('hex');
    const plugin = await create({ wasm: [{ data: guest, hash }] });
    const output = await plugin.call('echo', 'x');
    await plugin.close();
    const wrong = await seen(() =>
      create({ wasm: [{ data: guest, hash: hash.replace(/./g, '0') }] }),
    );
    return [output?.text(), String(wrong).includes(`Actual: ${hash}`)];
  },
};

describe.each(Object.entries(PROGRAMS))('a program for Extism: %s', (_name, program) => {
  let expected: unknown;
  beforeAll(async () => {
    expected = await program(theirs);
  });

  it.each(['inline', 'thread', 'process'] as const)(
    'does the same with our createPlugin, isolation: %s',
    async (isolation) => {
      const create: CreatePlugin = (manifest, options) =>
        createOurs(manifest, { ...options, isolation });
      expect(await program(create)).toEqual(expected);
    },
  );
});

it('is what Extism calls runInWorker', async () => {
  const plugin = await createOurs({ wasm: [{ path }] }, { runInWorker: true });
  expect((await plugin.call('echo', 'in a thread'))?.text()).toBe('in a thread');
  await plugin.close();
});
