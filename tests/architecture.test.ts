import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../scripts/checks/architecture.mjs');

/** Each check is a separate process, which takes seconds, so a single check must find all mistakes. */
const BAD_IMPORTS = [
  {
    title: 'an import against the arrows',
    file: 'packages/wasm/src/against.ts',
    text: `export { core } from '@testbench/core';\n`,
    rule: 'direction-wasm',
  },
  {
    title: 'a type import against the arrows',
    file: 'packages/types/src/type.ts',
    text: `import type { wasm } from '@testbench/wasm';\nexport type W = typeof wasm;\n`,
    rule: 'direction-types',
  },
  {
    title: 'a sibling that the table does not name',
    file: 'packages/sandbox/src/sibling.ts',
    text: `export { core } from '@testbench/core';\n`,
    rule: 'direction-sandbox',
  },
  {
    title: 'a relative import across packages',
    file: 'packages/wasm/src/relative.ts',
    text: `export { types } from '../../types/src/index.js';\n`,
    rule: 'no-relative-import-across-packages',
  },
  {
    title: 'a Node module in a portable package',
    file: 'packages/wasm/src/portable.ts',
    text: `export { readFileSync } from 'node:fs';\n`,
    rule: 'no-node-in-portable-packages',
  },
  {
    title: 'a module that does not exist',
    file: 'packages/core/src/missing.ts',
    text: `export { x } from '@testbench/nothing';\n`,
    rule: 'not-to-unresolvable',
  },
];

let workspace: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'testbench-architecture-'));
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
  mkdirSync(join(workspace, 'node_modules/@testbench'), { recursive: true });
  for (const name of ['types', 'wasm', 'sandbox', 'core']) {
    write(`packages/${name}/src/index.ts`, `export const ${name} = '${name}';\n`);
    writeManifest(name, {});
    symlinkSync(
      join(workspace, 'packages', name),
      join(workspace, 'node_modules/@testbench', name),
    );
  }
});

afterAll(() => rmSync(workspace, { recursive: true }));

function writeManifest(name: string, more: object): void {
  const exports = { '.': './src/index.ts' };
  write(
    `packages/${name}/package.json`,
    JSON.stringify({ name: `@testbench/${name}`, type: 'module', exports, ...more }),
  );
}

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

  describe('of a workspace with mistakes', () => {
    let found: ReturnType<typeof check>;
    beforeAll(() => {
      for (const { file, text } of BAD_IMPORTS) write(file, text);
      writeManifest('wasm', {
        dependencies: { '@testbench/core': 'workspace:^', lodash: '4.0.0' },
      });
      found = check();
    });

    it('fails', () => {
      expect(found.status).toBe(1);
    });

    it.each(BAD_IMPORTS)('rejects $title', ({ file, rule }) => {
      expect(found.output).toContain(`error ${rule}: ${file} `);
    });

    it('rejects no other import', () => {
      const files = [...found.output.matchAll(/^ *error [a-z-]+: (\S+) /gm)].map(
        ([, file]) => file,
      );
      expect(new Set(files)).toEqual(new Set(BAD_IMPORTS.map(({ file }) => file)));
    });

    it('rejects dependencies in package.json that the table does not allow', () => {
      expect(found.output).toContain('wasm may not depend on @testbench/core');
      expect(found.output).toContain('wasm may not depend on lodash');
    });
  });
});
