import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type FunctionSignature, HOST_FUNCTION_TABLE, HOST_FUNCTIONS } from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Value types for the types of each language; a pointer or a length is an i32. */
const WIDTHS: Readonly<Record<string, 'i32' | 'i64'>> = {
  i32: 'i32',
  u32: 'i32',
  usize: 'i32',
  i64: 'i64',
  int32_t: 'i32',
  uint32_t: 'i32',
  int64_t: 'i64',
};
const widthOf = (type: string): 'i32' | 'i64' => (type.includes('*') ? 'i32' : WIDTHS[type]!);
const listOf = (text: string, type: (parameter: string) => string): ('i32' | 'i64')[] =>
  text
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '' && parameter !== 'void')
    .map((parameter) => widthOf(type(parameter)));
const afterColon = (parameter: string): string => parameter.split(':')[1]!.trim();

function declarations(
  text: string,
  pattern: RegExp,
  type: (parameter: string) => string,
): [string, FunctionSignature][] {
  return [...text.matchAll(pattern)].map(({ groups }) => {
    const { name, parameters, result } = groups as Record<'name' | 'parameters' | 'result', string>;
    return [name, { params: listOf(parameters, type), results: [widthOf(result)] }];
  });
}

const assemblyScript = declarations(
  read('plugins-sdk/assembly/host/imports.ts'),
  /@external\("env", "(?<name>\w+)"\)\nexport declare function \w+\((?<parameters>[^)]*)\): (?<result>\w+);/g,
  afterColon,
);
const c = declarations(
  read('packages/sdk/native/c/testbench.h'),
  /^TB_IMPORT\((?<name>\w+)\) (?<result>\w+) \w+\((?<parameters>[^)]*)\);/gm,
  (parameter) => parameter.replace(/\w+$/, '').replace('const', '').trim(),
);
const rust = declarations(
  read('packages/sdk/native/rust/src/host.rs'),
  /^ {8}pub fn (?<name>\w+)\((?<parameters>[^)]*)\) -> (?<result>\w+);/gm,
  afterColon,
);

describe('the declarations of the SDKs', () => {
  it.each([
    { language: 'AssemblyScript', found: assemblyScript, least: 19 },
    { language: 'C', found: c, least: 13 },
    { language: 'Rust', found: rust, least: 13 },
  ])('have the types of the table in $language', ({ found, least }) => {
    expect(found.length).toBeGreaterThanOrEqual(least);
    for (const [name, signature] of found)
      expect([name, signature]).toEqual([name, HOST_FUNCTIONS[name]]);
  });

  it('are complete in AssemblyScript, whose compiler declares "abort" itself', () => {
    const names = Object.keys(HOST_FUNCTION_TABLE).filter((name) => name !== 'abort');
    expect(assemblyScript.map(([name]) => name)).toEqual(names);
  });

  it('are the ones that the contract page lists', () => {
    const page = read('docs/host-functions.md');
    const named = new Set([...page.matchAll(/`(host_\w+)[`(]/g)].map(([, name]) => name!));
    expect([...named].filter((name) => HOST_FUNCTIONS[name] === undefined)).toEqual([]);
  });
});
