import type { StateStore } from '@testbench/types/stores';
import { afterEach, describe, expect, it } from 'vitest';

/** How the suite gets the stores that it tests. */
export interface StateStoreSubject {
  /** Opens the state of a plugin, empty at first. */
  readonly open: (plugin: string) => StateStore;
  /** Reopens a closed state; left out if nothing survives closing. */
  readonly reopen?: (plugin: string) => StateStore;
  /** Opens a state that takes at most 100 bytes, counting two for each character of a key, and three entries. */
  readonly openSmall?: (plugin: string) => StateStore;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Tests that an implementation keeps the contract of `StateStore`. */
export function testStateStore(name: string, subject: StateStoreSubject): void {
  const opened: StateStore[] = [];
  const track = (store: StateStore): StateStore => {
    opened.push(store);
    return store;
  };
  const open = (plugin = 'plugin'): StateStore => track(subject.open(plugin));
  afterEach(() => {
    for (const store of opened.splice(0)) store.close?.();
  });

  describe(`${name}, as a StateStore`, () => {
    it('says its version', () => {
      expect(open().specificationVersion).toBe('v1');
    });

    it('has nothing at first', () => {
      const store = open();
      expect(store.get('key')).toBeUndefined();
      expect(store.delete('key')).toBe(false);
    });

    it.each([
      'key',
      '',
      ' ',
      'a:b',
      'ключ \0',
      'constructor',
      'toString',
      '__proto__',
      'hasOwnProperty',
    ])('keeps a value under %j, and only there', (key) => {
      const store = open();
      expect(store.get(key)).toBeUndefined();
      expect(store.set(key, bytes(1, 2))).toBe(true);
      expect(store.get(key)).toEqual(bytes(1, 2));
      expect(store.get(`${key}.`)).toBeUndefined();
      expect(store.delete(key)).toBe(true);
      expect(store.get(key)).toBeUndefined();
      expect(store.delete(key)).toBe(false);
    });

    it('keeps empty values apart from none', () => {
      const store = open();
      store.set('empty', bytes());
      expect(store.get('empty')).toEqual(bytes());
      expect(store.delete('empty')).toBe(true);
    });

    it('has the last value of a key', () => {
      const store = open();
      for (const value of [1, 2, 3]) store.set('key', bytes(value));
      expect(store.get('key')).toEqual(bytes(3));
    });

    it('keeps a copy', () => {
      const store = open();
      const value = bytes(1);
      store.set('key', value);
      value[0] = 9;
      expect(store.get('key')).toEqual(bytes(1));
    });

    it('keeps plugins apart, however their names and keys are put together', () => {
      const first = open('a');
      const second = open('a:b');
      const third = open('A');
      first.set('b:key', bytes(1));
      expect(second.get('key')).toBeUndefined();
      expect(third.get('b:key')).toBeUndefined();
    });

    const { reopen, openSmall } = subject;
    if (reopen !== undefined) {
      it('has after closing and opening what it had before', () => {
        const store = subject.open('plugin');
        store.set('kept', bytes(1));
        store.set('gone', bytes(2));
        store.delete('gone');
        store.close?.();
        const again = track(reopen('plugin'));
        expect(again.get('kept')).toEqual(bytes(1));
        expect(again.get('gone')).toBeUndefined();
      });
    }
    if (openSmall !== undefined) {
      it('refuses what its quota has no room for, and changes nothing then', () => {
        const store = track(openSmall('plugin'));
        expect(store.set('a', new Uint8Array(60))).toBe(true);
        expect(store.set('b', new Uint8Array(60))).toBe(false);
        expect(store.get('b')).toBeUndefined();
        expect(store.set('a', new Uint8Array(99))).toBe(false);
        expect(store.get('a')).toHaveLength(60);
        // A smaller value makes room.
        expect(store.set('a', bytes(1))).toBe(true);
        expect(store.set('b', bytes(1))).toBe(true);
        expect(store.set('c', bytes(1))).toBe(true);
        expect(store.set('d', bytes(1))).toBe(false);
        expect(store.delete('a')).toBe(true);
        expect(store.set('d', bytes(1))).toBe(true);
      });
    }
  });
}
