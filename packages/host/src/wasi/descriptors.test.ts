import { describe, expect, it } from 'vitest';

import { Descriptors, resolveIn } from './descriptors.js';
import { Errno } from './errno.js';

describe('resolveIn()', () => {
  it.each([
    ['a.txt', '/data/a.txt'],
    ['./a//b/', '/data/a/b'],
    ['a/../b', '/data/b'],
    ['.', '/data'],
    ['', '/data'],
    ['...', '/data/...'],
  ])('finds %j in a directory', (text, path) => {
    expect(resolveIn('/data', text)).toBe(path);
  });

  it.each([
    ['..', Errno.notcapable],
    ['a/../../data2', Errno.notcapable],
    ['../data/a', Errno.notcapable],
    ['/etc/passwd', Errno.notcapable],
    ['a\0b', Errno.inval],
    [undefined, Errno.inval],
  ])('refuses %j', (text, errno) => {
    expect(resolveIn('/data', text)).toBe(errno);
  });

  it('knows the root', () => {
    expect(resolveIn('/', 'etc')).toBe('/etc');
  });
});

describe('Descriptors', () => {
  it('opens directories from 3 on, and forgets what a call has opened', () => {
    const table = new Descriptors(['/a', '/b']);
    expect(table.preopened(4)).toEqual({ kind: 'directory', path: '/b', name: '/b' });
    expect(table.get(5)).toBeUndefined();
    const file = { kind: 'file', handle: 1, writable: false, position: 0 } as const;
    expect(table.add(file)).toBe(5);
    expect(table.get(5)).toBe(file);
    table.clear();
    expect(table.get(5)).toBeUndefined();
    expect(table.get(3)).toBeDefined();
    for (const fd of [-1, 2.5, Number.NaN]) expect(table.get(fd)).toBeUndefined();
  });
});
