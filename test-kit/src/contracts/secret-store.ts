import type { Secret, SecretStore } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

/** How the suite gets the stores that it tests. */
export interface SecretStoreSubject {
  /** Opens a store that has exactly these secrets. */
  readonly open: (secrets: Readonly<Record<string, Secret>>) => SecretStore | Promise<SecretStore>;
}

const SECRET: Secret = { value: 'a value of 20 chars.', hosts: ['api.example.com'] };

/** Tests that an implementation keeps the contract of `SecretStore`. */
export function testSecretStore(name: string, { open }: SecretStoreSubject): void {
  describe(`${name}, as a SecretStore`, () => {
    it('says its version', async () => {
      expect((await open({})).specificationVersion).toBe('v1');
    });

    it('gives a secret with all that limits it', async () => {
      const limited = { ...SECRET, plugins: ['translator'], headers: ['x-api-key'] };
      const store = await open({ A: limited });
      expect(await store.read('A')).toEqual(limited);
    });

    it('adds no limit and takes none away', async () => {
      const store = await open({ A: SECRET });
      expect(await store.read('A')).toEqual(SECRET);
    });

    it.each(['B', 'a', 'A ', '', '__proto__', 'constructor', 'toString'])(
      'has nothing under %j',
      async (other) => {
        const store = await open({ A: SECRET });
        expect(await store.read(other)).toBeUndefined();
      },
    );

    it('gives the same at every use', async () => {
      const store = await open({ A: SECRET });
      const first = await store.read('A');
      expect(await store.read('A')).toEqual(first);
    });
  });
}
