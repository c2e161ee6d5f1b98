import { describe, expect, it } from 'vitest';

import { ConfigNode } from './config-node.js';
import { readOptions } from './read-options.js';

interface Options {
  readonly count?: number;
  readonly share?: number;
  readonly mode?: 'exact' | 'coarse';
  readonly onLog?: (line: string) => void;
  readonly store?: { read(): void; write(): void };
  readonly nested?: { readonly flag?: boolean };
}

const read = (value: unknown): Options =>
  readOptions<Options>(
    value,
    {
      count: (node) => node.wholeNumber(1, 10),
      share: (node) => node.number(0, 1),
      mode: (node) => node.oneOf(['exact', 'coarse']),
      onLog: (node) => node.callback(),
      store: (node) => node.implementation('read', 'write'),
      nested: (nested) =>
        readOptions<NonNullable<Options['nested']>>(
          nested.value,
          { flag: (node) => node.boolean() },
          nested.path,
        ),
    },
    'options',
  );

describe('readOptions()', () => {
  it('gives what was given, in an object of its own', () => {
    const onLog = (): void => {};
    const store = new (class {
      read(): void {}
      write(): void {}
    })();
    const given = { count: 10, share: 0, mode: 'exact' as const, onLog, store, nested: {} };
    const options = read(given);
    expect(options).toEqual(given);
    expect(options).not.toBe(given);
    expect(options.nested).not.toBe(given.nested);
    expect(options.store).toBe(store);
  });

  it('takes undefined for absent', () => {
    expect(read(undefined)).toEqual({});
    expect(Object.keys(read({ count: undefined }))).toEqual([]);
  });

  it.each([
    {
      value: { cuont: 1 },
      path: 'options.cuont',
      message: 'unknown key "cuont", did you mean "count"?',
    },
    { value: { toString: 1 }, path: 'options.toString', message: 'unknown key "toString"' },
    {
      value: JSON.parse('{"__proto__":1}') as unknown,
      path: 'options.__proto__',
      message: 'unknown key',
    },
    {
      value: Object.create({ colour: 1 }) as unknown,
      path: 'options.colour',
      message: 'unknown key',
    },
    {
      value: { nested: { flga: true } },
      path: 'options.nested.flga',
      message: 'did you mean "flag"?',
    },
  ])('refuses the unknown key at $path', ({ value, path, message }) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        path,
        message: expect.stringContaining(message) as unknown,
      }),
    );
  });

  it.each([
    { value: null, path: 'options', expected: 'an object, found nothing' },
    { value: [], path: 'options', expected: 'an object, found a list' },
    { value: 'x', path: 'options', expected: 'an object, found "x"' },
    { value: { count: null }, path: 'options.count', expected: 'from 1 to 10, found nothing' },
    { value: { count: '5' }, path: 'options.count', expected: 'found "5"' },
    { value: { count: 0 }, path: 'options.count', expected: 'found 0' },
    { value: { count: 11 }, path: 'options.count', expected: 'found 11' },
    { value: { count: 1.5 }, path: 'options.count', expected: 'found 1.5' },
    { value: { count: 5n }, path: 'options.count', expected: 'found a bigint' },
    { value: { share: Number.NaN }, path: 'options.share', expected: 'found NaN' },
    { value: { share: 1.01 }, path: 'options.share', expected: 'a number from 0 to 1' },
    { value: { mode: 'exactly' }, path: 'options.mode', expected: '"exact" or "coarse"' },
    { value: { onLog: 5 }, path: 'options.onLog', expected: 'a function, found 5' },
    { value: { store: {} }, path: 'options.store', expected: 'an object with "read", "write"' },
    { value: { store: Symbol('x') }, path: 'options.store', expected: 'found a symbol' },
    { value: { nested: { flag: 'off' } }, path: 'options.nested.flag', expected: 'found "off"' },
  ])('refuses $value at $path', ({ value, path, expected }) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path,
        message: expect.stringContaining(expected) as unknown,
      }),
    );
  });

  it('misses what must be there', () => {
    expect(() =>
      readOptions<{ readonly path: string }>({}, { path: (node) => node.text() }, '', ['path']),
    ).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', path: 'path' }));
  });
});

describe('ConfigNode', () => {
  it('reads the holes of a list as nothing', () => {
    const sparse: number[] = [1];
    sparse[2] = 3;
    const [first, hole] = new ConfigNode(sparse, 'list').list();
    expect(first?.value).toBe(1);
    expect(() => hole?.text()).toThrow(expect.objectContaining({ path: 'list[1]' }));
  });
});
