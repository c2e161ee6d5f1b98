import type { EffectArgument, EffectResult, HostEffects, HostFunction } from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

import { createHostBinding } from '../create-host-binding.js';
import { Errno } from './errno.js';

const READ = 2n;
const WRITE = 64n;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: EffectArgument | undefined): string =>
  new TextDecoder().decode(value as Uint8Array);

/** A program with `/data` opened as 3, whose effects are answered by a test. */
function openProgram(
  answer: (
    name: Parameters<HostEffects['perform']>[0],
    args: readonly EffectArgument[],
  ) => EffectResult,
) {
  const bytes = new Uint8Array(65_536);
  const asked: string[] = [];
  const binding = createHostBinding({
    pluginId: 'test',
    enableWasi: true,
    directories: ['/data'],
    effects: {
      beginCall: () => {},
      endCall: () => {},
      perform(name, args) {
        asked.push(name);
        return answer(name, args);
      },
    },
  });
  binding.attachMemory({ bytes: () => bytes });
  binding.beginCall({});
  const call = (name: string, ...args: (number | bigint)[]): unknown =>
    (binding.imports['wasi_snapshot_preview1']![name] as HostFunction)(...(args as never[]));
  const open = (path: string, rights: bigint, flags = 0, fd = 3): unknown => {
    bytes.set(utf8(path), 1024);
    return call('path_open', fd, 0, 1024, utf8(path).length, flags, rights, 0n, 0, 64);
  };
  const u32 = (ptr: number): number => new DataView(bytes.buffer).getUint32(ptr, true);
  /** One buffer of a list at 128. */
  const buffer = (ptr: number, length: number): void => {
    const view = new DataView(bytes.buffer);
    view.setUint32(128, ptr, true);
    view.setUint32(132, length, true);
  };
  return { bytes, binding, call, open, u32, buffer, asked };
}

describe('WASI_FILES', () => {
  it('tells the preopened directory, and nothing behind it', () => {
    const { call, bytes, u32 } = openProgram(() => ({ code: -3 }));
    expect(call('fd_prestat_get', 3, 0)).toBe(Errno.success);
    expect(u32(4)).toBe(5);
    expect(call('fd_prestat_dir_name', 3, 32, 5)).toBe(Errno.success);
    expect(textOf(bytes.subarray(32, 37))).toBe('/data');
    expect(call('fd_prestat_dir_name', 3, 32, 4)).toBe(Errno.inval);
    expect(call('fd_prestat_get', 4, 0)).toBe(Errno.badf);
  });

  it('reads a file through the host', () => {
    const { call, open, bytes, u32, buffer, asked } = openProgram((name, args) => {
      if (name === 'host_file_open') {
        return { code: textOf(args[0]) === '/data/a/b.txt' && args[1] === 0 ? 7 : -1 };
      }
      if (name === 'host_file_read') return { code: 3, bytes: utf8('abc') };
      return { code: 0 };
    });
    expect(open('a/./b.txt', READ)).toBe(Errno.success);
    const fd = u32(64);
    expect(fd).toBe(4);
    buffer(2048, 16);
    expect(call('fd_read', fd, 128, 1, 200)).toBe(Errno.success);
    expect([u32(200), textOf(bytes.subarray(2048, 2051))]).toEqual([3, 'abc']);
    expect(call('fd_write', fd, 128, 1, 200)).toBe(Errno.badf);
    expect(call('fd_seek', fd, 0n, 1, 200)).toBe(Errno.success);
    expect(u32(200)).toBe(3);
    expect(call('fd_close', fd)).toBe(Errno.success);
    expect(call('fd_read', fd, 128, 1, 200)).toBe(Errno.badf);
    expect(asked).toEqual(['host_file_open', 'host_file_read', 'host_file_close']);
  });

  it('rewrites a file, and writes in no other way', () => {
    const written: string[] = [];
    const { call, open, bytes, u32, buffer } = openProgram((name, args) => {
      if (name === 'host_file_write') written.push(textOf(args[1]));
      return { code: name === 'host_file_open' ? 1 : 0 };
    });
    // Appending, changing in place, and exclusive creation.
    for (const flags of [0, 1, 1 | 4, 1 | 4 | 8]) {
      expect(open('a.txt', WRITE, flags)).toBe(Errno.notsup);
    }
    expect(open('a.txt', WRITE, 1 | 8)).toBe(Errno.success);
    bytes.set(utf8('hello'), 2048);
    buffer(2048, 5);
    expect(call('fd_write', u32(64), 128, 1, 200)).toBe(Errno.success);
    expect([u32(200), written]).toEqual([5, ['hello']]);
  });

  it.each([
    ['..', READ, 0],
    ['../data2/a', READ, 0],
    ['a/../../etc/passwd', READ, 0],
    ['/etc/passwd', READ, 0],
    ['..', READ, 2],
  ])('asks the host nothing about %j', (path, rights, flags) => {
    const { open, asked } = openProgram(() => ({ code: 0 }));
    expect(open(path, rights, flags)).toBe(Errno.notcapable);
    expect(asked).toEqual([]);
  });

  it.each([
    [-1, Errno.noent],
    [-2, Errno.inval],
    [-3, Errno.notcapable],
    [-4, Errno.dquot],
    [-5, Errno.io],
    [-6, Errno.canceled],
  ])('gives what the host answers with %i as %i', (code, errno) => {
    const { open, u32 } = openProgram(() => ({ code }));
    expect(open('a.txt', READ)).toBe(errno);
    expect(u32(64)).toBe(0);
  });

  it('lists a directory in pieces', () => {
    const json = utf8('[{"name":"a","type":"file"},{"name":"bc","type":"directory"}]');
    const { call, bytes, u32, asked } = openProgram(() => ({ code: json.length, bytes: json }));
    expect(call('fd_readdir', 3, 2048, 1000, 0n, 200)).toBe(Errno.success);
    expect(u32(200)).toBe(24 + 1 + 24 + 2);
    expect([textOf(bytes.subarray(2072, 2073)), bytes[2048 + 20]]).toEqual(['a', 4]);
    expect(call('fd_readdir', 3, 2048, 1000, 1n, 200)).toBe(Errno.success);
    expect([textOf(bytes.subarray(2072, 2074)), bytes[2048 + 20], u32(200)]).toEqual(['bc', 3, 26]);
    expect(call('fd_readdir', 3, 2048, 10, 0n, 200)).toBe(Errno.success);
    expect(u32(200)).toBe(10);
    expect(call('fd_readdir', 3, 2048, 1000, -1n, 200)).toBe(Errno.success);
    expect(u32(200)).toBe(0);
    expect(call('fd_readdir', 3, -8, 1000, 0n, 200)).toBe(Errno.fault);
    // Requested again only where reading begins.
    expect(asked).toEqual(['host_file_list', 'host_file_list']);
  });

  it('continues the list that a reading started with, until one starts again', () => {
    let names = ['a', 'b', 'c'];
    const { call, bytes, u32, asked } = openProgram(() => {
      const json = utf8(JSON.stringify(names.map((name) => ({ name, type: 'file' }))));
      return { code: json.length, bytes: json };
    });
    /** Reads one name, into a buffer without room for more. */
    const read = (cookie: bigint): string => {
      expect(call('fd_readdir', 3, 2048, 25, cookie, 200)).toBe(Errno.success);
      return textOf(bytes.subarray(2048 + 24, 2048 + u32(200)));
    };
    expect(read(0n)).toBe('a');
    names = ['0', ...names];
    expect([read(1n), read(2n)]).toEqual(['b', 'c']);
    expect(asked).toEqual(['host_file_list']);
    expect([read(0n), read(1n)]).toEqual(['0', 'a']);
    expect(asked).toEqual(['host_file_list', 'host_file_list']);
  });

  it('refuses wild pointers before the host does anything', () => {
    const { call, open, u32, buffer, asked } = openProgram(() => ({ code: 1 }));
    expect(call('path_open', 3, 0, 0, 1, 0, READ, 0n, 0, -2)).toBe(Errno.fault);
    expect(asked).toEqual([]);
    expect(open('a', READ)).toBe(Errno.success);
    buffer(-8, 16);
    expect(call('fd_read', u32(64), 128, 1, 200)).toBe(Errno.fault);
    expect(call('fd_read', u32(64), -8, 1, 200)).toBe(Errno.fault);
    expect(call('fd_read', u32(64), 128, -1, 200)).toBe(Errno.inval);
    expect(call('fd_read', u32(64), 128, 1, -2)).toBe(Errno.fault);
    expect(asked).toEqual(['host_file_open']);
  });

  it('opens no more than 64', () => {
    const { open } = openProgram(() => ({ code: 2, bytes: utf8('[]') }));
    for (let count = 0; count < 64; count += 1) expect(open('.', READ)).toBe(Errno.success);
    expect(open('.', READ)).toBe(Errno.dquot);
  });

  it('closes nothing for another call', () => {
    const { open, call, binding, u32, buffer } = openProgram(() => ({ code: 1 }));
    expect(open('a', READ)).toBe(Errno.success);
    const fd = u32(64);
    binding.endCall();
    binding.beginCall({});
    buffer(2048, 16);
    expect(call('fd_read', fd, 128, 1, 200)).toBe(Errno.badf);
  });
});
