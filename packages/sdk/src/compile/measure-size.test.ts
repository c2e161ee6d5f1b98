import { assemble } from '@testbench/test-kit';
import { appendCustomSection, readCustomSections, readFunctionNames } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

import { stripDebugSections } from './strip-debug-sections.js';
import { measureSize } from './measure-size.js';
import { optimizeModule } from './optimize-module.js';

/** A section `name` with the functions' names. */
function withNames(bytes: Uint8Array, names: Readonly<Record<number, string>>): Uint8Array {
  const utf8 = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const entries = Object.entries(names).flatMap(([index, name]) =>
    [Number(index)].concat(utf8(name)),
  );
  const list = [Object.keys(names).length, ...entries];
  const moduleName = [0, 2, ...utf8('m')];
  return appendCustomSection(bytes, 'name', Uint8Array.of(...moduleName, 1, list.length, ...list));
}

const module = assemble(`(module
  (import "env" "abort" (func (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "0123456789012345678901234567890123456789012345678901234567890123456789")
  (func (export "big") (result i32) (i32.add (i32.mul (i32.const 1000) (i32.const 2000)) (i32.const 3000)))
  (func (export "small"))
  (func (drop (i32.const 1))))`);

describe('measureSize()', () => {
  it('names functions by the section, else by their export, else by their number', () => {
    const named = withNames(module, {
      0: 'imported',
      1: '_ZN9testbench5parse28_$LT$impl$u20$Json$GT$..read17h0db8d9aa4cd2c45eE',
    });
    const { functions, sections } = measureSize(named);
    expect(functions.map(({ name }) => name)).toEqual([
      'testbench::parse::<impl Json>::read',
      'function 3',
      'small',
    ]);
    expect(sections[0]).toEqual({ name: '"name"', bytes: expect.any(Number) });
    expect(sections[1]).toMatchObject({ name: 'data' });
    const total = sections.reduce((sum, { bytes }) => sum + bytes, 8);
    expect(total).toBe(named.length);
  });

  it('reads no names where there are none', () => {
    expect(readFunctionNames(module).size).toBe(0);
  });
});

describe('stripDebugSections()', () => {
  it('takes off what only a debugger reads', () => {
    let noisy = withNames(module, { 1: 'x' });
    for (const name of ['producers', '.debug_info', 'testbench.plugin', 'sourceMappingURL']) {
      noisy = appendCustomSection(noisy, name, Uint8Array.of(1));
    }
    const bare = stripDebugSections(noisy);
    expect(readCustomSections(bare, 'testbench.plugin').length).toBe(1);
    for (const name of ['name', 'producers', '.debug_info', 'sourceMappingURL']) {
      expect(readCustomSections(bare, name)).toEqual([]);
    }
  });
});

describe('optimizeModule()', () => {
  it('makes a module smaller that does the same, and keeps its sections', async () => {
    const noted = appendCustomSection(module, 'testbench.plugin', Uint8Array.of(1, 2));
    const { bytes: smaller } = await optimizeModule(import.meta.dirname, noted, 'size');
    expect(smaller.length).toBeLessThan(noted.length);
    expect(readCustomSections(smaller, 'testbench.plugin')).toEqual([Uint8Array.of(1, 2)]);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(smaller)), {
      env: { abort: () => undefined },
    });
    expect((exports['big'] as () => number)()).toBe(2_003_000);
  });
});
