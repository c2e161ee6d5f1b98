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

/** Writes a module of the given sections. */
async function moduleFile(...sections: number[][]): Promise<string> {
  const path = join(await temporaryFolder(), 'module.wasm');
  await writeFile(path, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()));
  return path;
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
