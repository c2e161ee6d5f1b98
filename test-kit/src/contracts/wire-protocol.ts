import { afterEach, describe, expect, it } from 'vitest';

import type { ManagerUnderTest } from './isolation.js';

/** The plugins that the suite needs, each named `guest`, of type `custom`. */
export type ProtocolGuestKind =
  /**
   * Answers with the `data` that it got, except for whole numbers below 8, which {@link ENDS} defines. After a call that it survives, and after
   * an instance that did not survive, it behaves as before.
   */
  | 'plain'
  /** Answers with the configuration that it got. */
  | 'configured'
  /** Answers with the number of its calls so far, up to 9: its memory holds it. */
  | 'counting'
  /** Gives a location outside its memory for its metadata. */
  | 'foreign metadata'
  /** Answers with an error code when it is asked for its metadata. */
  | 'no metadata'
  /** Rejects its configuration with error code -7. */
  | 'refuses configuration'
  /** Traps when it gets its configuration. */
  | 'traps in configuration'
  /** Gives a location outside its memory for the host to write to. */
  | 'foreign room'
  /** Has one function of a wrong type. */
  | 'wrong export'
  /** Reports that it is unhealthy. */
  | 'unhealthy'
  /** Takes all inputs of a batch at once, and returns them. */
  | 'batch';

/** The manager options that the suite sets. */
export interface ProtocolSuiteOptions {
  readonly limits?: object;
}

/** How the suite gets the protocols that it tests. */
export interface ProtocolSubject {
  /** The expected name in `info`. */
  readonly name: string;
  /** Returns a guest that speaks the protocol; undefined if the protocol cannot express the kind. */
  readonly guest: (kind: ProtocolGuestKind) => Uint8Array | undefined;
  /** Opens a manager that knows the protocol. */
  readonly open: (options: ProtocolSuiteOptions) => ManagerUnderTest;
}

/** What a guest of kind `plain` does instead of answering with its input. */
const ENDS = [
  { data: 1, end: 'a trap', code: 'CALL_TRAPPED' },
  { data: 2, end: 'an endless loop', code: 'CALL_FUEL_EXHAUSTED' },
  { data: 3, end: 'an output outside of its memory or room', code: 'CALL_INVALID_OUTPUT' },
  { data: 4, end: 'an output that is no JSON', code: 'CALL_INVALID_OUTPUT' },
  { data: 5, end: 'error code -7', code: 'CALL_PLUGIN_FAILED', pluginCode: -7 },
  { data: 6, end: 'error code -2', code: 'CALL_INVALID_INPUT' },
  { data: 7, end: 'an output of 3,000 bytes', code: 'CALL_OUTPUT_TOO_LARGE' },
];
const LIMITS = { maxFuel: 10_000_000, maxOutputBytes: 2000 };

/** Tests that the adapter of a wire protocol lets plugins do everything that the contract allows, and nothing else. */
export function testWireProtocol(title: string, { name, guest, open }: ProtocolSubject): void {
  describe(`${title}, as a WireProtocol`, () => {
    const opened: ManagerUnderTest[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((manager) => manager.close()));
    });
    const start = (options: ProtocolSuiteOptions = {}): ManagerUnderTest => {
      const manager = open(options);
      opened.push(manager);
      return manager;
    };
    /** Loads a guest of a kind; the test ends if the protocol has none. */
    const load = async (
      kind: ProtocolGuestKind,
      options: object = {},
      limits?: object,
    ): Promise<ManagerUnderTest | undefined> => {
      const bytes = guest(kind);
      if (bytes === undefined) return undefined;
      const manager = start(limits === undefined ? {} : { limits });
      await manager.load(bytes, options);
      return manager;
    };
    const dataOf = async (manager: ManagerUnderTest | undefined, data: unknown): Promise<unknown> =>
      manager && (await manager.execute('guest', { data })).data;

    it('has guests of the kinds that every protocol can have', () => {
      const kinds = ['plain', 'configured', 'counting', 'foreign metadata'] as const;
      expect(kinds.map((kind) => guest(kind) instanceof Uint8Array)).toEqual(kinds.map(() => true));
    });

    it('is told by the module, and shown by info', async () => {
      const manager = await load('plain');
      expect(manager?.info('guest')).toMatchObject({
        contract: name,
        metadata: { name: 'guest', pluginType: 'custom' },
      });
    });

    it.each([
      { title: 'null', data: null },
      { title: 'a number', data: -12.5 },
      { title: 'text of any script', data: 'ä 漢字 😀 "\\ \n' },
      { title: 'a structure', data: { list: [1, [2, { three: null }]], empty: {} } },
      { title: '300,000 characters', data: 'é'.repeat(300_000) },
    ])('lets $title cross both ways', async ({ data }) => {
      expect(await dataOf(await load('plain'), data)).toEqual(data);
    });

    it('hands over the configuration before the first call, and {} where there is none', async () => {
      expect(await dataOf(await load('configured', { config: { deep: ['ü'] } }), null)).toEqual({
        deep: ['ü'],
      });
      expect(await dataOf(await load('configured'), null)).toEqual({});
    });

    it('keeps the memory of an instance, or resets it', async () => {
      const kept = await load('counting');
      expect([await dataOf(kept, null), await dataOf(kept, null)]).toEqual([1, 2]);
      const reset = await load('counting', { state: 'reset' });
      expect([await dataOf(reset, null), await dataOf(reset, null)]).toEqual([1, 1]);
    });

    it('charges the same fuel for the same call', async () => {
      const manager = await load('plain', { state: 'reset' });
      const fuel = async (): Promise<number | undefined> =>
        (await manager?.execute('guest', { data: 'same' }))?.metadata.fuelUsed;
      const first = await fuel();
      expect(first).toBeGreaterThan(0);
      expect(await fuel()).toBe(first);
    });

    it.each(ENDS)('names $end, and goes on', async ({ data, code, pluginCode }) => {
      const manager = await load('plain', {}, LIMITS);
      expect(await dataOf(manager, 8)).toBe(8);
      const error: unknown = await manager?.execute('guest', { data }).catch((cause) => cause);
      expect(error).toMatchObject({
        code,
        usage: { fuelUsed: expect.any(Number) },
        ...(pluginCode === undefined ? {} : { pluginCode }),
      });
      expect(await dataOf(manager, 'again')).toBe('again');
    });

    it('lets each input of a batch fail alone', async () => {
      const manager = await load('plain', {}, LIMITS);
      const inputs = [8, 1, 'two', 5, null].map((data) => ({ data }));
      const results = (await manager?.executeBatch('guest', inputs)) ?? [];
      expect(
        results.map((result) =>
          result.status === 'fulfilled'
            ? result.value.data
            : (result.reason as { code: string }).code,
        ),
      ).toEqual([8, 'CALL_TRAPPED', 'two', 'CALL_PLUGIN_FAILED', null]);
    });

    it('hands over a batch as one, if it can', async () => {
      const manager = await load('batch');
      const inputs = Array.from({ length: 5 }, (_, data) => ({ data: data + 10 }));
      const results = (await manager?.executeBatch('guest', inputs)) ?? [];
      const data = results.map((result) => result.status === 'fulfilled' && result.value.data);
      expect(data).toEqual(manager === undefined ? [] : [10, 11, 12, 13, 14]);
    });

    it.each([
      { kind: 'foreign metadata', codes: ['LOAD_INVALID_METADATA'] },
      { kind: 'no metadata', codes: ['LOAD_METADATA_FAILED'] },
      { kind: 'refuses configuration', codes: ['LOAD_INIT_FAILED'] },
      { kind: 'traps in configuration', codes: ['LOAD_INIT_TRAPPED'] },
      // Depends on what the host writes first.
      { kind: 'foreign room', codes: ['LOAD_INVALID_METADATA', 'LOAD_INIT_TRAPPED'] },
      { kind: 'wrong export', codes: ['LOAD_BAD_EXPORT'] },
    ] as const)('loads no plugin that has $kind', async ({ kind, codes }) => {
      const bytes = guest(kind);
      const error: unknown =
        bytes &&
        (await start()
          .load(bytes)
          .catch((cause: unknown) => cause));
      expect(codes.concat(bytes === undefined ? ([undefined] as never[]) : [])).toContain(
        (error as { code?: string } | undefined)?.code,
      );
    });

    it('keeps the old version where the new one is not well', async () => {
      const manager = await load('plain');
      const bytes = guest('unhealthy');
      const error: unknown =
        bytes && (await manager?.reload('guest', bytes).catch((cause: unknown) => cause));
      expect((error as { code?: string } | undefined)?.code).toBe(bytes && 'LOAD_UNHEALTHY');
      expect(await dataOf(manager, 'old')).toBe('old');
    });

    it('unloads, and loads again', async () => {
      const manager = await load('plain');
      await manager?.unload('guest');
      await manager?.load(guest('plain')!, {});
      expect(await dataOf(manager, 'new')).toBe('new');
    });
  });
}
