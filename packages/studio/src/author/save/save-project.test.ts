import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { linkPackages } from '@testbench/test-kit/author-project';
import { ConfigNode } from '@testbench/types/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { generateSource } from '../recipe/generate-source.js';
import { GSM8K_RECIPE } from '../samples/gsm8k-recipe.js';
import { readSaveOrder, type SaveOrder } from './read-save-request.js';
import { saveProject } from './save-project.js';

const cli = fileURLToPath(new URL('../../../../cli/bin/testbench.js', import.meta.url));
const source = generateSource(GSM8K_RECIPE);
const body = { name: 'final-answer', description: '', source, overwrite: false };
const order: SaveOrder = {
  ...body,
  example: { input: { output: 'A: 1', expected: 'A: 1' }, output: { score: 1, explanation: '1' } },
};
const { signal } = new AbortController();

let root: string;
let outside: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'studio-save-')));
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'studio-outside-')));
  linkPackages(root);
});
afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(outside, { recursive: true });
});

describe('saveProject()', () => {
  it('builds what `testbench build` builds, with a test that passes', async () => {
    const saved = await saveProject(root, order, signal);
    expect(saved).toEqual({
      folder: 'plugins/final-answer',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      bytes: expect.any(Number),
    });
    const directory = join(root, saved.folder);
    rmSync(join(directory, 'build'), { recursive: true });
    execFileSync(process.execPath, [cli, 'build'], { cwd: directory, env: {} });
    const built = readFileSync(join(directory, 'build/final-answer.wasm'));
    expect(`sha256:${createHash('sha256').update(built).digest('hex')}`).toBe(saved.digest);
    execFileSync(process.execPath, ['--test'], { cwd: directory, env: {} });
  }, 60_000);

  it('replaces the source of a project only where that was said', async () => {
    await expect(saveProject(root, order, signal)).rejects.toMatchObject({ code: 'STUDIO_EXISTS' });
    const changed = { ...order, source: 'export class', overwrite: true };
    const { note, digest } = await saveProject(root, changed, signal);
    expect(digest).toBeUndefined();
    expect(note).toContain('Cannot build assembly/index.ts:1');
    const directory = join(root, 'plugins/final-answer');
    expect(readFileSync(join(directory, 'assembly/index.ts'), 'utf8')).toBe('export class');
    expect(readdirSync(join(directory, 'assembly')).toSorted()).toEqual([
      'index.ts',
      'tsconfig.json',
    ]);
  }, 60_000);

  it.each(['plugins', 'plugins/linked', 'plugins/linked/assembly', 'plugins/linked/build'])(
    'follows no link at %s',
    async (link) => {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'studio-links-')));
      try {
        const target = join(outside, 'target');
        mkdirSync(join(target, 'assembly'), { recursive: true });
        writeFileSync(join(target, 'assembly/index.ts'), 'untouched');
        mkdirSync(join(folder, link, '..'), { recursive: true });
        if (link.endsWith('build')) mkdirSync(join(folder, 'plugins/linked/assembly'));
        symlinkSync(target, join(folder, link));
        const overwriting = { ...order, name: 'linked', overwrite: true };
        await expect(saveProject(folder, overwriting, signal)).rejects.toMatchObject({
          code: 'STUDIO_OUTSIDE_PROJECT',
        });
        expect(readFileSync(join(target, 'assembly/index.ts'), 'utf8')).toBe('untouched');
        expect(existsSync(join(target, 'linked'))).toBe(false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('replaces a link in place of the source, and does not write through it', async () => {
    const target = join(outside, 'secret.ts');
    writeFileSync(target, 'untouched');
    const assembly = join(root, 'plugins/sly/assembly');
    mkdirSync(assembly, { recursive: true });
    symlinkSync(target, join(assembly, 'index.ts'));
    const broken = { ...order, name: 'sly', source: 'export class', overwrite: true };
    await saveProject(root, broken, signal);
    expect(readFileSync(target, 'utf8')).toBe('untouched');
    expect(readFileSync(join(assembly, 'index.ts'), 'utf8')).toBe('export class');
  }, 60_000);
});

describe('readSaveOrder()', () => {
  const read = (given: unknown): SaveOrder => readSaveOrder(new ConfigNode(given, 'body'));

  it('takes what the page sends', () => {
    expect(read({ ...body, example: { data: { output: 'a' }, result: { score: 1 } } })).toEqual({
      ...body,
      example: { input: { output: 'a' }, output: { score: 1 } },
    });
  });

  it.each([
    { name: '../up' },
    { name: '/etc/passwd' },
    { name: 'a/b' },
    { name: 'a\\b' },
    { name: '.hidden' },
    { name: 'a..b' },
    { name: 'node_modules' },
    { name: 'a\0' },
    { name: 'A' },
    { name: '' },
    { name: 'x'.repeat(65) },
    { name: 5 },
    { description: 'two\nlines' },
    { description: 'x'.repeat(201) },
    { description: 'a\u2028b' },
    { source: '' },
    { source: 'x'.repeat(200_001) },
    { overwrite: 'yes' },
    { example: { data: 'a text', result: {} } },
    { example: { data: { a: 'x'.repeat(100_001) }, result: {} } },
    { folder: '/tmp' },
  ])('refuses %o', (part) => {
    expect(() => read({ ...body, ...part })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^CONFIG_/) }),
    );
  });
});
