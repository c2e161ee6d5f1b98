import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PermissionSet } from '@testbench/sandbox';
import type { Permissions } from '@testbench/types';
import type { EffectResult, HostEffects } from '@testbench/types/abi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createHostEffects } from '../effects/create-host-effects.js';
import { MAX_FILE_BYTES } from '../limits.js';
import { createFileAccess } from './file-access.js';

const READ = 0;
const REPLACE = 1;

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'testbench-files-')));
  await mkdir(join(root, 'data/sub'), { recursive: true });
  await mkdir(join(root, 'data2'));
  await mkdir(join(root, 'out/fixed'), { recursive: true });
  await writeFile(join(root, 'data/in.txt'), 'inside');
  await writeFile(join(root, 'data/sub/deep.txt'), 'deep');
  await writeFile(join(root, 'data2/other.txt'), 'other');
  await writeFile(join(root, 'out/fixed/a.txt'), 'fixed');
  await writeFile(join(root, 'secret.txt'), 'secret');
});
const running: HostEffects[] = [];
afterEach(async () => {
  for (const effects of running.splice(0)) effects.endCall();
  await rm(root, { recursive: true });
});

/** `data` may be read, and `out` written, except `out/fixed`. */
const granted = (): Permissions => ({
  filesystem: true,
  allowedDirs: [
    join(root, 'data'),
    { path: join(root, 'out'), access: 'read-write' },
    { path: join(root, 'out/fixed'), access: 'read-only' },
  ],
});

function effectsFor(permissions = granted(), descriptors = '/proc/self/fd'): HostEffects {
  const set = new PermissionSet(permissions);
  const files = createFileAccess({ permissions: set, descriptors });
  const effects = createHostEffects({ permissions: set, files });
  effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY });
  running.push(effects);
  return effects;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = async (effects: HostEffects, path: string, flags = READ): Promise<EffectResult> =>
  await effects.perform('host_file_open', [utf8(path), flags]);

/** Opens, reads to the end, closes; returns the text, or the failed result. */
async function read(effects: HostEffects, path: string): Promise<string | EffectResult> {
  const opened = await open(effects, path);
  if (opened.code < 0) return opened;
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await effects.perform('host_file_read', [opened.code, 4]);
    if (part.code < 0) return part;
    if (part.code === 0) break;
    parts.push(part.bytes!);
  }
  await effects.perform('host_file_close', [opened.code]);
  return Buffer.concat(parts).toString();
}

async function write(effects: HostEffects, path: string, text: string): Promise<EffectResult> {
  const opened = await open(effects, path, REPLACE);
  if (opened.code < 0) return opened;
  const written = await effects.perform('host_file_write', [opened.code, utf8(text)]);
  if (written.code < 0) return written;
  return await effects.perform('host_file_close', [opened.code]);
}

async function list(effects: HostEffects, path: string): Promise<unknown> {
  const { code, bytes } = await effects.perform('host_file_list', [utf8(path), 1000]);
  return code < 0 ? code : JSON.parse(Buffer.from(bytes!).toString());
}

describe('reading', () => {
  it('reads a file piece by piece, also in a directory below', async () => {
    const effects = effectsFor();
    expect(await read(effects, join(root, 'data/in.txt'))).toBe('inside');
    expect(await read(effects, join(root, 'data/sub/deep.txt'))).toBe('deep');
    expect(await read(effects, join(root, 'out/fixed/a.txt'))).toBe('fixed');
  });

  it('says that a file is not there, and nothing in the log', async () => {
    const effects = effectsFor();
    expect(await open(effects, join(root, 'data/none'))).toEqual({ code: -1 });
    expect(await open(effects, join(root, 'data/none/none'))).toEqual({ code: -1 });
  });

  // Rows 64, 70 and 73 of the attack catalogue.
  it.each([
    'secret.txt',
    'data2/other.txt',
    'data/../secret.txt',
    'data/./in.txt',
    'data//in.txt',
    'data/%2e%2e/secret.txt',
    'data/..\\secret.txt',
    'data',
    'data/',
    'data/sub',
    '',
  ])('refuses %j', async (path) => {
    const { code } = await open(effectsFor(), `${root}/${path}`);
    // An encoded or foreign form of `..` is a name like any other, and no file has it.
    expect(code).toBe(/%2e|\\/.test(path) ? -1 : -3);
  });

  it.each([
    { path: 'in.txt', code: -3 },
    { path: '/etc/passwd', code: -3 },
    { path: '/proc/self/environ', code: -3 },
    { path: '', code: -3 },
    { path: '/data\0/in.txt', code: -2 },
    { path: `/${'a'.repeat(5000)}`, code: -2 },
  ])('refuses $path with $code', async ({ path, code }) => {
    expect((await open(effectsFor(), path)).code).toBe(code);
  });

  it('names what was refused in the record', async () => {
    const path = join(root, 'secret.txt');
    expect(await open(effectsFor(), path)).toEqual({ code: -3, denied: `reading "${path}"` });
  });

  // Rows 65 and 66.
  it.each(['../secret.txt', 'in.txt', '/etc/passwd', 'none'])(
    'refuses a link to %s',
    async (to) => {
      await symlink(to, join(root, 'data/link'));
      expect((await open(effectsFor(), join(root, 'data/link'))).code).toBe(-3);
    },
  );

  it.each([
    { to: '..', path: 'secret.txt' },
    { to: '/etc', path: 'passwd' },
    { to: '/proc/self', path: 'environ' },
    { to: '/proc/self/root/etc', path: 'passwd' },
    { to: 'sub', path: 'deep.txt' },
  ])('refuses a link to $to on the way', async ({ to, path }) => {
    await symlink(to, join(root, 'data/link'));
    expect((await open(effectsFor(), join(root, 'data/link', path))).code).toBe(-3);
    expect(await list(effectsFor(), join(root, 'data/link'))).toBe(-3);
  });

  it('is not fooled by a link that is swapped in while it looks', async () => {
    await mkdir(join(root, 'data/real'));
    await writeFile(join(root, 'data/real/file.txt'), 'inside');
    await mkdir(join(root, 'outside'));
    await writeFile(join(root, 'outside/file.txt'), 'secret');
    await symlink('../outside', join(root, 'data/evil'));
    const effects = effectsFor();
    const stop = new AbortController();
    const swaps: true[] = [];
    const swapping = (async () => {
      while (!stop.signal.aborted) {
        await rename(join(root, 'data/real'), join(root, 'data/spare'));
        await rename(join(root, 'data/evil'), join(root, 'data/real'));
        await rename(join(root, 'data/real'), join(root, 'data/evil'));
        await rename(join(root, 'data/spare'), join(root, 'data/real'));
        swaps.push(true);
      }
    })();
    const seen = new Set<string>();
    for (let attempt = 0; attempt < 300 || swaps.length < 10; attempt += 1) {
      const result = await read(effects, join(root, 'data/real/file.txt'));
      seen.add(typeof result === 'string' ? result : String(result.code));
    }
    stop.abort();
    await swapping;
    expect(seen).not.toContain('secret');
    expect(await read(effects, join(root, 'data/real/file.txt'))).toBe('inside');
  });

  it('does not follow a grant whose directory was replaced', async () => {
    const effects = effectsFor();
    expect(await read(effects, join(root, 'data/in.txt'))).toBe('inside');
    await rename(join(root, 'data'), join(root, 'moved'));
    await symlink(root, join(root, 'data'));
    expect(await open(effects, join(root, 'data/secret.txt'))).toMatchObject({ code: -3 });
  });

  // Row 67.
  it('refuses a file with a second name', async () => {
    await link(join(root, 'secret.txt'), join(root, 'data/hard.txt'));
    expect(await open(effectsFor(), join(root, 'data/hard.txt'))).toMatchObject({
      code: -3,
      denied: expect.stringContaining('more than one name'),
    });
  });

  // Rows 68 and 69.
  it('refuses pipes and sockets without waiting for them', async () => {
    const effects = effectsFor();
    for (let index = 0; index < 8; index += 1) {
      execFileSync('mkfifo', [join(root, `data/fifo${index}`)]);
    }
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(join(root, 'data/socket'), resolve));
    const codes = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const own = effectsFor();
        return (await open(own, join(root, `data/fifo${index}`))).code;
      }),
    );
    expect(codes).toEqual(codes.map(() => -3));
    expect((await open(effects, join(root, 'data/socket'))).code).toBe(-3);
    expect(await read(effects, join(root, 'data/in.txt'))).toBe('inside');
    await new Promise((resolve) => void server.close(resolve));
  });

  it.each(['/dev', '/proc/self', '/sys'])(
    'refuses what is in %s, were it granted',
    async (path) => {
      const effects = effectsFor({ filesystem: true, allowedDirs: [path] });
      for (const name of ['zero', 'mem', 'fd/0', 'root/etc/passwd', 'cwd/package.json']) {
        expect((await open(effects, join(path, name))).code).toBeLessThan(0);
      }
    },
  );

  // Row 72.
  it('refuses a huge file, sparse or not', async () => {
    await truncate(join(root, 'data/in.txt'), MAX_FILE_BYTES + 1);
    expect(await open(effectsFor(), join(root, 'data/in.txt'))).toMatchObject({ code: -4 });
  });

  it('opens 16 files at a time, and closes them with the call', async () => {
    const effects = effectsFor();
    const before = (await readdir('/proc/self/fd')).length;
    const codes = [];
    for (let index = 0; index < 18; index += 1) {
      codes.push((await open(effects, join(root, 'data/in.txt'))).code);
    }
    expect(codes.filter((code) => code > 0)).toHaveLength(16);
    expect(codes.slice(16)).toEqual([-4, -4]);
    effects.endCall();
    await expect.poll(async () => (await readdir('/proc/self/fd')).length).toBe(before);
    expect(await effects.perform('host_file_read', [1, 10])).toEqual({ code: -2 });
  });

  it('leaves nothing open behind, whatever was refused', async () => {
    const effects = effectsFor();
    await symlink('..', join(root, 'data/link'));
    await read(effects, join(root, 'data/in.txt'));
    const before = (await readdir('/proc/self/fd')).length;
    for (const path of ['data/link/secret.txt', 'data/none', 'data/sub', 'data/link', 'data/a/b']) {
      await open(effects, join(root, path));
      await list(effects, join(root, path));
      await open(effects, join(root, path.replace('data', 'out')), REPLACE);
    }
    effects.endCall();
    await expect.poll(async () => (await readdir('/proc/self/fd')).length).toBe(before);
  });

  it('refuses every file where the system shows no descriptors', async () => {
    const effects = effectsFor(granted(), '/nowhere/fd');
    expect(await open(effects, join(root, 'data/in.txt'))).toMatchObject({
      code: -3,
      denied: expect.stringContaining('/proc'),
    });
  });

  it('refuses every file by default, and wrong arguments', async () => {
    const nothing = createHostEffects();
    nothing.beginCall({ deadlineMs: Number.POSITIVE_INFINITY });
    expect((await open(nothing, join(root, 'data/in.txt'))).code).toBe(-3);
    const effects = effectsFor();
    for (const flags of [2, -1, 0.5, Number.NaN]) {
      expect((await open(effects, join(root, 'data/in.txt'), flags)).code).toBe(-2);
    }
    expect(await effects.perform('host_file_open', [7, 0])).toEqual({ code: -2 });
    const { code } = await open(effects, join(root, 'data/in.txt'));
    expect(await effects.perform('host_file_write', [code, utf8('x')])).toEqual({ code: -2 });
    expect(await effects.perform('host_file_read', [code, 0])).toEqual({ code: -2 });
  });
});

describe('listing', () => {
  it('gives files and directories by name, and hides what cannot be opened', async () => {
    await symlink('in.txt', join(root, 'data/link'));
    execFileSync('mkfifo', [join(root, 'data/fifo')]);
    await writeFile(join(root, 'data/.testbench-00000000-0000-4000-8000-000000000000.tmp'), '');
    expect(await list(effectsFor(), join(root, 'data'))).toEqual([
      { name: 'in.txt', type: 'file' },
      { name: 'sub', type: 'directory' },
    ]);
  });

  it('stops a call that lists without end', async () => {
    await Promise.all(
      Array.from({ length: 2600 }, (_, index) => writeFile(join(root, `data/sub/${index}`), '')),
    );
    const effects = effectsFor();
    const codes = [];
    for (let count = 0; count < 20; count += 1) {
      const args = [utf8(join(root, 'data/sub')), 10];
      codes.push((await effects.perform('host_file_list', args)).code);
    }
    expect(codes.slice(0, 19).every((code) => code > 0)).toBe(true);
    expect(codes[19]).toBe(-4);
  });

  it('refuses other directories and files', async () => {
    expect(await list(effectsFor(), root)).toBe(-3);
    expect(await list(effectsFor(), join(root, 'data2'))).toBe(-3);
    expect(await list(effectsFor(), join(root, 'data/in.txt'))).toBe(-3);
    expect(await list(effectsFor(), join(root, 'data/none'))).toBe(-1);
  });
});

describe('writing', () => {
  const names = async (): Promise<string[]> => (await readdir(join(root, 'out'))).sort();

  it('makes and replaces a file in one step, when it is closed', async () => {
    const effects = effectsFor();
    const path = join(root, 'out/new.txt');
    const { code } = await open(effects, path, REPLACE);
    expect(await effects.perform('host_file_write', [code, utf8('one ')])).toEqual({ code: 4 });
    expect(await effects.perform('host_file_write', [code, utf8('two')])).toEqual({ code: 3 });
    expect(await open(effects, path)).toEqual({ code: -1 });
    expect(await effects.perform('host_file_close', [code])).toEqual({ code: 0 });
    expect(await readFile(path, 'utf8')).toBe('one two');
    expect(await write(effects, path, 'three')).toEqual({ code: 0 });
    expect(await readFile(path, 'utf8')).toBe('three');
    expect(await names()).toEqual(['fixed', 'new.txt']);
  });

  it('keeps the mode of what it replaces', async () => {
    const path = join(root, 'out/private.txt');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    expect(await write(effectsFor(), path, 'new')).toEqual({ code: 0 });
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it.each([
    'data/in.txt',
    'data/new.txt',
    'out/fixed/a.txt',
    'out/fixed/new.txt',
    'secret.txt',
    'out',
  ])('refuses to write %s', async (path) => {
    expect((await write(effectsFor(), join(root, path), 'x')).code).toBe(-3);
    expect(await readFile(join(root, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('leaves what was there if the call ends, or is cancelled, before the file is closed', async () => {
    const path = join(root, 'out/new.txt');
    await writeFile(path, 'old');
    const effects = effectsFor();
    const { code } = await open(effects, path, REPLACE);
    await effects.perform('host_file_write', [code, utf8('half')]);
    effects.endCall();
    await expect.poll(names).toEqual(['fixed', 'new.txt']);
    const abort = new AbortController();
    effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY, signal: abort.signal });
    const second = await open(effects, path, REPLACE);
    await effects.perform('host_file_write', [second.code, utf8('half')]);
    const closing = effects.perform('host_file_close', [second.code]);
    abort.abort();
    expect(await closing).toEqual({ code: -6 });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await names()).toEqual(['fixed', 'new.txt']);
  });

  it('never lets a file appear of which a part is missing', async () => {
    const effects = effectsFor();
    const path = join(root, 'out/new.txt');
    const { code } = await open(effects, path, REPLACE);
    const piece = new Uint8Array(16 * 1024 * 1024);
    let last: EffectResult = { code: 0 };
    for (let index = 0; index < 17; index += 1) {
      last = await effects.perform('host_file_write', [code, piece]);
    }
    expect(last.code).toBe(-4);
    expect(await effects.perform('host_file_write', [code, utf8('x')])).toMatchObject({ code: -4 });
    expect(await effects.perform('host_file_close', [code])).toMatchObject({ code: -5 });
    expect(await names()).toEqual(['fixed']);
  });

  it('replaces no link, pipe, directory or file with a second name', async () => {
    const effects = effectsFor();
    await symlink('../secret.txt', join(root, 'out/link'));
    execFileSync('mkfifo', [join(root, 'out/fifo')]);
    await mkdir(join(root, 'out/sub'));
    await link(join(root, 'secret.txt'), join(root, 'out/hard'));
    for (const name of ['link', 'fifo', 'sub', 'hard']) {
      expect((await write(effects, join(root, 'out', name), 'x')).code).toBe(-3);
    }
    expect(await readFile(join(root, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('replaces a link that appeared meanwhile, not what it leads to', async () => {
    const effects = effectsFor();
    const path = join(root, 'out/new.txt');
    const { code } = await open(effects, path, REPLACE);
    await symlink('../secret.txt', path);
    expect((await effects.perform('host_file_close', [code])).code).toBe(-3);
    expect(await readFile(join(root, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('neither opens nor writes its own temporary names', async () => {
    const path = join(root, 'out/.testbench-00000000-0000-4000-8000-000000000000.tmp');
    await writeFile(path, 'half');
    expect((await open(effectsFor(), path)).code).toBe(-3);
    expect((await open(effectsFor(), path, REPLACE)).code).toBe(-3);
  });

  it.runIf(process.getuid?.() !== 0)(
    'tells a directory that the system does not let it write to (needs a user that is not root)',
    async () => {
      await chmod(join(root, 'out'), 0o500);
      expect(await write(effectsFor(), join(root, 'out/new.txt'), 'x')).toMatchObject({
        code: -5,
        problem: expect.stringContaining('EACCES'),
      });
      await chmod(join(root, 'out'), 0o700);
    },
  );
});
