import type { ModuleStore } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

/** How the suite gets the stores that it tests. */
export interface ModuleStoreSubject {
  /** Opens an empty store. */
  readonly open: () => ModuleStore | Promise<ModuleStore>;
}

const KEY = `${'0123456789abcdef'.repeat(4)}-1-1024`;
const OTHER_KEY = `${KEY}-state`;
const content = (size: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31) & 0xff);

/** Tests that an implementation keeps the contract of `ModuleStore`. */
export function testModuleStore(name: string, { open }: ModuleStoreSubject): void {
  describe(`${name}, as a ModuleStore`, () => {
    it('says its version', async () => {
      expect((await open()).specificationVersion).toBe('v1');
    });

    it('has nothing at first', async () => {
      expect(await (await open()).read(KEY)).toBeUndefined();
    });

    it.each([8, 70_000])('gives %i bytes as they were written', async (size) => {
      const store = await open();
      await store.write(KEY, content(size));
      expect(await store.read(KEY)).toEqual(content(size));
      expect(await store.read(OTHER_KEY)).toBeUndefined();
    });

    it('keeps a copy, and gives one', async () => {
      const store = await open();
      const written = content(16);
      await store.write(KEY, written);
      written.fill(0);
      (await store.read(KEY))?.fill(0);
      expect(await store.read(KEY)).toEqual(content(16));
    });

    it('has the last of several writes', async () => {
      const store = await open();
      await store.write(KEY, content(16));
      await store.write(KEY, content(8));
      expect(await store.read(KEY)).toEqual(content(8));
    });

    it('has one of several writes at the same time, whole', async () => {
      const store = await open();
      const sizes = Array.from({ length: 8 }, (_, index) => 50_000 + index);
      await Promise.all(sizes.map((size) => store.write(KEY, content(size))));
      const found = await store.read(KEY);
      expect(sizes).toContain(found?.length);
      expect(found).toEqual(content(found!.length));
    });
  });
}
