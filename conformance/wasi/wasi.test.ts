import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ISOLATIONS, PluginManager, type PluginManagerOptions } from '@testbench/manager';
import type { LogRecord } from '@testbench/types/abi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Debian's: a rustc from rustup may precede it on the path, without the library for WASI.
const RUSTC = '/usr/bin/rustc';
const hasRust = existsSync(RUSTC) && existsSync('/usr/lib/rustlib/wasm32-wasi');
const hasC = existsSync('/usr/bin/clang') && existsSync('/usr/lib/wasm32-wasi/libc.a');

const folder = mkdtempSync(join(tmpdir(), 'wasi-'));
const granted = join(folder, 'granted');
afterAll(() => rmSync(folder, { recursive: true }));

const source = (name: string): string => join(import.meta.dirname, name);
const target = (name: string): string => join(folder, `${name}.wasm`);

beforeAll(() => {
  execFileSync('mkdir', ['-p', join(granted, 'inner')]);
  writeFileSync(join(granted, 'hello.txt'), 'hello');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(granted, 'link.txt'));
  if (hasC) {
    const flags = ['--target=wasm32-wasi', '-O1', '-mexec-model=reactor'];
    execFileSync('/usr/bin/clang', [...flags, '-o', target('c'), source('reactor.c')]);
  }
  if (hasRust) {
    const flags = ['--edition', '2021', '--target', 'wasm32-wasi', '-O', '--crate-type', 'cdylib'];
    execFileSync(RUSTC, [...flags, '-o', target('rust'), source('reactor.rs')]);
  }
}, 120_000);

interface Program {
  readonly call: (data: string) => Promise<unknown>;
  readonly logs: LogRecord[];
}

async function withProgram(
  language: string,
  options: PluginManagerOptions & { readonly access?: 'read-only' | 'read-write' },
  use: (program: Program) => Promise<void>,
): Promise<void> {
  const { access, ...rest } = options;
  const logs: LogRecord[] = [];
  const manager = new PluginManager({
    enableWasi: true,
    ...rest,
    onLog: (record) => logs.push(record),
  });
  try {
    const { id } = await manager.load(readFileSync(target(language)), {
      permissions:
        access === undefined ? {} : { filesystem: true, allowedDirs: [{ path: granted, access }] },
    });
    await use({ logs, call: async (data) => (await manager.execute(id, { data })).data });
  } finally {
    await manager.close();
  }
}

const languages = [
  { language: 'c', needs: 'wasi-libc, clang and lld', installed: hasC },
  { language: 'rust', needs: 'rustc and libstd-rust-dev-wasm32', installed: hasRust },
];

// Where a compiler is missing, its tests are reported as skipped under this name.
describe.each(languages)('WASI in $language (needs $needs)', ({ language, installed }) => {
  it.skipIf(!installed)('is not admitted where WASI is off', async () => {
    const manager = new PluginManager();
    await expect(manager.load(readFileSync(target(language)))).rejects.toMatchObject({
      code: 'LOAD_REJECTED',
    });
    await manager.close();
  });

  describe.each(ISOLATIONS)('isolation: %s', (isolation) => {
    it.skipIf(!installed)('prints to the log', async () => {
      await withProgram(language, { isolation }, async ({ call, logs }) => {
        await call('p');
        expect(logs.map(({ level, message }) => [level, message])).toEqual([
          ['info', 'to stdout'],
          ['warn', expect.stringMatching(/^to (\\x1b\[31m)?stderr$/)],
        ]);
      });
    });

    it.skipIf(!installed)(
      'sees a clock of whole milliseconds, no environment, input or network',
      async () => {
        await withProgram(language, { isolation, now: () => 86_400_123 }, async ({ call }) => {
          expect(await call('t')).toMatchObject({ seconds: 86_400, rest: 0 });
          expect(await call('e')).toEqual(language === 'c' ? { code: 0, errno: 0 } : 0);
          // In C a byte of the input, in Rust a connection.
          expect(await call(language === 'c' ? 'i' : 'n')).toEqual(
            language === 'c' ? { code: 0, errno: 0 } : true,
          );
        });
      },
    );

    it.skipIf(!installed)('draws random numbers that a seed makes reproducible', async () => {
      const drawn: unknown[] = [];
      for (const random of [{ seed: 1 }, { seed: 1 }, undefined, undefined]) {
        const options = random === undefined ? { isolation } : { isolation, random };
        await withProgram(language, options, async ({ call }) => {
          drawn.push(await call('r'));
        });
      }
      expect(drawn[0]).toBe(drawn[1]);
      expect(new Set(drawn).size).toBe(3);
    });

    it.skipIf(!installed)('ends with an exit or a panic, and is called again', async () => {
      await withProgram(language, { isolation }, async ({ call }) => {
        await expect(call('x')).rejects.toMatchObject({ code: 'CALL_TRAPPED' });
        await expect(call('p')).resolves.toBeDefined();
      });
    });

    it.skipIf(!installed)('reads and lists what it is granted, and changes nothing', async () => {
      await withProgram(language, { isolation, access: 'read-only' }, async ({ call, logs }) => {
        expect(await call(`f${granted}/hello.txt`)).toBe('hello');
        expect(await call(`f${granted}/inner/../hello.txt`)).toBe('hello');
        // hello.txt and inner.
        expect(await call(`d${granted}`)).toEqual(language === 'c' ? { code: 2, errno: 0 } : 2);
        for (const path of [
          `${granted}/../secret.txt`,
          `${granted}/link.txt`,
          `${granted}/absent.txt`,
          `${granted}-not/a.txt`,
          '/etc/passwd',
        ]) {
          const answer = (await call(`f${path}`)) as { errno: number };
          // Rust returns -1 for a path outside every opened directory.
          expect(Math.abs(answer.errno)).toBeGreaterThan(0);
        }
        expect(await call(`w${granted}/new.txt`)).toMatchObject({ errno: 76 });
        expect(existsSync(join(granted, 'new.txt'))).toBe(false);
        expect(logs.some(({ message }) => message.includes('denied'))).toBe(true);
      });
    });

    it.skipIf(!installed)('writes where it may', async () => {
      await withProgram(language, { isolation, access: 'read-write' }, async ({ call }) => {
        const path = join(granted, 'inner', `${language}-${isolation}.txt`);
        expect(await call(`w${path}`)).toEqual(language === 'c' ? { code: 0, errno: 0 } : 0);
        expect(readFileSync(path, 'utf8')).toBe('written');
      });
    });

    it.skipIf(!installed)('reaches no file without a grant', async () => {
      await withProgram(language, { isolation }, async ({ call }) => {
        for (const path of ['/etc/passwd', `${granted}/hello.txt`, 'hello.txt', '.']) {
          expect(await call(`f${path}`)).toMatchObject({ errno: expect.any(Number) });
        }
      });
    });
  });
});
