import { ByteWriter, SectionId } from '@testbench/wasm';

import { type Attack, insist, ISOLATED } from '../attack.ts';
import { customSection, EMPTY_TYPE, exportOf, localsOf, rawPlugin } from '../modules/raw-plugin.ts';
import { atTheCaps, bodyBombs } from '../modules/bombs.ts';
import { endured, plugin, refused, stopped } from './shorthand.ts';

const MiB = 2 ** 20;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const table = (elements: number): Uint8Array =>
  new ByteWriter().u8(0x70).u8(0).u32(elements).finish();
const memory = (pages: number): Uint8Array => new ByteWriter().u8(0).u32(pages).finish();
const GROW_UNTIL_REFUSED = '(loop (br_if 0 (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))';

/** Modules that are too large for text. */
const large = {
  table: () => rawPlugin({ tables: { count: 1, item: table(10_000_000) } }),
  tables: () => rawPlugin({ tables: { count: 100, item: table(10_000) } }),
  memories: (count: number, pages: number) =>
    rawPlugin({ memories: { count, item: memory(pages) } }),
  globals: () => rawPlugin({ globals: { count: 1_000_000, item: [0x7f, 0, 0x41, 0, 0x0b] } }),
  functions: () =>
    rawPlugin({
      functions: { count: 1_000_000, item: [EMPTY_TYPE] },
      bodies: { count: 1_000_000, item: [2, 0, 0x0b] },
    }),
  types: () => rawPlugin({ types: { count: 1_000_000, item: [0x60, 0, 0] } }),
  customBytes: () => rawPlugin({ customs: { count: 15, item: customSection(MiB) } }),
  customs: () => rawPlugin({ customs: { count: 1_000_000, item: [0, 2, 1, 0x78] } }),
  elements: () =>
    rawPlugin({
      tables: { count: 1, item: table(1) },
      // Passive, function indices, ten million times 0.
      elements: {
        count: 1,
        item: new ByteWriter().raw([1, 0]).u32(10_000_000).raw(new Uint8Array(10_000_000)).finish(),
      },
    }),
  data: () => rawPlugin({ data: { count: 100_000, item: [0, 0x41, 0, 0x0b, 0] } }),
};

/** Rows 1 to 29. */
export const moduleFormat: readonly Attack[] = [
  refused(1, 'table of 10M entries', large.table, 'LOAD_REJECTED', 'maxTableElements'),
  endured(1, 'table of 10M entries', large.table),
  refused(2, '100 tables of 10,000', large.tables, 'LOAD_REJECTED', 'maxTables'),
  endured(2, '100 tables of 10,000', large.tables, { 'reference-types': true }),
  stopped(
    3,
    'table.grow until it is refused',
    {
      rest: '(table 1 funcref)',
      execute:
        '(loop (br_if 0 (i32.ne (table.grow 0 (ref.null func) (i32.const 1000)) (i32.const -1)))) (unreachable)',
    },
    'CALL_MEMORY_EXHAUSTED',
  ),
  refused(
    4,
    'memory of 4 GiB',
    () => rawPlugin({ memories: { count: 1, item: memory(65_536) } }),
    'LOAD_REJECTED',
    'maxMemoryBytes',
  ),
  {
    row: 4,
    name: 'memory without a maximum, grown until it is refused',
    modes: ISOLATED,
    async run(arena) {
      const bytes = plugin({ execute: `${GROW_UNTIL_REFUSED} (i64.const 17592186044431)` });
      const { metadata } = await arena.call(bytes);
      insist(metadata.memoryUsedBytes <= 64 * MiB, `it got ${metadata.memoryUsedBytes} bytes`);
      return `memory.grow gave -1 at ${metadata.memoryUsedBytes / MiB} MiB`;
    },
  },
  refused(
    5,
    '40 memories of 64 MiB',
    () => large.memories(40, 1024),
    'LOAD_REJECTED',
    'maxMemories',
  ),
  refused(
    5,
    '40 memories, with the feature on',
    () => large.memories(40, 1024),
    'LOAD_REJECTED',
    'maxMemories',
    { features: { 'multi-memory': true } },
  ),
  endured(5, '40 memories of 64 MiB', () => large.memories(40, 1024), { 'multi-memory': true }),
  refused(6, '13,000 memories', () => large.memories(13_000, 1), 'LOAD_REJECTED', 'maxMemories'),
  refused(
    7,
    'a 64-bit memory',
    () => plugin({ memory: '(memory (export "memory") i64 1)' }),
    'LOAD_REJECTED',
    'feature memory64',
  ),
  refused(
    8,
    'a shared memory, to wait on for ever',
    () =>
      plugin({
        memory: '(memory (export "memory") 2 2 shared)',
        execute:
          '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))) (i64.const 0)',
      }),
    'LOAD_REJECTED',
    'feature threads',
  ),
  endured(
    8,
    'a shared memory, to wait on for ever',
    () =>
      plugin({
        memory: '(memory (export "memory") 2 2 shared)',
        execute:
          '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))) (i64.const 0)',
      }),
    { threads: true },
  ),
  ...bodyBombs.flatMap(({ row, name, rule, make }) => [
    refused(row, name, make, 'LOAD_REJECTED', rule),
    endured(row, name, make),
  ]),
  ...Object.entries(atTheCaps).map(([shape, make]): Attack => ({
    row: 11,
    name: `as much code as is admitted, compiled in one call: ${shape}`,
    modes: ISOLATED,
    async run(arena) {
      const by = await arena.endure(make(), {});
      insist(!by.startsWith('LOAD_'), `it was not admitted: ${by}`);
      return `${by}, in time`;
    },
  })),
  refused(14, 'a million globals', large.globals, 'LOAD_REJECTED', 'maxGlobals'),
  endured(14, 'a million globals', large.globals),
  refused(15, 'a million functions', large.functions, 'LOAD_REJECTED', 'maxFunctions'),
  endured(15, 'a million functions', large.functions),
  refused(15, 'a million types', large.types, 'LOAD_REJECTED', 'maxTypes'),
  refused(
    16,
    '15 MiB of custom sections',
    large.customBytes,
    'LOAD_REJECTED',
    'maxCustomSectionBytes',
  ),
  refused(
    16,
    '64 MiB of custom sections',
    () => rawPlugin({ customs: { count: 64, item: customSection(MiB) } }),
    ['LOAD_REJECTED', 'LOAD_UNREADABLE'],
  ),
  refused(16, 'a million custom sections', large.customs, 'LOAD_REJECTED', 'maxCustomSections'),
  refused(
    17,
    'an element segment of 10M entries',
    large.elements,
    'LOAD_REJECTED',
    'maxSegmentElements',
  ),
  endured(17, 'an element segment of 10M entries', large.elements),
  refused(18, '100,000 data segments', large.data, 'LOAD_REJECTED', 'maxSegments'),
  endured(18, '100,000 data segments', large.data),
  refused(
    19,
    'a start function that never ends',
    () => plugin({ rest: '(func $s (loop (br 0))) (start $s)' }),
    'LOAD_START_FAILED',
  ),
  {
    row: 20,
    name: 'the start function calls the host',
    modes: ISOLATED,
    async run(arena) {
      const { data } = await arena.call(
        plugin({
          imports: `(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))
            (import "env" "host_random_bytes" (func $random (param i32 i32) (result i32)))
            (import "env" "host_set_state" (func $set (param i32 i32 i32 i32) (result i32)))`,
          // Traps unless each of them reports that its argument is wrong.
          rest: `(func $s
            (if (i32.ne (call $log (i32.const 4) (i32.const 0) (i32.const 65536)) (i32.const -2)) (then (unreachable)))
            (if (i32.ne (call $random (i32.const 0) (i32.const 65536)) (i32.const -2)) (then (unreachable)))
            (if (i32.ne (call $set (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 9)) (i32.const -2)) (then (unreachable))))
            (start $s)`,
        }),
      );
      insist(data === 'fine' && arena.logs.length === 0, 'a host function did something');
      return 'outside of a call each returns -2';
    },
  },
  ...lyingCounts(),
  ...hostileImports(),
  ...hostileExports(),
];

/** Row 21: sections that promise more than they contain. */
function lyingCounts(): Attack[] {
  const sections = [SectionId.Type, SectionId.Import, SectionId.Function, SectionId.Code];
  const cut = (id: number, content: readonly number[]): Uint8Array =>
    Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, id, content.length, ...content]);
  return [
    {
      row: 21,
      name: 'counts of 4G in every section',
      modes: ISOLATED,
      async run(arena) {
        const found = new Set<string>();
        for (const id of [...sections, SectionId.Global, SectionId.Element, SectionId.Data]) {
          found.add(
            await arena.refuse(cut(id, [0xff, 0xff, 0xff, 0xff, 0x0f]), [
              'LOAD_INVALID_MODULE',
              'LOAD_REJECTED',
            ]),
          );
        }
        return [...found].join(', ');
      },
    },
    refused(
      21,
      'an overlong number',
      () => cut(SectionId.Type, [0x80, 0x80, 0x80, 0x80, 0x80, 0]),
      'LOAD_INVALID_MODULE',
    ),
    refused(
      21,
      'four billion locals',
      () => rawPlugin({ execute: { locals: localsOf(0xffff_ffff), code: [] } }),
      ['LOAD_REJECTED', 'LOAD_INVALID_MODULE'],
    ),
  ];
}

/** Rows 22 and 23: what a plain object of imports would expose. */
function hostileImports(): Attack[] {
  const names: readonly [row: number, module: string, name: string][] = [
    [22, 'constructor', 'constructor'],
    [22, 'env', 'constructor'],
    [23, '__proto__', 'toString'],
    [23, 'env', '__proto__'],
    [23, 'env', 'hasOwnProperty'],
  ];
  return names.map(([row, module, name]) =>
    refused(
      row,
      `import ${module}.${name}`,
      () => plugin({ imports: `(import "${module}" "${name}" (func (param i32) (result i32)))` }),
      'LOAD_REJECTED',
      'import',
    ),
  );
}

/** Rows 24 to 29. */
function hostileExports(): Attack[] {
  const extra = (count: number, name: string): Uint8Array =>
    rawPlugin({ exports: { count, item: exportOf(name, 0, 0) } });
  return [
    ...['then', '__proto__', 'toJSON', 'constructor'].map((name): Attack => ({
      row: name === 'then' ? 24 : 25,
      name: `an export named ${name}`,
      modes: ISOLATED,
      async run(arena) {
        const { data } = await arena.call(extra(1, name));
        insist(data === 'fine', 'the call gave something else');
        return 'only the exports of the contract are taken';
      },
    })),
    refused(
      26,
      'an export memory that is a function',
      () => plugin({ memory: '(memory 2) (func (export "memory"))' }),
      'LOAD_BAD_EXPORT',
      'export',
    ),
    refused(27, 'a component', () => Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0), [
      'LOAD_INVALID_MODULE',
    ]),
    refused(27, 'the same export twice', () => extra(2, 'twice'), 'LOAD_INVALID_MODULE'),
    refused(
      27,
      'an export name that is not UTF-8',
      () => rawPlugin({ exports: { count: 1, item: [2, 0xc3, 0x28, 0, 0] } }),
      'LOAD_INVALID_MODULE',
    ),
    {
      row: 28,
      name: 'names with NUL, ANSI and bidirectional marks',
      modes: ISOLATED,
      async run(arena) {
        const evil = 'a\u0000\u001b[31m\r\n\u202e\u009b';
        const manager = await arena.manager();
        const encoded = [...utf8(evil)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`);
        const module = plugin({ imports: `(import "env" "${encoded.join('')}" (func))` });
        try {
          await manager.load(module, { id: 'attacker' });
        } catch (error) {
          const { message } = error as Error;
          insist(!/[\p{Cc}\u202a-\u202e]/u.test(message), 'it is in the message');
          return 'escaped in the message';
        }
        return 'it was loaded';
      },
    },
    refused(
      29,
      "a global with the meter's name",
      () => plugin({ rest: '(global (export "testbench.meter.fuel") (mut i64) (i64.const 9))' }),
      'LOAD_REJECTED',
    ),
  ];
}
