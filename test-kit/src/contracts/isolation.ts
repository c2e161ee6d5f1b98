import { assemble, guestWat, packed } from '@testbench/test-kit';
import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import type { CustomHostFunctions, LogRecord } from '@testbench/types/abi';
import { afterEach, describe, expect, it } from 'vitest';

/** What the suite needs from a manager; `PluginManager` of `@testbench/manager` provides it. */
export interface ManagerUnderTest {
  load(source: Uint8Array, options?: object): Promise<object>;
  execute(id: string, input: Input, options?: object): Promise<Output>;
  executeBatch(
    id: string,
    inputs: readonly Input[],
    options?: object,
  ): Promise<PromiseSettledResult<Output>[]>;
  executeStream(
    id: string,
    input: Input,
  ): AsyncIterable<
    | { readonly type: 'chunk'; readonly bytes: Uint8Array }
    | { readonly type: 'result'; readonly output: Output }
  >;
  reload(id: string, source: Uint8Array): Promise<object>;
  rollback(id: string): Promise<object>;
  unload(id: string): Promise<void>;
  info(id: string): { readonly isolation: string; readonly executionCount: number } | undefined;
  close(): Promise<void>;
}

/** The manager options that the suite sets. */
export interface IsolationSuiteOptions {
  readonly limits?: object;
  readonly hostFunctions?: CustomHostFunctions;
  readonly onLog?: (record: LogRecord) => void;
  readonly random?: { readonly seed: number };
}

/** How the suite gets the isolations that it tests. */
export interface IsolationSubject {
  /** Opens a manager whose plugins all run in the isolation. */
  readonly open: (options: IsolationSuiteOptions) => ManagerUnderTest;
  /** The expected name in `info`. */
  readonly name: string;
  /** True if guests run on the caller's own thread, so that nothing can cancel a computing guest. */
  readonly holdsThread?: boolean;
  /** True if chunks cannot be streamed on this engine. */
  readonly cannotStream?: boolean;
}

interface Input {
  readonly data: unknown;
  readonly context?: { readonly requestId?: string };
}
interface Output {
  readonly data: unknown;
  readonly metadata: {
    readonly fuelUsed: number;
    readonly memoryUsedBytes: number;
    readonly executionTimeMs: number;
  };
}

const FOREVER = '(loop (br 0)) (unreachable)';
const PAGE = 65_536;
const input: Input = { data: null };
const host = (name: string, params: number): string =>
  `(import "env" "${name}" (func $${name} (param${' i32'.repeat(params)}) (result i32)))`;

const plain = assemble(guestWat());

/** Ends differently for each length of its input, which is 35 bytes in addition to `data`; with 5 or more, it succeeds. */
const manyEnds = assemble(
  guestWat({
    execute: `(local $case i32)
      (local.set $case (i32.sub (local.get $len) (i32.const 35)))
      (if (i32.eq (local.get $case) (i32.const 1)) (then (unreachable)))
      (if (i32.eq (local.get $case) (i32.const 2)) (then (loop (br 0))))
      (if (i32.eq (local.get $case) (i32.const 3)) (then (return ${packed(4096, 3)})))
      (if (i32.eq (local.get $case) (i32.const 4)) (then
        (if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then (unreachable)))))
      ${packed(4096, 15)}`,
  }),
);
const ENDS = [
  { end: 'a trap', data: 1, code: 'CALL_TRAPPED' },
  { end: 'an endless loop', data: 10, code: 'CALL_FUEL_EXHAUSTED' },
  { end: 'an output that is no JSON', data: 100, code: 'CALL_INVALID_OUTPUT' },
  { end: 'more memory than it may have', data: 1000, code: 'CALL_MEMORY_EXHAUSTED' },
];

const forever = assemble(
  guestWat({
    imports: host('host_log', 3),
    execute: `(drop (call $host_log (i32.const 2) (i32.const 4096) (i32.const 1))) ${FOREVER}`,
  }),
);

/** Answers with the number of earlier calls, which its memory holds. */
const counting = assemble(
  guestWat({
    outputText: '{"data":0}',
    execute: `(i32.store8 (i32.const 4104) (i32.add (i32.load8_u (i32.const 4104)) (i32.const 1)))
      ${packed(4096, 10)}`,
  }),
);

/** Answers with a random digit. */
const rolling = assemble(
  guestWat({
    imports: host('host_random', 1),
    outputText: '{"data":0}',
    execute: `(i32.store8 (i32.const 4104) (i32.add (i32.const 48) (call $host_random (i32.const 10))))
      ${packed(4096, 10)}`,
  }),
);

const emitting = assemble(
  guestWat({
    imports: host('host_emit', 2),
    execute: `(drop (call $host_emit (i32.const 1024) (i32.const 1)))
      (drop (call $host_emit (i32.const 1025) (i32.const 2)))
      ${packed(4096, 15)}`,
  }),
);

/** Answers with its whole input, exactly as it lies in memory. */
const echo = assemble(
  guestWat({
    memory: '(memory (export "memory") 64)',
    execute: `(i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32))
      (i64.extend_i32_u (local.get $len)))`,
  }),
);

/** Tests that guests run in an isolation with the same limits, errors and host functions as in all others. */
export function testIsolation(name: string, subject: IsolationSubject): void {
  const opened: ManagerUnderTest[] = [];
  const open = (options: IsolationSuiteOptions = {}): ManagerUnderTest => {
    const manager = subject.open(options);
    opened.push(manager);
    return manager;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((manager) => manager.close()));
  });

  describe(`${name}, as an isolation`, () => {
    it('runs calls, tells what they took, and is named in info', async () => {
      const manager = open();
      await manager.load(plain);
      const { data, metadata } = await manager.execute('guest', input);
      expect(data).toBe('fine');
      expect(metadata.fuelUsed).toBeGreaterThan(0);
      expect(metadata.memoryUsedBytes).toBe(2 * PAGE);
      expect(metadata.executionTimeMs).toBeGreaterThanOrEqual(0);
      expect(manager.info('guest')).toMatchObject({ isolation: subject.name, executionCount: 1 });
    });

    it.each(ENDS)('ends $end with $code, and takes the next call', async ({ data, code }) => {
      const manager = open({ limits: { maxFuel: 1_000_000, maxMemoryBytes: 4 * PAGE } });
      await manager.load(manyEnds);
      await expect(manager.execute('guest', { data })).rejects.toMatchObject({ code });
      expect((await manager.execute('guest', { data: 10_000 })).data).toBe('fine');
    });

    it('stops a call when its time is over, and takes the next one', async () => {
      const manager = open({ limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
      await manager.load(manyEnds);
      await expect(manager.execute('guest', { data: 10 }, { timeoutMs: 50 })).rejects.toMatchObject(
        { code: 'CALL_DEADLINE_EXCEEDED' },
      );
      expect((await manager.execute('guest', { data: 10_000 })).data).toBe('fine');
    });

    it.skipIf(subject.holdsThread)('cancels a call that computes', async () => {
      const controller = new AbortController();
      const manager = open({
        limits: { maxFuel: Number.MAX_SAFE_INTEGER },
        onLog: () => controller.abort('enough'),
      });
      await manager.load(forever);
      await expect(
        manager.execute('guest', input, { signal: controller.signal }),
      ).rejects.toMatchObject({ code: 'CALL_CANCELLED', cause: 'enough' });
    });

    it.skipIf(subject.holdsThread)(
      'ends a call that computes when the manager is closed',
      async () => {
        const { promise: logged, resolve } = Promise.withResolvers<void>();
        const manager = open({
          limits: { maxFuel: Number.MAX_SAFE_INTEGER },
          onLog: () => resolve(),
        });
        await manager.load(forever);
        const call = manager.execute('guest', input);
        // Both, so that the end of the call is noticed whenever it comes.
        await Promise.all([
          expect(call).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' }),
          logged.then(async () => await manager.close()),
        ]);
      },
    );

    it.each([
      { state: 'keep', answers: [1, 2, 3] },
      { state: 'reset', answers: [1, 1, 1] },
    ])('has with state "$state" what it had before', async ({ state, answers }) => {
      const manager = open();
      await manager.load(counting, { state });
      for (const answer of answers) {
        expect((await manager.execute('guest', input)).data).toBe(answer);
      }
    });

    it.each([
      {
        what: 'an import that there is not',
        parts: { imports: host('host_none', 1) },
        code: 'LOAD_REJECTED',
      },
      {
        what: 'a configuration that it refuses',
        parts: { init: '(i32.const 1)' },
        code: 'LOAD_INIT_FAILED',
      },
      {
        what: 'a trap in plugin_init',
        parts: { init: '(unreachable)' },
        code: 'LOAD_INIT_TRAPPED',
      },
      {
        what: 'metadata that break the contract',
        parts: { metadataText: '{"name":1}' },
        code: 'LOAD_INVALID_METADATA',
      },
    ])('does not load a plugin with $what', async ({ parts, code }) => {
      const manager = open();
      await expect(manager.load(assemble(guestWat(parts)))).rejects.toMatchObject({ code });
      expect(manager.info('guest')).toBeUndefined();
      await manager.load(plain);
    });

    it('keeps the order of a batch, and lets one input fail alone', async () => {
      const manager = open({ limits: { maxFuel: 1_000_000 } });
      await manager.load(manyEnds);
      const inputs = Array.from({ length: 100 }, (_, index) => ({
        data: index === 7 ? 1 : 10_000,
      }));
      const results = await manager.executeBatch('guest', inputs);
      expect(results[7]).toMatchObject({ status: 'rejected', reason: { code: 'CALL_TRAPPED' } });
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(99);
    });

    it('runs calls that come together', async () => {
      const manager = open();
      await manager.load(plain);
      const outputs = await Promise.all(
        Array.from({ length: 20 }, () => manager.execute('guest', input)),
      );
      expect(outputs.map(({ data }) => data)).toEqual(Array.from({ length: 20 }, () => 'fine'));
    });

    it.skipIf(subject.cannotStream)('gives chunks in order, then the result', async () => {
      const manager = open();
      await manager.load(emitting);
      const parts: unknown[] = [];
      for await (const part of manager.executeStream('guest', input)) {
        parts.push(part.type === 'chunk' ? new TextDecoder().decode(part.bytes) : part.output.data);
      }
      expect(parts).toEqual(['{', '"n', 'fine']);
    });

    it('carries almost a megabyte there and back', async () => {
      const manager = open();
      await manager.load(echo);
      const data = 'ä"\\\n'.repeat(120_000);
      expect((await manager.execute('guest', { data })).data).toBe(data);
    });

    it('draws the same random numbers as every other isolation', async () => {
      const manager = open({ random: { seed: 42 } });
      await manager.load(rolling);
      const digits: unknown[] = [];
      for (let call = 0; call < 5; call += 1) {
        digits.push((await manager.execute('guest', input)).data);
      }
      const batch = await manager.executeBatch('guest', [input, input, input]);
      for (const result of batch) digits.push(result.status === 'fulfilled' && result.value.data);
      expect(digits).toEqual([3, 7, 7, 2, 7, 7, 4, 8]);
    });

    it('performs what a guest asks of the host, as far as it is granted', async () => {
      const names = ['host_set_state', 'host_get_state', 'host_env_get', 'mine.lookup'] as const;
      const logs: LogRecord[] = [];
      const manager = open({
        hostFunctions: { 'mine.lookup': async (key) => await Promise.resolve({ key }) },
        onLog: (record) => logs.push(record),
      });
      const steps = [
        { call: 'host_set_state', args: ['key', 'value'] },
        { call: 'host_get_state', args: ['key', 100] },
        { call: 'mine.lookup', args: ['"a"', 100] },
        { call: 'host_env_get', args: ['PATH', 100] },
      ] as const;
      await manager.load(effectGuest(names), {
        id: 'asker',
        permissions: { hostFunctions: true, allowedHostFunctions: ['mine.lookup'] },
      });
      const { data } = await manager.execute('asker', {
        data: effectProgram(steps, names),
        context: { requestId: 'r-1' },
      });
      const results = effectResults(data);
      expect(results.map(({ bytes }) => String(bytes))).toEqual(['', 'value', '{"key":"a"}', '']);
      // Denied, and logged: nothing was granted.
      expect(results[3]?.code).toBeLessThan(0);
      expect(logs).toContainEqual(expect.objectContaining({ pluginId: 'asker', requestId: 'r-1' }));
    });

    it('swaps versions, rolls back and unloads', async () => {
      const manager = open();
      await manager.load(plain);
      await manager.reload('guest', assemble(guestWat({ outputText: '{"data":"next"}' })));
      expect((await manager.execute('guest', input)).data).toBe('next');
      await manager.rollback('guest');
      expect((await manager.execute('guest', input)).data).toBe('fine');
      await manager.unload('guest');
      expect(manager.info('guest')).toBeUndefined();
      await expect(manager.execute('guest', input)).rejects.toMatchObject({
        code: 'CALL_NOT_FOUND',
      });
    });
  });
}
