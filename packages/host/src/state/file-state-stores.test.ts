import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StateStore } from '@testbench/types/stores';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MAX_JOURNAL_BYTES } from '../limits.js';
import { createFileStateStores } from './file-state-stores.js';
import { createMemoryStateStore } from './state-store.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'testbench-state-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textAt = (state: StateStore, key: string): string | undefined => {
  const value = state.get(key);
  return value && new TextDecoder().decode(value);
};
const open = (plugin = 'a'): StateStore => createFileStateStores(directory)(plugin);
const file = (): string =>
  join(
    directory,
    readdirSync(directory).find((name) => name.endsWith('.state'))!,
  );

describe('createFileStateStores()', () => {
  it('keeps values from one opening to the next, each plugin its own', () => {
    const first = open();
    expect(first.set('key', utf8('one'))).toBe(true);
    expect(first.set('key', utf8('two'))).toBe(true);
    expect(first.set('ключ \0', utf8(''))).toBe(true);
    first.set('gone', utf8('x'));
    expect(first.delete('gone')).toBe(true);
    expect(first.delete('gone')).toBe(false);
    first.close?.();
    const second = open();
    expect(textAt(second, 'key')).toBe('two');
    expect(textAt(second, 'ключ \0')).toBe('');
    expect(second.get('gone')).toBeUndefined();
    const other = open('A');
    expect(other.get('key')).toBeUndefined();
    second.close?.();
    other.close?.();
    expect(second.set('key', utf8('late'))).toBe(false);
  });

  it('agrees with the store in memory about every sequence, quota included', () => {
    const step = fc.record({
      kind: fc.constantFrom('set', 'delete', 'reopen'),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      size: fc.nat(60),
    });
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run += 1;
        const quota = { maxBytes: 100, maxEntries: 3 };
        const openState = createFileStateStores(directory, quota);
        let state = openState(`run ${run}`);
        const model = createMemoryStateStore(quota);
        for (const { kind, key, size } of steps) {
          const value = new Uint8Array(size).fill(size);
          const change = (store: StateStore): boolean =>
            kind === 'set' ? store.set(key, value) : kind === 'delete' && store.delete(key);
          expect(change(state)).toBe(change(model));
          if (kind === 'reopen') {
            state.close?.();
            state = openState(`run ${run}`);
          }
          for (const name of ['a', 'b', 'c', 'd']) {
            expect(state.get(name)).toEqual(model.get(name));
          }
        }
        state.close?.();
      }),
      { numRuns: 60 },
    );
  });

  it('does not let the file grow without end', () => {
    const state = open();
    const value = new Uint8Array(500_000);
    for (let index = 0; index < 50; index += 1) state.set('key', value.fill(index));
    expect(statSync(file()).size).toBeLessThan(MAX_JOURNAL_BYTES + 600_000);
    state.close?.();
    expect(statSync(file()).size).toBeLessThan(600_000);
    expect(open().get('key')?.[0]).toBe(49);
  });

  // Row 113 of the attack catalogue, which tests it with hosts that are killed.
  it('writes a file without its old values when it is opened', () => {
    const state = open();
    for (let index = 0; index < 14; index += 1)
      state.set('key', new Uint8Array(500_000).fill(index));
    const left = readFileSync(file());
    state.close?.();
    expect(left.length).toBeGreaterThan(7_000_000);
    writeFileSync(file(), left);
    const reopened = open();
    expect(statSync(file()).size).toBeLessThan(600_000);
    expect(reopened.get('key')?.[0]).toBe(13);
    reopened.close?.();
  });

  it('opens a file past its size, and past what one read gives', () => {
    const state = open();
    state.set('key', new Uint8Array(900_000).fill(1));
    const one = readFileSync(file());
    state.close?.();
    const path = file();
    const sink = openSync(path, 'w');
    writeSync(sink, one);
    for (let index = 0; index < 60; index += 1) writeSync(sink, one, 8);
    // The last record is incomplete.
    ftruncateSync(sink, 8 + 61 * (one.length - 8) - 100);
    closeSync(sink);
    expect(statSync(path).size).toBeGreaterThan(5 * MAX_JOURNAL_BYTES);
    const reopened = open();
    expect(reopened.get('key')).toHaveLength(900_000);
    expect(statSync(path).size).toBeLessThan(1_000_000);
    reopened.close?.();
  });

  it('takes no more where it cannot be written from scratch', () => {
    const state = open();
    // At the path of the file that is to replace it.
    mkdirSync(`${file()}.tmp`);
    const value = new Uint8Array(500_000);
    const answers = Array.from({ length: 50 }, (_, index) => state.set('key', value.fill(index)));
    expect(statSync(file()).size).toBeLessThanOrEqual(2 * MAX_JOURNAL_BYTES);
    expect(answers.at(0)).toBe(true);
    expect(answers.at(-1)).toBe(false);
    const kept = answers.lastIndexOf(true);
    expect(state.get('key')?.[0]).toBe(kept);
    rmdirSync(`${file()}.tmp`);
    expect(state.set('key', value.fill(99))).toBe(true);
    state.close?.();
    expect(open().get('key')?.[0]).toBe(99);
  });

  it.each([
    { place: 'file', says: 'it is not a directory' },
    { place: 'file/below', says: 'a part of its path is not a directory' },
    { place: 'loop/below', says: 'its links lead in a circle' },
    { place: '', says: 'expected the path of a directory' },
    { place: 'a\0b', says: 'expected the path of a directory' },
    { place: 'x'.repeat(300), says: 'the name is too long' },
  ])('says why it cannot use "$place"', ({ place, says }) => {
    writeFileSync(join(directory, 'file'), '');
    symlinkSync('loop', join(directory, 'loop'));
    const path = place === '' ? '' : `${directory}/${place}`;
    expect(() => createFileStateStores(path)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path: 'state',
        message: expect.stringContaining(says),
      }),
    );
  });

  it.each([[7n], [null], [{}], [Symbol('x')]])('refuses %s for a directory', (value) => {
    expect(() => createFileStateStores(value as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'state' }),
    );
  });

  it('cuts off what was not finished, wherever it ends', () => {
    const state = open();
    state.set('one', utf8('first'));
    const whole = statSync(file()).size;
    state.set('two', utf8('second'));
    const content = readFileSync(file());
    state.close?.();
    const path = file();
    for (let length = 0; length < content.length; length += 1) {
      writeFileSync(path, content.subarray(0, length));
      const reopened = open();
      expect(textAt(reopened, 'one')).toBe(length >= whole ? 'first' : undefined);
      expect(reopened.get('two')).toBeUndefined();
      expect(reopened.set('three', utf8('third'))).toBe(true);
      reopened.close?.();
      const again = open();
      expect(textAt(again, 'three')).toBe('third');
      again.close?.();
    }
  });

  it('takes zeros at the end, which a power cut leaves, for nothing', () => {
    const state = open();
    state.set('one', utf8('first'));
    state.close?.();
    const { size } = statSync(file());
    truncateSync(file(), size + 4096);
    const reopened = open();
    expect(textAt(reopened, 'one')).toBe('first');
    reopened.close?.();
    expect(statSync(file()).size).toBe(size);
  });

  it('tells every damage before the last record', () => {
    const state = open();
    state.set('one', utf8('first'));
    const end = statSync(file()).size;
    state.set('two', utf8('second'));
    state.close?.();
    const path = file();
    const content = readFileSync(path);
    for (let offset = 0; offset < end; offset += 1) {
      const damaged = Buffer.from(content);
      damaged[offset]! ^= 0x40;
      writeFileSync(path, damaged);
      expect(() => open(), `byte ${offset}`).toThrow(
        expect.objectContaining({
          code: 'LOAD_STATE_DAMAGED',
          message: expect.stringMatching(/it is damaged at byte (0|8); restore or remove it$/),
        }),
      );
    }
  });

  it('has what was stored before the host was killed', async () => {
    const script = `
      const { createFileStateStores } = await import(${JSON.stringify(new URL('../../build/state/file-state-stores.js', import.meta.url).href)});
      const state = createFileStateStores(${JSON.stringify(directory)})('a');
      for (let index = 0; ; index += 1) {
        state.set('count', new TextEncoder().encode(String(index)));
        if (index === 1000) console.log('ready');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    const inUse = `process ${child.pid} of `;
    expect(() => open()).toThrow(
      expect.objectContaining({ message: expect.stringContaining(inUse) }),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const state = open();
    expect(Number(textAt(state, 'count'))).toBeGreaterThanOrEqual(1000);
    state.close?.();
  });

  it('lets one of many hosts in that start together', async () => {
    // A stale lock of a dead process, which all of them find.
    const first = open();
    writeFileSync(`${file()}.lock`, '{"host":"x"');
    const path = file();
    first.close?.();
    writeFileSync(`${path}.lock`, '{"host":"x"');
    const script = `
      const { createFileStateStores } = await import(${JSON.stringify(new URL('../../build/state/file-state-stores.js', import.meta.url).href)});
      try {
        createFileStateStores(${JSON.stringify(directory)})('a');
        console.log('in');
        process.stdin.resume();
      } catch (error) {
        console.log(error.code);
      }`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script]),
    );
    const words = await Promise.all(
      children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
    );
    for (const child of children) child.kill('SIGKILL');
    expect(words.sort()).toEqual([
      'LOAD_STATE_IN_USE',
      'LOAD_STATE_IN_USE',
      'LOAD_STATE_IN_USE',
      'in',
    ]);
  });

  it('does not take a lock of another machine for a dead one', () => {
    const first = open();
    first.close?.();
    const holder = { host: 'elsewhere', pid: process.pid, start: '', token: 't' };
    writeFileSync(`${file()}.lock`, JSON.stringify(holder));
    expect(() => open()).toThrow(
      expect.objectContaining({ message: expect.stringContaining('of "elsewhere" uses it') }),
    );
  });

  // Row 113: a process id means nothing in another namespace, but the kernel knows.
  it.each([
    { name: 'is gone there', namespace: 'pid:[1]', pid: 2 ** 22 - 1 },
    { name: 'is another one here', namespace: 'pid:[1]', pid: 1 },
  ])('does not take a process of another container for a dead one that $name', (row) => {
    open().close?.();
    const holder = {
      host: hostname(),
      pid: row.pid,
      start: '1',
      token: 't',
      boot: '',
      kernel: false,
    };
    writeFileSync(`${file()}.lock`, JSON.stringify({ ...holder, namespace: row.namespace }));
    const refusal = expect.objectContaining({ message: expect.stringContaining('uses it') });
    expect(() => open()).toThrow(refusal);
    // If it was a kernel lock, the kernel knows that no process holds it.
    const killed = { ...holder, namespace: row.namespace, kernel: true };
    writeFileSync(`${file()}.lock`, JSON.stringify(killed));
    open().close?.();
  });

  it.each(['with the command flock', 'without it'])('locks %s', (how) => {
    const path = process.env['PATH'];
    if (how === 'without it') process.env['PATH'] = directory;
    try {
      const state = open();
      const holder = JSON.parse(readFileSync(`${file()}.lock`, 'utf8')) as { kernel: boolean };
      expect(holder.kernel).toBe(how === 'with the command flock' && process.platform === 'linux');
      expect(() => open()).toThrow(expect.objectContaining({ code: 'LOAD_STATE_IN_USE' }));
      state.close?.();
      // The lock of a process that is gone, or whose id was reused.
      writeFileSync(
        `${file()}.lock`,
        JSON.stringify({ host: hostname(), pid: process.pid, start: '1', token: 't' }),
      );
      open().close?.();
      expect(readdirSync(directory).filter((name) => name.includes('.lock'))).toEqual([]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('keeps what was stored under a larger quota', () => {
    const first = open();
    first.set('big', new Uint8Array(10_000).fill(7));
    first.close?.();
    const small = createFileStateStores(directory, { maxBytes: 100 })('a');
    expect(small.get('big')).toHaveLength(10_000);
    expect(small.set('more', utf8('x'))).toBe(false);
    expect(small.delete('big')).toBe(true);
    expect(small.set('more', utf8('x'))).toBe(true);
    small.close?.();
    expect(textAt(open(), 'more')).toBe('x');
  });

  it('refuses a key that is too long to be written down', () => {
    const state = open();
    expect(state.set('k'.repeat(70_000), utf8('x'))).toBe(false);
    expect(state.get('k'.repeat(70_000))).toBeUndefined();
    state.close?.();
  });

  it('is used by one at a time, also in one process', () => {
    const state = open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'LOAD_STATE_IN_USE' }));
    state.close?.();
    open().close?.();
    expect(readdirSync(directory).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('refuses a directory that others can write to, and a link in the place of a file', () => {
    const state = open();
    state.close?.();
    const path = file();
    rmSync(path);
    symlinkSync('/etc/passwd', path);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'LOAD_STATE_UNREADABLE' }));
    chmodSync(directory, 0o777);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    chmodSync(directory, 0o700);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'refuses a value that the disk has no room for, and goes on (needs root for a small disk)',
    () => {
      try {
        execFileSync('sh', ['-c', 'mount -t tmpfs -o size=64k,mode=0700 tmpfs "$0"', directory]);
      } catch {
        return;
      }
      try {
        const state = open();
        expect(state.set('one', utf8('first'))).toBe(true);
        expect(state.set('big', new Uint8Array(200_000))).toBe(false);
        expect(state.get('big')).toBeUndefined();
        expect(state.set('two', utf8('second'))).toBe(true);
        state.close?.();
        const again = open();
        expect([textAt(again, 'one'), textAt(again, 'two')]).toEqual(['first', 'second']);
        again.close?.();
      } finally {
        execFileSync('sh', ['-c', 'umount "$0"', directory]);
      }
    },
  );
});
