import { assemble } from '@testbench/test-kit';
import { HOST_FUNCTIONS } from '@testbench/types/abi';
import { appendCustomSection, ByteWriter, HEADER } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

import { admitModule } from './admit-module.js';
import { checkModule } from './check-module.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A plugin with every export of the v1 contract, plus what a test adds or replaces. */
function plugin(rest = '', memory = '(memory (export "memory") 1)'): Uint8Array {
  return assemble(`(module
    ${rest.startsWith('(import') ? rest : ''}
    ${memory}
    (func (export "plugin_alloc") (param i32) (result i32) (i32.const 8))
    (func (export "plugin_free") (param i32 i32))
    (func (export "plugin_metadata") (result i64) (i64.const -1))
    (func (export "plugin_init") (param i32 i32) (result i32) (i32.const 0))
    (func (export "plugin_execute") (param i32 i32) (result i64) (i64.const -1))
    (func (export "plugin_shutdown") (result i32) (i32.const 0))
    ${rest.startsWith('(import') ? '' : rest})`);
}

/** The same bytes, `count` times. */
function repeat(count: number, bytes: readonly number[]): number[] {
  return Array.from({ length: count }, () => bytes).flat();
}

/** The bytes of a section that holds `count` items of the same bytes. */
function section(id: number, count: number, item: readonly number[]): number[] {
  const items = Uint8Array.from(repeat(count, item));
  const content = new ByteWriter(items.length + 8).u32(count).raw(items);
  return [...new ByteWriter(items.length + 16).section(id, content).finish()];
}

/** Sections of a module with one function: declared locals, then code. */
function oneFunction(locals: readonly number[], code: readonly number[]): number[][] {
  const body = Uint8Array.from([...locals, ...code, 0x0b]);
  const sized = new ByteWriter(body.length + 8).u32(body.length).raw(body).finish();
  return [section(1, 1, [0x60, 0, 0]), section(3, 1, [0]), section(10, 1, [...sized])];
}

const policy = { imports: { env: HOST_FUNCTIONS }, maxMemoryBytes: 4 * 65_536 };
const rulesOf = (bytes: Uint8Array): string[] =>
  checkModule(bytes, policy).violations.map(({ rule }) => rule);

describe('checkModule()', () => {
  it('admits a plain plugin and tells its contract', () => {
    const report = checkModule(plugin(), policy);
    expect(report.violations).toEqual([]);
    expect(report.contract).toBe('v1');
    expect(report.metadata).toBeUndefined();
  });

  it('says what is wrong with imports in few words, however long names and types are', () => {
    const name = (text: string): number[] => [...new ByteWriter(16).name(text).finish()];
    const imports = [
      [...name('env'), ...name('h'.repeat(100_000)), 0, 0],
      [...name('m'.repeat(100_000)), ...name(''), 0, 0],
      [...name('env'), ...name('host_log'), 0, 0],
    ];
    const content = Uint8Array.from(imports.flat());
    const parameters = new ByteWriter(100_016).u8(1).u8(0x60).u32(100_000);
    const bytes = new ByteWriter(1_000_000)
      .raw(HEADER)
      .section(1, parameters.raw(new Uint8Array(100_000).fill(0x7f)).u8(0))
      .section(2, new ByteWriter(content.length + 8).u32(imports.length).raw(content))
      .finish();
    const found = checkModule(bytes, policy).violations.filter(({ rule }) => rule === 'import');
    expect(found.map(({ message }) => message)).toEqual([
      `import "env.${'h'.repeat(196)}… (100004 characters)": the host has no such function`,
      `import "${'m'.repeat(200)}… (100001 characters)": the host has no module of that name, only "env"`,
      `import "env.host_log": its type is (${'i32, '.repeat(16)}… 100000 in all) -> (), expected (i32, i32, i32) -> i32`,
    ]);
  });

  // Rows of the attack catalogue, one line each.
  it.each([
    { row: 1, rule: 'maxTableElements', rest: '(table 10000000 funcref)' },
    { row: 2, rule: 'maxTables', rest: '(table 1 funcref) (table 1 funcref)' },
    { row: 9, rule: 'maxLocals', rest: `(func (local ${'i32 '.repeat(1001)}))` },
    { row: 34, rule: 'feature gc', rest: '(type (array (mut i32)))' },
    { row: 33, rule: 'feature exceptions', rest: '(tag)' },
    {
      row: 42,
      rule: 'feature relaxed-simd',
      rest: '(func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))',
    },
    { row: 8, rule: 'feature threads', rest: '(func (drop (i32.atomic.load (i32.const 0))))' },
  ])('refuses row $row with $rule', ({ rule, rest }) => {
    expect(rulesOf(plugin(rest))).toContain(rule);
  });

  // Too large for text: each is one section of many equal items, or one function.
  it.each([
    {
      row: 9,
      rule: 'maxLocalsTimesBranches',
      sections: oneFunction([1, 0x84, 7, 0x7f], repeat(4500, [0x02, 0x40, 0x0b])),
    },
    {
      row: 11,
      rule: 'maxTotalLocalsTimesBranches',
      // 40 functions of 1,000 locals and 624 branches.
      sections: [
        section(1, 1, [0x60, 0, 0]),
        section(3, 40, [0]),
        section(10, 40, [0xd5, 0x0e, 1, 0xe8, 7, 0x7f, ...repeat(624, [0x02, 0x40, 0x0b]), 0x0b]),
      ],
    },
    {
      row: 9,
      rule: 'maxLocalsTimesBranches',
      // 900 operands, then 50,000 calls of the function itself.
      sections: oneFunction(
        [0],
        [...repeat(900, [0x41, 0]), ...repeat(50_000, [0x10, 0]), ...Array(900).fill(0x1a)],
      ),
    },
    {
      row: 9,
      rule: 'maxLocalsTimesBranches',
      // 900 operands, then 50,000 references to a function, which are calls for an engine.
      sections: oneFunction(
        [0],
        [...repeat(900, [0x41, 0]), ...repeat(50_000, [0xd2, 0, 0x1a]), ...Array(900).fill(0x1a)],
      ),
    },
    {
      row: 9,
      rule: 'maxOperands',
      sections: oneFunction([0], [...repeat(1001, [0x41, 0]), ...Array(1001).fill(0x1a)]),
    },
    {
      row: 9,
      rule: 'maxLocalsTimesBranches',
      // 900 operands, then 2,500 blocks that a condition leaves; no locals.
      sections: oneFunction(
        [0],
        [
          ...repeat(900, [0x41, 0]),
          ...repeat(2500, [0x02, 0x40, 0x41, 0, 0x0d, 0, 0x0b]),
          ...Array(900).fill(0x1a),
        ],
      ),
    },
    { row: 11, rule: 'maxBodyBytes', sections: oneFunction([0], Array(524_288).fill(0x01)) },
    {
      row: 12,
      rule: 'maxBranchTableLabels',
      // block, i32.const 0, br_table of 65,001 labels, end
      sections: oneFunction(
        [0],
        repeat(4, [0x02, 0x40, 0x41, 0, 0x0e, 0xe8, 0xfb, 3, ...Array(65_001).fill(0), 0x0b]),
      ),
    },
    {
      row: 13,
      rule: 'maxNesting',
      sections: oneFunction([0], [...repeat(5001, [0x02, 0x40]), ...Array(5001).fill(0x0b)]),
    },
    {
      row: 106,
      rule: 'maxConstantInstructions',
      // One global: 0 + 1 + 1 + ...
      sections: [section(6, 1, [0x7f, 0, 0x41, 0, ...repeat(100_000, [0x41, 1, 0x6a]), 0x0b])],
    },
    {
      row: 105,
      rule: 'maxCompileMs',
      // 15,000 times: i32.const 0, table.get 0, drop
      sections: oneFunction([0], repeat(15_000, [0x41, 0, 0x25, 0, 0x1a])),
    },
    { row: 14, rule: 'maxGlobals', sections: [section(6, 10_001, [0x7f, 0, 0x41, 0, 0x0b])] },
    {
      row: 15,
      rule: 'maxFunctions',
      sections: [
        section(1, 1, [0x60, 0, 0]),
        section(3, 50_001, [0]),
        section(10, 50_001, [2, 0, 0x0b]),
      ],
    },
    { row: 15, rule: 'maxTypes', sections: [section(1, 10_001, [0x60, 0, 0])] },
    {
      row: 18,
      rule: 'maxSegments',
      sections: [section(5, 1, [0, 1]), section(11, 50_001, [0, 0x41, 0, 0x0b, 0])],
    },
  ])('refuses row $row with $rule', ({ rule, sections }) => {
    expect(rulesOf(Uint8Array.from([...HEADER, ...sections.flat()]))).toContain(rule);
  });

  it.each([
    { row: 4, rule: 'maxMemoryBytes', memory: '(memory (export "memory") 65536)' },
    { row: 5, rule: 'feature multi-memory', memory: '(memory (export "memory") 1) (memory 1)' },
    { row: 7, rule: 'feature memory64', memory: '(memory (export "memory") i64 1)' },
    { row: 8, rule: 'feature threads', memory: '(memory (export "memory") 1 1 shared)' },
    { row: 26, rule: 'export', memory: '(func (export "memory"))' },
  ])('refuses row $row with $rule', ({ rule, memory }) => {
    expect(rulesOf(plugin('', memory))).toContain(rule);
  });

  // So many entries that reading them would take seconds and gigabytes.
  it.each([
    { row: 14, rule: 'maxGlobals', bytes: section(6, 40_001, [0x7f, 0, 0x41, 0, 0x0b]) },
    { row: 15, rule: 'maxTypes', bytes: section(1, 40_001, [0x60, 0, 0]) },
    {
      row: 15,
      rule: 'maxTypes',
      bytes: section(1, 1, [0x60, 0x80, 0x80, 0x40, ...Array(2 ** 20).fill(0x7f), 0]),
    },
    { row: 16, rule: 'maxCustomSections', bytes: repeat(401, [0, 2, 1, 0x78]) },
    { row: 21, rule: 'maxTypes', bytes: [1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f] },
  ])('refuses row $row with $rule without reading it', ({ rule, bytes }) => {
    expect(() => checkModule(Uint8Array.from([...HEADER, ...bytes]), policy)).toThrow(
      expect.objectContaining({
        code: 'LOAD_REJECTED',
        violations: [expect.objectContaining({ rule })],
      }),
    );
  });

  it('measures everything that has a cap', () => {
    const { measures } = checkModule(plugin('(table 7 funcref)'), policy);
    expect(measures.length).toBeGreaterThan(20);
    expect(measures.find(({ rule }) => rule === 'maxTableElements')).toMatchObject({
      value: 7,
      limit: 10_000,
    });
  });

  it('takes other caps from the policy', () => {
    const locals = plugin(`(func (local ${'i32 '.repeat(1001)}))`);
    expect(checkModule(locals, { ...policy, caps: { maxLocals: 2000 } }).violations).toEqual([]);
    expect(checkModule(plugin(), { ...policy, caps: { maxExports: 3 } }).violations).toMatchObject([
      { rule: 'maxExports', value: 7, limit: 3 },
    ]);
  });

  it('refuses row 16, custom sections', () => {
    let many = plugin();
    for (let index = 0; index <= 100; index += 1) many = appendCustomSection(many, 'x', utf8(''));
    expect(rulesOf(many)).toEqual(['maxCustomSections']);
    const large = appendCustomSection(plugin(), 'x', new Uint8Array(9 * 2 ** 20));
    expect(rulesOf(large)).toEqual(['maxCustomSectionBytes']);
  });

  // Rows 22 and 23.
  it.each([
    { from: 'constructor', name: 'constructor', says: 'no module of that name' },
    { from: 'env', name: 'constructor', says: 'no such function' },
    { from: 'env', name: 'host_logg', says: 'did you mean "host_log"' },
    {
      from: 'env',
      name: 'host_log',
      says: 'its type is () -> (), expected (i32, i32, i32) -> i32',
    },
    { from: 'wasi_snapshot_preview1', name: 'fd_write', says: 'WASI is off' },
  ])('refuses the import $from.$name', ({ from, name, says }) => {
    const [violation] = checkModule(
      plugin(`(import "${from}" "${name}" (func))`),
      policy,
    ).violations;
    expect(violation).toMatchObject({ rule: 'import', message: expect.stringContaining(says) });
    expect(violation?.offset).toBeGreaterThan(8);
  });

  it('says that nothing may be imported where the host offers nothing', () => {
    const options = { ...policy, imports: {} };
    const [violation] = checkModule(plugin('(import "a" "b" (func))'), options).violations;
    expect(violation?.message).toBe('import "a.b": nothing may be imported');
  });

  it('refuses the import of anything but a function', () => {
    const [violation] = checkModule(
      plugin('(import "env" "host_log" (table 1 funcref))'),
      policy,
    ).violations;
    expect(violation?.message).toContain('it is a table');
  });

  it('allows a feature that the policy allows', () => {
    const allowed = { ...policy, features: { exceptions: true } };
    expect(checkModule(plugin('(tag)'), allowed).violations).toEqual([]);
  });

  it('reads metadata from the custom section', () => {
    const metadata = '{"name":"a","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0"}';
    const bytes = appendCustomSection(plugin(), 'testbench.plugin', utf8(metadata));
    expect(checkModule(bytes, policy).metadata?.name).toBe('a');
    const twice = appendCustomSection(bytes, 'testbench.plugin', utf8(metadata));
    expect(() => checkModule(twice, policy)).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_METADATA' }),
    );
  });

  it.each([
    { name: 'nothing', bytes: new Uint8Array(), offset: 0 },
    { name: 'text', bytes: utf8('(module)'), offset: 0 },
    { name: 'another version', bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), offset: 4 },
    { name: 'a component', bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0), offset: 6 },
    { name: 'a module cut short', bytes: plugin().subarray(0, 40), offset: 10 },
  ])('says where $name is no module', ({ bytes, offset }) => {
    expect(() => checkModule(bytes, policy)).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_MODULE', offset }),
    );
  });
});

describe('admitModule()', () => {
  it('names a missing and a mistyped export', () => {
    const bytes = assemble(`(module (memory (export "memory") 1)
      (func (export "plugin_execute") (param i32) (result i64) (i64.const 0)))`);
    expect(() => admitModule(bytes, policy)).toThrow(
      expect.objectContaining({
        code: 'LOAD_BAD_EXPORT',
        violations: expect.arrayContaining([
          expect.objectContaining({ message: 'export "plugin_alloc": it is missing' }),
          expect.objectContaining({
            message:
              'export "plugin_execute": its type is (i32) -> i64, expected (i32, i32) -> i64',
          }),
        ]),
      }),
    );
  });

  it('rejects a module that breaks other rules', () => {
    expect(() => admitModule(plugin('(tag)'), policy)).toThrow(
      expect.objectContaining({ code: 'LOAD_REJECTED' }),
    );
  });

  it('tells a classic plugin by its types', () => {
    const bytes = assemble(`(module (memory (export "memory") 1)
      (func (export "plugin_metadata") (param i32 i32) (result i32) (i32.const 0))
      (func (export "plugin_execute") (param i32 i32 i32 i32) (result i32) (i32.const 0)))`);
    expect(admitModule(bytes, policy).contract).toBe('classic');
  });
});
