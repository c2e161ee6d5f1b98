import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { assemble, guestWat, METADATA, withMetadataSection } from '@testbench/test-kit';
import type { LoadError } from '@testbench/types/errors';
import { beforeEach, describe, expect, it } from 'vitest';

import { discoverPlugins } from './discover-plugins.js';
import { findWasmFiles } from './find-wasm-files.js';
import { inspectPlugin } from './inspect-plugin.js';

// Traps when run: finding it must not run it.
const hostile = assemble(guestWat({ rest: '(func $start (unreachable)) (start $start)' }));
const named = (name: string): Uint8Array =>
  withMetadataSection(hostile, METADATA.replace('guest', name));

let folder: string;
const put = (path: string, bytes: Uint8Array): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), bytes);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbench-discover-'));
});

describe('discoverPlugins()', () => {
  it('finds plugins in folders and files without running them', async () => {
    put('b/build/b.wasm', named('b'));
    put('a.wasm', named('a'));
    put('single.wasm', named('single'));
    const found = await discoverPlugins([join(folder, 'single.wasm'), folder]);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['single', 'a', 'b']);
    expect(found[1]?.path).toBe(join(folder, 'a.wasm'));
  });

  it('passes over what is hidden, deep, linked or of another name', async () => {
    put('.cache/a.wasm', named('a'));
    put('node_modules/a/a.wasm', named('a'));
    put('1/2/3/4/5/a.wasm', named('a'));
    put('a.txt', named('a'));
    put('elsewhere/a.bin', named('a'));
    symlinkSync(join(folder, 'elsewhere/a.bin'), join(folder, 'link.wasm'));
    expect(await discoverPlugins([folder])).toEqual([]);
  });

  it('tells what is no plugin, and goes on', async () => {
    put('a-text.wasm', new TextEncoder().encode('(module)'));
    put('b-plain.wasm', hostile);
    put('c-good.wasm', named('good'));
    symlinkSync(join(folder, 'c-good.wasm'), join(folder, 'd-link.wasm'));
    const problems: [string, string][] = [];
    const found = await discoverPlugins([folder, join(folder, 'missing')], {
      onProblem: (path, { code }) => problems.push([path.slice(folder.length + 1), code]),
    });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['good']);
    expect(problems).toEqual([
      ['d-link.wasm', 'LOAD_UNREADABLE'],
      ['missing', 'LOAD_NOT_FOUND'],
      ['a-text.wasm', 'LOAD_INVALID_MODULE'],
      ['b-plain.wasm', 'LOAD_INVALID_METADATA'],
    ]);
  });

  it('says what to do about a plugin without its section', async () => {
    put('plain.wasm', hostile);
    const messages: string[] = [];
    await discoverPlugins([folder], { onProblem: (_path, { message }) => messages.push(message) });
    expect(messages).toEqual([
      `Cannot read metadata of "${join(folder, 'plain.wasm')}": there is no custom section "testbench.plugin"; ` +
        'add it with `testbench embed`, or load the file by its path',
    ]);
  });
});

describe('findWasmFiles()', () => {
  it('says that it did not look at all files', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(`${name}.wasm`, new Uint8Array());
    const messages: string[] = [];
    const report = (_path: string, { code, message }: LoadError): void =>
      void messages.push(`${code}: ${message}`);
    const names = (await findWasmFiles(folder, report, 3)).map((path) => basename(path));
    expect(names).toEqual(['a.wasm', 'b.wasm', 'c.wasm']);
    expect(messages).toEqual([
      expect.stringMatching(/^LOAD_TOO_MANY_FILES: .*more than 3 files named \*\.wasm/),
    ]);
    expect(await findWasmFiles(folder, report, 4)).toHaveLength(4);
    expect(messages).toHaveLength(1);
  });
});

describe('inspectPlugin()', () => {
  it('tells metadata, digest, contract and exports', () => {
    const inspection = inspectPlugin(named('a'));
    expect(inspection).toMatchObject({
      metadata: { name: 'a' },
      contract: 'v1',
      exportProblems: [],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(inspection.summary.start).toBeDefined();
  });

  it('lists what is wrong with the exports', () => {
    expect(inspectPlugin(assemble('(module)')).exportProblems).toEqual([
      { name: 'plugin_execute', state: 'it is missing' },
    ]);
  });
});
