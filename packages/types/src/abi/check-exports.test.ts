import { describe, expect, it } from 'vitest';

import { checkContractExports, compareSignatures, type ExportedItem } from './check-exports.js';
import { CONTRACT_SHAPES, type ProtocolShape } from '../protocol/protocol-shape.js';
import { type FunctionSignature, CLASSIC_EXPORTS, REQUIRED_EXPORTS } from './exports.js';

const functions = (table: Readonly<Record<string, FunctionSignature>>): ExportedItem[] =>
  Object.entries(table).map(([name, type]) => ({ name, kind: 'function', type }));
const memory: ExportedItem = { name: 'memory', kind: 'memory' };
const v1 = [memory, ...functions(REQUIRED_EXPORTS)];
const without = (name: string) => v1.filter((item) => item.name !== name);

describe('checkContractExports()', () => {
  it('accepts both signatures, and tells them apart', () => {
    expect(checkContractExports({ exports: v1 })).toEqual({ contract: 'v1', problems: [] });
    expect(checkContractExports({ exports: [memory, ...functions(CLASSIC_EXPORTS)] })).toEqual({
      contract: 'classic',
      problems: [],
    });
  });

  it.each(Object.keys(REQUIRED_EXPORTS))('misses %s', (name) => {
    const { problems } = checkContractExports({ exports: without(name) });
    expect(problems).toContainEqual({ name, state: 'it is missing' });
  });

  it.each([
    {
      item: { name: 'memory', kind: 'function', type: { params: [], results: [] } },
      state: 'it is a function, not a memory',
    },
    {
      item: { name: 'plugin_init', kind: 'global' },
      state: 'it is a global, not a function',
    },
    {
      item: { name: 'plugin_shutdown', kind: 'function', type: { params: [], results: ['i64'] } },
      state: 'its type is () -> i64, expected () -> i32',
    },
    {
      item: { name: 'plugin_execute', kind: 'function', type: { params: ['f32'], results: [] } },
      state: 'its type is (f32) -> (), expected (i32, i32) -> i64',
    },
    {
      item: { name: 'plugin_health', kind: 'function', type: { params: ['i32'], results: [] } },
      state: 'its type is (i32) -> (), expected () -> i32',
    },
  ])('names $item.name when $state', ({ item, state }) => {
    expect(checkContractExports({ exports: [...without(item.name), item] })).toEqual({
      contract: 'v1',
      problems: [{ name: item.name, state }],
    });
  });
});

describe('checkContractExports() with a protocol of a host', () => {
  const run: FunctionSignature = { params: ['i32'], results: ['i32'] };
  const shape: ProtocolShape = {
    name: 'mine',
    markers: { exports: { run }, imports: ['mine'] },
    requiredExports: { run },
    optionalExports: {},
    imports: {},
    payload: 'data',
  };
  const protocols = [shape, ...CONTRACT_SHAPES];
  const item = { name: 'run', kind: 'function', type: run };

  it.each([
    { title: 'all marks', exports: [memory, item], imports: ['mine', 'env'], contract: 'mine' },
    { title: 'no import', exports: [memory, item], imports: ['env'], contract: undefined },
    { title: 'the marks of two', exports: [...v1, item], imports: ['mine'], contract: 'mine' },
    { title: 'the marks of the contract', exports: [...v1, item], imports: [], contract: 'v1' },
    {
      title: 'an export of another type',
      exports: [...v1, { ...item, type: { params: [], results: [] } }],
      imports: ['mine'],
      contract: 'v1',
    },
  ])('takes a module with $title for $contract', ({ exports, imports, contract }) => {
    const evidence = { exports, imports: imports.map((module) => ({ module })) };
    expect(checkContractExports(evidence, protocols).contract).toBe(contract);
  });
});

describe('compareSignatures()', () => {
  const long = (last: string) => ({
    params: [...Array<string>(40).fill('i32'), last],
    results: [],
  });

  it('compares all of a type, and shows the beginning', () => {
    expect(compareSignatures(long('i32'), long('i32'))).toBeUndefined();
    const shown = `(${'i32, '.repeat(16)}… 41 in all) -> ()`;
    expect(compareSignatures(long('i32'), long('i64'))).toBe(
      `its type is ${shown}, expected ${shown}`,
    );
  });
});
