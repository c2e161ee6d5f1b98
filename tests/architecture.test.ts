import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../scripts/checks/architecture.mjs');

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'testbench-architecture-'));
  writeFileSync(join(workspace, 'pnpm-workspace.yaml'), 'packages:\n  - packages/*\n');
  mkdirSync(join(workspace, 'node_modules/@testbench'), { recursive: true });
  for (const name of ['types', 'wasm', 'sandbox', 'core']) {
    write(`packages/${name}/src/index.ts`, `export const ${name} = '${name}';\n`);
    write(
      `packages/${name}/package.json`,
      JSON.stringify({
        name: `@testbench/${name}`,
        type: 'module',
        exports: { '.': './src/index.ts' },
      }),
    );
    symlinkSync(
      join(workspace, 'packages', name),
      join(workspace, 'node_modules/@testbench', name),
    );
  }
});

afterEach(() => rmSync(workspace, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
}

function check(): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, workspace], {
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('the architecture check', () => {
  it('accepts an import that the table allows', () => {
    write('packages/sandbox/src/good.ts', `export { wasm } from '@testbench/wasm';\n`);
    expect(check()).toEqual({ status: 0, output: '' });
  });

  it.each([
    {
      title: 'an import against the arrows',
      file: 'packages/wasm/src/bad.ts',
      text: `export { core } from '@testbench/core';\n`,
      rule: 'direction-wasm',
    },
    {
      title: 'a type import against the arrows',
      file: 'packages/types/src/bad.ts',
      text: `import type { wasm } from '@testbench/wasm';\nexport type W = typeof wasm;\n`,
      rule: 'direction-types',
    },
    {
      title: 'a sibling that the table does not name',
      file: 'packages/sandbox/src/bad.ts',
      text: `export { core } from '@testbench/core';\n`,
      rule: 'direction-sandbox',
    },
    {
      title: 'a relative import across packages',
      file: 'packages/wasm/src/bad.ts',
      text: `export { types } from '../../types/src/index.js';\n`,
      rule: 'no-relative-import-across-packages',
    },
    {
      title: 'a Node module in a portable package',
      file: 'packages/wasm/src/bad.ts',
      text: `export { readFileSync } from 'node:fs';\n`,
      rule: 'no-node-in-portable-packages',
    },
    {
      title: 'a module that does not exist',
      file: 'packages/core/src/bad.ts',
      text: `export { x } from '@testbench/nothing';\n`,
      rule: 'not-to-unresolvable',
    },
  ])('rejects $title', ({ file, text, rule }) => {
    write(file, text);
    const { status, output } = check();
    expect(output).toContain(`error ${rule}`);
    expect(status).toBe(1);
  });

  it('rejects a dependency in package.json that the table does not allow', () => {
    write(
      'packages/wasm/package.json',
      JSON.stringify({
        name: '@testbench/wasm',
        dependencies: { '@testbench/core': 'workspace:^', lodash: '4.0.0' },
      }),
    );
    const { status, output } = check();
    expect(output).toContain('wasm may not depend on @testbench/core');
    expect(output).toContain('wasm may not depend on lodash');
    expect(status).toBe(1);
  });
});
