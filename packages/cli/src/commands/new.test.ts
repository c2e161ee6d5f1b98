import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { main } from '../main.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'testbench-new-'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe('testbench new', () => {
  it('makes a project and says what comes next', async () => {
    const { io, stdout } = captureIo({ cwd });
    expect(await main(['new', 'my-filter', '--type', 'filter', '--language', 'c'], io)).toBe(0);
    expect(stdout()).toBe(
      'Created my-filter, a plugin of type filter in c. Next:\n\n  cd my-filter\n  npm install\n  npm test\n',
    );
    expect(readdirSync(join(cwd, 'my-filter', 'src'))).toEqual(['plugin.c']);
  });

  it.each<[args: string[], code: number, message: string]>([
    [[], 2, 'error USAGE: <folder> is missing\n  hint: testbench new --help\n'],
    [['a', 'b'], 2, 'error USAGE: unexpected argument "b"\n  hint: testbench new --help\n'],
    [
      ['a', '--type', 'judge'],
      2,
      'error USAGE: --type is "judge", expected evaluator, provider, transform, filter, custom\n  hint: testbench new --help\n',
    ],
    [
      ['my-filter'],
      1,
      'error SCAFFOLD_NOT_EMPTY: Cannot create "my-filter": the folder is not empty; choose another name, or empty it\n',
    ],
  ])('refuses %j', async (args, code, message) => {
    const { io, stderr } = captureIo({ cwd });
    expect(await main(['new', ...args], io)).toBe(code);
    expect(stderr()).toBe(message);
  });
});
