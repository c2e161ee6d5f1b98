import { hostSignatures } from '@testbench/host';
import { type Isolation, PluginManager } from '@testbench/manager';
import { assemble, guestWat } from '@testbench/test-kit';
import type { LogRecord } from '@testbench/types/abi';
import { CALL_ERROR_CODES, LOAD_ERROR_CODES, PluginError } from '@testbench/types/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const CODES: ReadonlySet<string> = new Set([...CALL_ERROR_CODES, ...LOAD_ERROR_CODES]);

/** Numbers that often break pointers, lengths, levels and handles. */
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 4, -16, 1024, 4096, 65_535, 65_536, 131_071, 131_072),
  fc.constantFrom(0x7fff_ffff, -0x8000_0000, 0x10_0000, 70_000_000, 16 * 2 ** 20 + 1),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  fc.integer({ min: 0, max: 140_000 }),
);
const i32 = number.map((value) => `(i32.const ${value})`);
/** Packed results: pointers and lengths as above, or error codes. */
const i64 = fc
  .oneof(
    fc
      .tuple(number, number)
      .map(([ptr, len]) => (BigInt(ptr) << 32n) | BigInt.asUintN(32, BigInt(len))),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(-1n, -2n, -3n, -4n, -100n, -(2n ** 63n)),
  )
  .map((value) => `(i64.const ${BigInt.asIntN(64, value)})`);

/** Everything that a plugin can import; inline, the functions that wait suspend the guest. */
const FUNCTIONS = Object.entries(hostSignatures({ enableWasi: true })).flatMap(
  ([module, functions]) =>
    Object.entries(functions).map(([name, { params, results }]) => ({
      module,
      name,
      params,
      results,
    })),
);

const hostCall = fc.constantFrom(...FUNCTIONS).chain(({ name, params, results }) =>
  fc
    .tuple(...params.map((kind) => (kind === 'i64' ? i64 : i32)))
    .map((args) => `(call $${name} ${args.join(' ')})`)
    .map((call) => (results.length === 0 ? call : `(drop ${call})`)),
);
/** Things that a guest does regardless of which export is called. */
const statement = fc.oneof(
  { weight: 6, arbitrary: hostCall },
  { weight: 1, arbitrary: i32.map((pages) => `(drop (memory.grow ${pages}))`) },
  { weight: 1, arbitrary: fc.constant('(drop (memory.grow (i32.const 1)))') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(number, number)
      .map(([at, value]) => `(i32.store (i32.const ${at & 0x1ffff}) (i32.const ${value}))`),
  },
  {
    weight: 1,
    arbitrary: i32.map(
      (length) =>
        `(memory.fill (i32.const 0) (i32.const 0x22) (i32.and ${length} (i32.const 0x1ffff)))`,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('(unreachable)', '(call $deep)', '(call $spin)') },
);
const body = fc.array(statement, { maxLength: 5 }).map((lines) => lines.join('\n'));

/** A guest that behaves arbitrarily in every export; its allocator gives another answer each time. */
const guest = fc
  .record({
    inAlloc: body,
    allocs: fc.array(i32, { minLength: 3, maxLength: 3 }),
    free: body,
    metadata: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: i64 },
    ),
    init: body,
    initResult: fc.oneof(
      { weight: 4, arbitrary: fc.constant('(i32.const 0)') },
      { weight: 1, arbitrary: i32 },
    ),
    execute: body,
    result: fc.oneof(
      { weight: 2, arbitrary: fc.constant('(i64.const 17592186044431)') },
      { weight: 3, arbitrary: i64 },
    ),
    output: fc.oneof(fc.json(), fc.string(), fc.constant('{"data":"fine"}')),
    shutdown: i32,
    start: fc.boolean(),
  })
  .map((parts) =>
    guestWat({
      imports: FUNCTIONS.map(
        ({ module, name, params, results }) =>
          `(import "${module}" "${name}" (func $${name} (param ${params.join(' ')}) (result ${results.join(' ')})))`,
      ).join('\n'),
      alloc: `${parts.inAlloc}
        (global.set $allocs (i32.add (global.get $allocs) (i32.const 1)))
        (if (result i32) (i32.lt_u (global.get $allocs) (i32.const 2)) (then (i32.const 65536)) (else
          (if (result i32) (i32.eq (global.get $allocs) (i32.const 2)) (then ${parts.allocs[0]})
            (else (if (result i32) (i32.eq (global.get $allocs) (i32.const 3)) (then ${parts.allocs[1]}) (else ${parts.allocs[2]}))))))`,
      free: parts.free,
      ...(parts.metadata === undefined ? {} : { metadata: parts.metadata }),
      init: `${parts.init} ${parts.initResult}`,
      execute: `${parts.execute} ${parts.result}`,
      outputText: parts.output,
      shutdown: parts.shutdown,
      rest: `(global $allocs (mut i32) (i32.const 0))
        (func $deep (call $deep)) (func $spin (loop (br 0)))
        (func $start ${parts.execute}) ${parts.start ? '(start $start)' : ''}`,
    }),
  );

/** How the host's calls must end. */
async function outcomeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'ok';
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    expect(CODES).toContain(error.code);
    expect(error.message).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    return error.code;
  }
}

async function survive(isolation: Isolation, runs: number): Promise<Map<string, number>> {
  const logs: LogRecord[] = [];
  const manager = new PluginManager({
    isolation,
    enableWasi: true,
    limits: { timeoutMs: 2000, maxFuel: 300_000, maxMemoryBytes: 64 * 65_536 },
    onLog: (record) => logs.push(record),
  });
  const outcomes = new Map<string, number>();
  await manager.load(assemble(guestWat()), { id: 'neighbour' });
  try {
    await fc.assert(
      fc.asyncProperty(guest, async (wat) => {
        const loaded = await outcomeOf(manager.load(assemble(wat), { id: 'guest' }));
        const seen = [`load ${loaded}`];
        if (loaded === 'ok') {
          for (const data of [null, 'x'.repeat(100)]) {
            seen.push(await outcomeOf(manager.execute('guest', { data })));
          }
          await manager.unload('guest');
        }
        for (const name of seen) outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
        expect((await manager.execute('neighbour', { data: null })).data).toBe('fine');
        for (const { message } of logs.splice(0)) expect(message).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: runs },
    );
  } finally {
    await manager.close();
  }
  return outcomes;
}

/** Guests in the caller's own thread; a third of them in threads, a fifth in processes. CI has 300. */
const GUESTS = Number(process.env['GUESTS'] ?? 150);

describe('guests that do anything at the boundary', () => {
  it.each([
    { isolation: 'inline', runs: GUESTS },
    { isolation: 'thread', runs: Math.ceil(GUESTS / 3) },
    { isolation: 'process', runs: Math.ceil(GUESTS / 5) },
  ] as const)(
    '$runs of them end in order or in one of our errors, isolation: $isolation',
    { timeout: 180_000 },
    async ({ isolation, runs }) => {
      const outcomes = await survive(isolation, runs);
      // The outcomes must differ, or the generator no longer finds anything.
      expect(outcomes.size).toBeGreaterThan(3);
      expect(outcomes.get('load ok')).toBeGreaterThan(0);
    },
  );
});
