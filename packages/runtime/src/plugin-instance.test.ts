import { guestWat, packed } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { openGuest, quietHost } from './__fixtures__/guest.js';

const input = { data: null };
const PAGE = 65_536;
const FOREVER = '(loop (br 0)) (unreachable)';

describe('PluginInstance.execute()', () => {
  it('writes the envelope, and reads data and metrics', async () => {
    // Copies its input to the end of {"data": … }: the host's input comes back as data.
    const instance = await openGuest(
      guestWat({
        outputText: '{"metadata":{"metrics":{"words":2}},"data":',
        execute: `
          (memory.copy (i32.add (i32.const 4096) (i32.const 43)) (local.get $ptr) (local.get $len))
          (i32.store8 (i32.add (i32.const 4139) (local.get $len)) (i32.const 0x7d))
          (i64.or (i64.const ${BigInt(4096) << 32n}) (i64.extend_i32_u (i32.add (local.get $len) (i32.const 44))))`,
      }),
    );
    const output = instance.execute({
      data: { text: 'naïve 😀' },
      context: { requestId: 'r', metadata: { k: 'v' } },
    });
    expect(output.data).toEqual({
      data: { text: 'naïve 😀' },
      context: { request_id: 'r', metadata: { k: 'v' } },
    });
    expect(output.metadata.metrics).toEqual({ words: 2 });
    expect(output.metadata.memoryUsedBytes).toBe(2 * PAGE);
    expect(output.metadata.fuelUsed).toBeGreaterThan(0);
  });

  it('counts the same fuel each time', async () => {
    const instance = await openGuest(guestWat());
    const first = instance.execute(input).metadata.fuelUsed;
    expect(instance.execute(input).metadata.fuelUsed).toBe(first);
  });

  it('stops an infinite loop when the fuel is used up', async () => {
    const instance = await openGuest(guestWat({ execute: FOREVER }), {
      limits: { maxFuel: 100_000 },
    });
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({
        code: 'CALL_FUEL_EXHAUSTED',
        usage: expect.objectContaining({ memoryUsedBytes: 2 * PAGE }),
      }),
    );
    expect(instance.poisoned).toBe(true);
  });

  it('stops an infinite loop at the deadline', async () => {
    const limits = { timeoutMs: 20, maxFuel: Number.MAX_SAFE_INTEGER };
    const instance = await openGuest(guestWat({ execute: FOREVER }), { limits });
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_DEADLINE_EXCEEDED' }),
    );
  });

  // Row 37 of the attack catalogue.
  it('stops a storm of host calls by the fuel that the host charges', async () => {
    let charge: ((fuel: number) => void) | undefined;
    let calls = 0;
    const host = quietHost({
      env: {
        host_random: () => {
          calls += 1;
          charge?.(1000);
          return 0;
        },
      },
    });
    const instance = await openGuest(
      guestWat({
        imports: '(import "env" "host_random" (func $host (param i32) (result i32)))',
        execute: '(loop (drop (call $host (i32.const 0))) (br 0)) (unreachable)',
      }),
      {
        host: { ...host, beginCall: (call) => (charge = call.charge) },
        limits: { maxFuel: 1_000_000 },
      },
    );
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_FUEL_EXHAUSTED' }),
    );
    expect(calls).toBeGreaterThan(900);
    expect(calls).toBeLessThanOrEqual(1000);
  });

  it('stops when the caller cancels', async () => {
    const instance = await openGuest(guestWat({ execute: FOREVER }));
    let polls = 0;
    expect(() => instance.execute(input, { isCancelled: () => (polls += 1) > 2 })).toThrow(
      expect.objectContaining({ code: 'CALL_CANCELLED' }),
    );
  });

  it('names the memory limit when a growth was refused and the guest trapped', async () => {
    const wat = guestWat({
      execute: `(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable))) (i64.const -1)`,
    });
    const instance = await openGuest(wat, { maxMemoryBytes: 4 * PAGE });
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_MEMORY_EXHAUSTED' }),
    );
  });

  it('refuses a module whose memory is too large from the start', async () => {
    await expect(openGuest(guestWat(), { maxMemoryBytes: PAGE })).rejects.toMatchObject({
      code: 'LOAD_REJECTED',
    });
  });

  it.each([
    { name: 'unreachable', execute: '(unreachable)', code: 'CALL_TRAPPED' },
    {
      name: 'endless recursion',
      execute: '(call $deep) (i64.const 0)',
      code: 'CALL_STACK_EXHAUSTED',
    },
    // Rows 43 to 45 of the attack catalogue.
    { name: 'a pointer outside', execute: packed(0x7fff_ff00, 5), code: 'CALL_INVALID_OUTPUT' },
    { name: 'a length outside', execute: packed(4096, 0xffff_ffff), code: 'CALL_INVALID_OUTPUT' },
    { name: 'an end just outside', execute: packed(2 * PAGE - 1, 2), code: 'CALL_INVALID_OUTPUT' },
    { name: 'no output', execute: packed(4096, 0), code: 'CALL_INVALID_OUTPUT' },
    { name: 'zero bytes as JSON', execute: packed(PAGE, 8), code: 'CALL_INVALID_OUTPUT' },
    { name: 'more than maxOutputBytes', execute: packed(0, PAGE), code: 'CALL_OUTPUT_TOO_LARGE' },
  ])('fails for $name with $code', async ({ execute, code }) => {
    const wat = guestWat({ execute, rest: '(func $deep (call $deep) (call $deep))' });
    const instance = await openGuest(wat, {
      limits: { maxOutputBytes: 1000, maxFuel: Number.MAX_SAFE_INTEGER },
    });
    expect(() => instance.execute(input)).toThrow(expect.objectContaining({ code }));
    expect(instance.poisoned).toBe(true);
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_INSTANCE_SPENT' }),
    );
  });

  it.each([
    { alloc: '(i32.const 0)', code: 'CALL_MEMORY_EXHAUSTED' },
    { alloc: '(i32.const -16)', code: 'CALL_INVALID_OUTPUT' },
    { alloc: `(i32.const ${2 * PAGE - 4})`, code: 'CALL_INVALID_OUTPUT' },
  ])('fails for an allocator that gives $alloc', async ({ alloc, code }) => {
    const instance = await openGuest(guestWat({ alloc }));
    expect(() => instance.execute(input)).toThrow(expect.objectContaining({ code }));
  });

  // Row 46: a view of the memory from before the growth would lose the input silently.
  it('survives an allocator that grows the memory', async () => {
    const instance = await openGuest(
      guestWat({
        alloc: '(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))',
        execute: `(if (i32.ne (i32.load8_u (local.get $ptr)) (i32.const 0x7b)) (then (unreachable))) ${packed(4096, 15)}`,
      }),
    );
    expect(instance.execute(input).data).toBe('fine');
    expect(instance.memoryBytes).toBe(3 * PAGE);
  });

  it.each([
    { code: -1, expected: { code: 'CALL_PLUGIN_FAILED', pluginCode: -1 } },
    { code: -2, expected: { code: 'CALL_INVALID_INPUT', pluginCode: -2 } },
    { code: -4, expected: { code: 'CALL_MEMORY_EXHAUSTED', pluginCode: -4 } },
    { code: -77, expected: { code: 'CALL_PLUGIN_FAILED', pluginCode: -77 } },
  ])('tells the error code $code, and keeps the instance', async ({ code, expected }) => {
    const instance = await openGuest(guestWat({ execute: `(i64.const ${code})` }));
    expect(() => instance.execute(input)).toThrow(expect.objectContaining(expected));
    expect(instance.poisoned).toBe(false);
  });

  it('passes on what the plugin told the host about its failure', async () => {
    const failure = { code: 'NO_ANSWER', message: 'nothing to compare', details: { line: 3 } };
    const instance = await openGuest(guestWat({ execute: '(i64.const -1)' }), {
      host: quietHost({}, { failure, calls: 1, denied: 0, callsByName: {} }),
    });
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({
        pluginCode: 'NO_ANSWER',
        pluginMessage: 'nothing to compare',
        pluginDetails: { line: 3 },
      }),
    );
  });

  it.each([{ data: undefined }, { data: 1n }, { data: () => 1 }])(
    'refuses data that has no JSON form before the plugin runs',
    async ({ data }) => {
      const instance = await openGuest(guestWat({ execute: '(unreachable)' }));
      expect(() => instance.execute({ data })).toThrow(
        expect.objectContaining({ code: 'CALL_INVALID_INPUT' }),
      );
      expect(instance.poisoned).toBe(false);
    },
  );

  it('refuses an input that is too long', async () => {
    const instance = await openGuest(guestWat(), { limits: { maxInputBytes: 50 } });
    expect(() => instance.execute({ data: 'x'.repeat(50) })).toThrow(
      expect.objectContaining({ code: 'CALL_INVALID_INPUT' }),
    );
  });

  it('checks data against the shape for the type, once the type is known', async () => {
    const instance = await openGuest(
      guestWat({
        metadataText:
          '{"name":"e","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0"}',
        outputText: '{"data":{"score":1e400}}',
      }),
    );
    instance.readMetadata();
    expect(() => instance.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_INVALID_OUTPUT' }),
    );
  });
});

describe('PluginInstance.init()', () => {
  it('hands over the configuration as JSON', async () => {
    const wat = guestWat({
      init: '(i32.ne (i32.load8_u offset=2 (local.get $ptr)) (i32.const 0x6b))',
    });
    const instance = await openGuest(wat);
    instance.init({ k: 1 });
    expect(() => instance.init({ other: 1 })).toThrow(
      expect.objectContaining({ code: 'LOAD_INIT_FAILED' }),
    );
  });

  it('names the plugin that refuses, as it was named or as it names itself', async () => {
    const wat = guestWat({ init: '(i32.const -7)' });
    const said = '"plugin_init" returned error code -7';
    const refusal = (name: string): unknown =>
      expect.objectContaining({
        code: 'LOAD_INIT_FAILED',
        message: `Cannot initialize plugin "${name}": ${said}`,
      });
    const unnamed = await openGuest(wat);
    unnamed.readMetadata();
    expect(() => unnamed.init({})).toThrow(refusal('guest'));
    const named = await openGuest(wat, { name: 'mine' });
    named.readMetadata();
    expect(() => named.init({})).toThrow(refusal('mine'));
  });

  it('tells a configuration that is no JSON from one that the plugin refuses', async () => {
    const instance = await openGuest(guestWat());
    expect(() => instance.init({ n: 1n })).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_CONFIG' }),
    );
    instance.init({});
  });

  it('fails as a load when the plugin traps', async () => {
    const instance = await openGuest(guestWat({ init: '(unreachable)' }));
    expect(() => instance.init({})).toThrow(
      expect.objectContaining({
        code: 'LOAD_INIT_TRAPPED',
        cause: expect.objectContaining({ code: 'CALL_TRAPPED' }) as unknown,
      }),
    );
  });
});

describe('new PluginInstance()', () => {
  it('runs "_initialize" once, under limits', async () => {
    const rest = '(func (export "_initialize") (loop (br 0)))';
    await expect(
      openGuest(guestWat({ rest }), { limits: { maxFuel: 1000 } }),
    ).rejects.toMatchObject({
      code: 'LOAD_START_FAILED',
      cause: { code: 'CALL_FUEL_EXHAUSTED' },
    });
  });

  it.each([
    { limit: 'fuel', options: { maxFuel: 1000 }, code: 'CALL_FUEL_EXHAUSTED' },
    { limit: 'deadline', options: { timeoutMs: 1 }, code: 'CALL_DEADLINE_EXCEEDED' },
    { limit: 'cancel flag', options: { isCancelled: () => true }, code: 'CALL_CANCELLED' },
  ])('runs the start function under the $limit of what it is for', async ({ options, code }) => {
    const rest = '(func $start (loop (br 0))) (start $start)';
    await expect(
      openGuest(guestWat({ rest }), { limits: { maxFuel: 2 ** 50 }, start: options }),
    ).rejects.toMatchObject({ code: 'LOAD_START_FAILED', cause: { code } });
  });

  it('counts the start function and "_initialize" together', async () => {
    const work = '(drop (i32.const 0))'.repeat(100);
    const fuelOf = async (rest: string): Promise<number> =>
      (await openGuest(guestWat({ rest }))).lastUsage.fuelUsed;
    expect(await fuelOf(`(func $start ${work}) (start $start)`)).toBe(100);
    expect(await fuelOf(`(func (export "_initialize") ${work})`)).toBe(100);
    expect(
      await fuelOf(`(func $start ${work}) (start $start) (func (export "_initialize") ${work})`),
    ).toBe(200);
  });

  it.each([
    { wat: '(module)', field: 'memory' },
    { wat: '(module (func (export "memory")))', field: 'memory' },
    { wat: '(module (memory (export "memory") 1))', field: 'plugin_execute' },
    {
      wat: '(module (memory (export "memory") 1) (global (export "plugin_execute") i32 (i32.const 0)))',
      field: 'plugin_execute',
    },
    {
      wat: '(module (memory (export "memory") 1) (func (export "plugin_execute") (param i32) (result i64) (i64.const 0)))',
      field: 'plugin_alloc',
    },
  ])('names the export at fault in $wat', async ({ wat, field }) => {
    await expect(openGuest(wat)).rejects.toMatchObject({ code: 'LOAD_BAD_EXPORT', field });
  });

  it.each([
    { options: { limits: { timeoutMS: 5 } }, path: 'limits.timeoutMS' },
    { options: { limits: { maxFuel: 'all' } }, path: 'limits.maxFuel' },
    { options: { start: { maxFuel: -1 } }, path: 'start.maxFuel' },
    { options: { host: {} }, path: 'host' },
    { options: { limit: {} }, path: 'limit' },
  ])('refuses $options', async ({ options, path }) => {
    await expect(openGuest(guestWat(), options as never)).rejects.toMatchObject({
      name: 'ConfigError',
      path,
    });
  });

  it('reads the options of each call, unless its caller has', async () => {
    const options = { timeoutMS: 5 } as never;
    const refusal = expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path: 'timeoutMS' });
    const instance = await openGuest(guestWat({ execute: packed(4096, 15) }));
    expect(() => instance.execute(input, options)).toThrow(refusal);
    expect(() => instance.executeRaw('{}', options)).toThrow(refusal);
    expect(() => instance.readMetadata(options)).toThrow(refusal);
    expect(() => instance.init({}, options)).toThrow(refusal);
    expect(() => instance.shutdown(options)).toThrow(refusal);
    await expect(instance.executeAsync(input, options)).rejects.toThrow(refusal);
    const trusting = await openGuest(guestWat({ execute: packed(4096, 15) }), {
      callsChecked: true,
    });
    expect(() => trusting.execute(input, options)).not.toThrow(refusal);
  });

  it('refuses an import that the host does not offer', async () => {
    const imports = '(import "env" "system" (func))';
    await expect(openGuest(guestWat({ imports }))).rejects.toMatchObject({ code: 'LOAD_REJECTED' });
  });
});
