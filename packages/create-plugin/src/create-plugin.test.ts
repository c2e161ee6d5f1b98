import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PLUGIN_TYPES } from '@testbench/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askChoices } from './ask-choices.js';
import { createPlugin } from './create-plugin.js';
import { runCreateCommand } from './run-create-command.js';
import { TEMPLATE_LANGUAGES } from './template-language.js';

let root: string;
let count = 0;
const fresh = (name: string): string => join(root, String((count += 1)), name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-create-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe('createPlugin()', () => {
  const kinds = TEMPLATE_LANGUAGES.flatMap((language) =>
    PLUGIN_TYPES.map((type) => ({ language, type })),
  );
  it.each(kinds)('makes a $type in $language with every blank filled in', async (kind) => {
    const directory = fresh('my-plugin.2');
    const { files, name } = await createPlugin({ directory, ...kind });
    expect(name).toBe('my-plugin.2');
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        '.gitignore',
        ['typescript', 'javascript', 'python'].includes(kind.language)
          ? 'golden.jsonl'
          : 'plugin.test.mjs',
      ]),
    );
    for (const file of files) {
      const text = await readFile(join(directory, file), 'utf8');
      expect(text).not.toMatch(/\{\{|undefined/);
      expect(text.endsWith('\n')).toBe(true);
    }
    const { description, scripts } = JSON.parse(
      await readFile(join(directory, 'package.json'), 'utf8'),
    );
    expect(scripts.check).toContain('build/my-plugin.2.wasm');
    expect(await readFile(join(directory, 'README.md'), 'utf8')).toContain(description);
  });

  it('gives JavaScript what it gives TypeScript, without its types', async () => {
    const sourceOf = async (language: 'javascript' | 'typescript', file: string) => {
      const directory = fresh('same');
      await createPlugin({ directory, language });
      return await readFile(join(directory, file), 'utf8');
    };
    const javascript = await sourceOf('javascript', 'plugin.js');
    const typescript = await sourceOf('typescript', 'plugin.ts');
    expect(javascript).toContain('const normalize = (text) =>');
    expect(typescript).toContain('const normalize = (text: unknown): string =>');
    expect(typescript).toContain('defineEvaluator<Config>({');
    const untyped = typescript
      .replace(/interface Config \{.*?\n\}\n\n/s, '')
      .replaceAll(/: string\[\]|: unknown|(?<=\)): string|<Config>/g, '');
    expect(javascript).toBe(untyped);
  });

  it('names class and crate by the rules of their languages', async () => {
    const script = fresh('3x_fast.v2');
    await createPlugin({ directory: script });
    expect(await readFile(join(script, 'assembly/index.ts'), 'utf8')).toContain(
      'export class The3xFastV2Plugin extends Evaluator',
    );
    const rust = fresh('3x_fast.v2');
    await createPlugin({ directory: rust, language: 'rust' });
    expect(await readFile(join(rust, 'Cargo.toml'), 'utf8')).toContain(
      'name = "plugin-3x_fast-v2"',
    );
  });

  it.each([
    '',
    '.hidden',
    'Upper',
    'has space',
    'ends-',
    'a..b',
    'ü',
    'x'.repeat(65),
    'node_modules',
  ])('refuses the name "%s"', async (name) => {
    const directory = name === '' ? '/' : fresh(name);
    await expect(createPlugin({ directory })).rejects.toMatchObject({
      code: 'SCAFFOLD_BAD_NAME',
      message: expect.stringMatching(/^Cannot create ".*": a name is up to 64 of a-z/),
    });
  });

  it('refuses a folder with something in it, a file, and what cannot be written', async () => {
    const full = fresh('full');
    await mkdir(full, { recursive: true });
    await writeFile(join(full, 'notes.txt'), 'mine');
    await expect(createPlugin({ directory: full })).rejects.toMatchObject({
      code: 'SCAFFOLD_NOT_EMPTY',
    });
    const file = fresh('file');
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, '');
    await expect(createPlugin({ directory: file })).rejects.toMatchObject({
      code: 'SCAFFOLD_NOT_EMPTY',
      message: 'Cannot create "file": there is a file of that name; choose another name',
    });
    await expect(createPlugin({ directory: join(file, 'below') })).rejects.toMatchObject({
      code: 'SCAFFOLD_NOT_EMPTY',
    });
    const repository = fresh('repository');
    await mkdir(join(repository, '.git'), { recursive: true });
    expect((await createPlugin({ directory: repository })).name).toBe('repository');
  });

  it.each([
    [{ type: 'judge' }, 'there is no type "judge", expected evaluator, provider'],
    [{ language: 'go' }, 'there is no language "go", expected assemblyscript, typescript'],
  ])('refuses %j', async (choice, words) => {
    const directory = fresh('a');
    await expect(createPlugin({ directory, ...(choice as object) })).rejects.toMatchObject({
      code: 'SCAFFOLD_BAD_CHOICE',
      message: expect.stringContaining(words),
    });
  });
});

describe('askChoices()', () => {
  it('asks for what is missing', async () => {
    const asked: unknown[] = [];
    const choices = await askChoices(
      { language: 'c' },
      {
        text: async (message) => (asked.push(message), ' mine '),
        select: async (message, values) => (asked.push(message, values), 'filter'),
      },
    );
    expect(choices).toEqual({ directory: 'mine', type: 'filter', language: 'c' });
    expect(asked).toEqual([
      'Name of the plugin',
      'Type',
      ['evaluator', 'provider', 'transform', 'filter', 'custom'],
    ]);
  });

  it('takes the first type and language where nobody can be asked', async () => {
    expect(await askChoices({})).toEqual({
      directory: undefined,
      type: 'evaluator',
      language: 'assemblyscript',
    });
  });

  it('asks nothing that was given', async () => {
    const given = { directory: 'a', type: 'custom', language: 'c' };
    const fail = () => Promise.reject(new Error('asked'));
    expect(await askChoices(given, { text: fail, select: fail })).toEqual(given);
  });
});

describe('runCreateCommand()', () => {
  it.each([[''], ['x', '--type', '']])('refuses an empty value: %s', async (...args) => {
    let said = '';
    const output = { write: (text: string) => (said += text) };
    expect(await runCreateCommand(args, { stdout: output, stderr: output })).toBe(2);
    expect(said).toMatch(/^(?:<folder>|--type) is empty\n/);
  });

  async function run(...args: string[]): Promise<[code: number, out: string, err: string]> {
    let out = '';
    let err = '';
    const code = await runCreateCommand(args, {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
    });
    return [code, out, err];
  }

  it('makes a project and says what comes next', async () => {
    const [code, out, err] = await run(fresh('mine'), '--type', 'provider', '--yes');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Created mine, a plugin of type provider in assemblyscript\. Next:\n/);
    expect(out).toMatch(/ {2}npm install\n {2}npm test\n$/);
  });

  it.each([
    [[], 2, 'The name of the plugin is missing\n'],
    [['a', 'b'], 2, 'Unexpected argument "b"\n'],
    [['a', '--kind', 'x'], 2, "Unknown option '--kind'\n"],
    [['BAD'], 1, 'Cannot create "BAD": a name is up to 64 of'],
  ])('refuses %j', async (args, code, message) => {
    const [actual, out, err] = await run(...args);
    expect([actual, out]).toEqual([code, '']);
    expect(err.startsWith(message)).toBe(true);
    expect(err.includes('npm create @testbench/plugin <folder>')).toBe(code === 2);
  });
});
