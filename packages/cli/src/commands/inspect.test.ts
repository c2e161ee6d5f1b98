import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

async function inspect(path: string, ...args: string[]) {
  const captured = captureIo();
  const code = await main(['inspect', path, ...args], captured.io);
  return { ...captured, code };
}

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Writes a module of the given sections. */
async function moduleFile(...sections: (readonly number[] | Uint8Array)[]): Promise<string> {
  const path = join(await temporaryFolder(), 'module.wasm');
  await writeFile(path, Buffer.concat([HEADER, ...sections].map((part) => Uint8Array.from(part))));
  return path;
}

/** LEB128, always five bytes. */
const u32 = (value: number): number[] =>
  [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));

function section(id: number, ...parts: (readonly number[] | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([id, ...u32(content.length)]), content]);
}

function nameOf(text: string): Buffer {
  return Buffer.concat([Uint8Array.from(u32(Buffer.byteLength(text))), Buffer.from(text)]);
}

/** A function with this many parameters, exported under each of the names. */
function exporting(parameters: number, names: readonly string[]): Buffer[] {
  return [
    section(1, [1, 0x60], u32(parameters), Buffer.alloc(parameters, 0x7f), [0]),
    section(3, [1, 0]),
    section(
      7,
      u32(names.length),
      ...names.map((name) => Buffer.concat([nameOf(name), Uint8Array.of(0, 0)])),
    ),
    section(10, [1, 2, 0, 0x0b]),
  ];
}

describe('testbench inspect', () => {
  it('shows metadata, contract, imports, exports, limits and sizes of a plugin', async () => {
    const { code, stdout, stderr } = await inspect(examplePlugin('numeric-match'));
    expect(code).toBe(0);
    expect(stderr()).toBe('');
    const text = stdout();
    expect(text).toMatch(/^numeric-match \d+\.\d+\.\d+\n/);
    expect(text).toMatch(/^type +evaluator$/m);
    expect(text).toMatch(/^asks for +no permission$/m);
    expect(text).toMatch(/^config keys +after, compare, tolerance$/m);
    expect(text).toMatch(/^digest +sha256:[0-9a-f]{64}$/m);
    expect(text).toContain('Contract\n  v1: met\n');
    expect(text).toMatch(/^ {2}env\.host_error +function \(i32, i32\) -> \(i32\)$/m);
    expect(text).toMatch(/^ {2}plugin_execute +function \(i32, i32\) -> \(i64\)$/m);
    expect(text).toMatch(/^ {2}memory +64 KiB at start, no declared maximum$/m);
    expect(text).toMatch(/^ {2}custom "testbench\.plugin" +[\d,]+$/m);
  });

  it('shows what a plugin asks about metering and says about adding up', async () => {
    const metadata =
      '{"name":"a","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0","metering":"exact","aggregate":"sums"}';
    const path = await moduleFile(
      section(0, nameOf('testbench.plugin'), new TextEncoder().encode(metadata)),
    );
    const { stdout } = await inspect(path);
    expect(stdout()).toMatch(/^metering +asks for exact$/m);
    expect(stdout()).toMatch(/^aggregate +sums$/m);
    const json = JSON.parse((await inspect(path, '--json')).stdout()) as object;
    expect(json).toMatchObject({ metadata: { metering: 'exact', aggregate: 'sums' } });
  });

  it('shows a module that is no plugin', async () => {
    // (memory (export "m") 1 2) and a table of 3 functions
    const path = await moduleFile(
      [4, 4, 1, 0x70, 0, 3],
      [5, 4, 1, 1, 1, 2],
      [7, 5, 1, 1, 0x6d, 2, 0],
    );
    const { code, stdout } = await inspect(path);
    expect(code).toBe(0);
    expect(stdout()).toContain('module without metadata\n');
    expect(stdout()).toContain('  not a plugin\n  plugin_execute: it is missing\n');
    expect(stdout()).toContain('Imports\n  none\n');
    expect(stdout()).toMatch(/^ {2}m +memory 64 KiB at start, at most 128 KiB$/m);
    expect(stdout()).toMatch(/^ {2}tables +funcref, 3 or more entries$/m);
  });

  it('prints JSON, features included', async () => {
    const { stdout } = await inspect(examplePlugin('numeric-match'), '--json');
    const inspection = JSON.parse(stdout()) as { summary: { features: object } };
    expect(inspection).toMatchObject({
      contract: 'v1',
      exportProblems: [],
      metadata: { name: 'numeric-match', pluginType: 'evaluator' },
    });
    expect(Object.keys(inspection.summary.features)).toContain('bulk-memory');
  });

  it('escapes names that could steer a terminal', async () => {
    const { stdout } = await inspect(await moduleFile([0, 3, 1, 0x1b, 0]));
    expect(stdout()).toContain('custom "\\u001b"');
  });

  it('cuts long names, and lists with many rows or types', async () => {
    const names = [
      '\u001b'.repeat(200_000),
      ...Array.from({ length: 300 }, (_, n) => `export${n}`),
    ];
    const { code, stdout } = await inspect(await moduleFile(...exporting(1_000, names)));
    expect(code).toBe(0);
    expect(stdout().length).toBeLessThan(200_000);
    expect(stdout()).toContain('\\u001b… (200000 characters)  function (i32, i32');
    expect(stdout()).toContain('i32, … 1,000 in all) -> ()');
    expect(stdout()).toContain('  export198  ');
    expect(stdout()).not.toContain('  export199  ');
    expect(stdout()).toContain('\n  and 101 more\n');
  });

  it('cuts types that no plugin may have in JSON, and says how long they are', async () => {
    const names = Array.from({ length: 4_000 }, (_, n) => `export${n}`);
    const { code, stdout } = await inspect(
      await moduleFile(...exporting(100_000, names)),
      '--json',
    );
    expect(code).toBe(0);
    const { summary } = JSON.parse(stdout()) as {
      summary: { exports: { type: { params: string[] } }[] };
    };
    expect(summary.exports).toHaveLength(4_000);
    expect(summary.exports[3_999]).toMatchObject({ parameterCount: 100_000, resultCount: 0 });
    expect(summary.exports[3_999]?.type.params).toHaveLength(100);
  });

  it.each([
    {
      name: 'many exports',
      sections: exporting(
        0,
        Array.from({ length: 25_000 }, (_, n) => `export${n}`),
      ),
      words: 'entries of a section: 25000, limit is 4000',
    },
    {
      name: 'many custom sections',
      sections: [Buffer.concat(Array.from({ length: 150_000 }, () => section(0, nameOf('x'))))],
      words: 'custom sections: 401, limit is 400',
    },
  ])('refuses $name, as admission does', async ({ sections, words }) => {
    const { code, stderr } = await inspect(await moduleFile(...sections));
    expect(code).toBe(1);
    expect(stderr()).toContain(`error LOAD_REJECTED: Cannot admit module: ${words}`);
  });

  it.each([
    { name: 'an empty file', bytes: [], code: 'DECODE_EMPTY' },
    { name: 'a text', bytes: [0x28, 0x6d, 0x6f, 0x64], code: 'DECODE_TEXT' },
    { name: 'a component', bytes: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], code: 'DECODE_COMPONENT' },
    {
      name: 'a truncated module',
      bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9],
      code: 'DECODE_TRUNCATED',
    },
  ])('refuses $name', async ({ bytes, code }) => {
    const path = join(await temporaryFolder(), 'bad.wasm');
    await writeFile(path, Uint8Array.from(bytes));
    const run = await inspect(path);
    expect(run.code).toBe(1);
    expect(run.stdout()).toBe('');
    expect(run.stderr()).toMatch(new RegExp(`^error ${code}`));
  });
});
