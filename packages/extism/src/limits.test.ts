import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { assemble } from '@testbench/test-kit';
import {
  extismGuest,
  extismHttpGuest,
  extismWat,
  watText,
} from '@testbench/test-kit/extism-guests';
import { serveHttp } from '@testbench/test-kit/loopback';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from './__fixtures__/temporary-folder.js';
import { createPlugin, type ManifestLike } from './index.js';

const guest = extismGuest();
const wasm = [{ data: guest }];
const folder = temporaryFolder();

/** A program for WASI that prints the name of its first directory, and reads a file in it. */
const reader = assemble(
  extismWat(
    `(memory (export "memory") 1)
    (data (i32.const 512) "${watText('note.txt')}")
    (data (i32.const 600) "\\00\\04\\00\\00\\40\\00\\00\\00")
    (func (export "name") (result i32)
      (drop (call $prestat (i32.const 3) (i32.const 0)))
      (drop (call $dir_name (i32.const 3) (i32.const 1024) (i32.load (i32.const 4))))
      (call $output_set (call $text (i32.const 1024) (i32.load (i32.const 4))) (i64.load32_u (i32.const 4)))
      (i32.const 0))
    (func (export "read") (result i32)
      (if (call $open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 8) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)) (then (return (i32.const 9))))
      (drop (call $read (i32.load (i32.const 8)) (i32.const 600) (i32.const 1) (i32.const 12)))
      (call $output_set (call $text (i32.const 1024) (i32.load (i32.const 12))) (i64.load32_u (i32.const 12)))
      (i32.const 0))`,
    [],
    `(import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $dir_name (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))`,
  ),
);

describe.each(['inline', 'process'] as const)(
  'limits of a manifest, isolation: %s',
  (isolation) => {
    it.each([
      { manifest: { memory: { max_pages: 50 } }, call: 'allocates', code: 'CALL_MEMORY_EXHAUSTED' },
      { manifest: { memory: { maxPages: 50 } }, call: 'grows', code: 'CALL_MEMORY_EXHAUSTED' },
      { manifest: { memory: { max_var_bytes: 8 } }, call: 'set_var', code: 'CALL_PLUGIN_FAILED' },
    ])('$manifest ends $call with $code', async ({ manifest, call, code }) => {
      const plugin = await createPlugin({ ...manifest, wasm }, { isolation });
      await expect(plugin.call(call, 'input')).rejects.toThrow(expect.objectContaining({ code }));
      expect((await plugin.call('echo', 'after'))?.text()).toBe('after');
      await plugin.close();
    });

    it('sends requests to granted hosts, on any port, and to no other, also by a redirect', async () => {
      await using secret = await serveHttp((_request, response) => response.end('secret'));
      await using server = await serveHttp((request, response) => {
        if (request.url === '/') response.end('found');
        else response.writeHead(302, { location: `http://localhost:${secret.port}/` }).end();
      });
      const plugin = await createPlugin(
        { wasm: [{ data: extismHttpGuest() }], allowed_hosts: ['127.0.0.1'] },
        { isolation },
      );
      const get = (path: string): Promise<string | undefined> =>
        plugin
          .call('get', JSON.stringify({ url: `http://127.0.0.1:${server.port}${path}` }))
          .then((output) => output?.text());
      expect(await get('/')).toBe('found');
      await expect(get('/away')).rejects.toThrow(/not permitted/);
      await plugin.close();
    });

    it('gives a program for WASI the directories of its manifest under their names', async () => {
      const own = join(folder(), isolation);
      await mkdir(own);
      await writeFile(join(own, 'note.txt'), 'from the file');
      const plugin = await createPlugin(
        { wasm: [{ data: reader }], allowed_paths: { '/data': `ro:${own}` } },
        { useWasi: true, isolation },
      );
      expect((await plugin.call('name'))?.text()).toBe('/data');
      expect((await plugin.call('read'))?.text()).toBe('from the file');
      await plugin.close();
    });
  },
);

describe('createPlugin()', () => {
  it.each([{ timeoutMs: 50 }, { timeout_ms: 50 }])(
    'ends a call on this thread by %j',
    async (time) => {
      await using plugin = await createPlugin({ ...time, wasm });
      await expect(plugin.call('loops')).rejects.toThrow(
        expect.objectContaining({ code: 'CALL_DEADLINE_EXCEEDED' }),
      );
    },
  );

  it('refuses a program for WASI without useWasi', async () => {
    await expect(createPlugin({ wasm: [{ data: reader }] })).rejects.toThrow(
      expect.objectContaining({ code: 'LOAD_REJECTED' }),
    );
  });

  it.each([
    ['no "wasm"', { config: {} }],
    ['"wasm" is empty', { wasm: [] }],
    ['link them into one', { wasm: [...wasm, ...wasm] }],
    ['has no bytes', new WebAssembly.Module(guest)],
    ['it is not JSON', '{'],
    ['neither "data" nor', { wasm: [{ name: 'main' }] }],
  ] as [string, ManifestLike][])('refuses a manifest: %s', async (words, manifest) => {
    await expect(createPlugin(manifest)).rejects.toThrow(new RegExp(words));
  });

  it.each([
    [{ timeout_ms: -1 }, 'manifest.timeout_ms'],
    [{ memory: { max_pages: 'many' } }, 'manifest.memory.maxPages'],
    [{ config: { key: 1 } }, 'manifest.config["key"]'],
  ])('names the field of a manifest that is wrong: %j', async (fields, path) => {
    await expect(createPlugin({ ...fields, wasm })).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it('takes a manifest from a path, an address and a response', async () => {
    await using server = await serveHttp((request, response) => {
      if (request.url === '/guest.wasm') {
        response.writeHead(200, { 'content-type': 'application/wasm' }).end(guest);
      } else {
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ wasm: [{ url: `${server.origin}/guest.wasm` }] }));
      }
    });
    const path = join(folder(), 'guest.wasm');
    await writeFile(path, guest);
    const sources: ManifestLike[] = [
      path,
      new URL(`file://${path}`),
      `${server.origin}/manifest.json`,
      `${server.origin}/guest.wasm`,
      new Response(await readFile(path)),
      JSON.stringify({ wasm: [{ path }] }),
    ];
    for (const source of sources) {
      const plugin = await createPlugin(source);
      expect((await plugin.call('echo', 'x'))?.text()).toBe('x');
      await plugin.close();
    }
  });

  it('runs calls one after another, and starts from a fresh instance after reset()', async () => {
    await using plugin = await createPlugin({ wasm });
    const outputs = await Promise.all([plugin.call('count'), plugin.call('count')]);
    expect(outputs.map((output) => output?.text())).toEqual(['1', '2']);
    expect(await plugin.reset()).toBe(true);
    expect((await plugin.call('count'))?.text()).toBe('1');
  });

  it('gives no instance', async () => {
    await using plugin = await createPlugin({ wasm });
    await expect(plugin.getInstance()).rejects.toThrow(
      expect.objectContaining({ code: 'CALL_UNSUPPORTED' }),
    );
  });
});
