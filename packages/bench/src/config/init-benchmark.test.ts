import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { benchmarkSchema } from './benchmark-schema.js';
import { initBenchmark } from './init-benchmark.js';
import { loadBenchmarkConfig } from './load-benchmark-config.js';
import { parseYaml } from './parse-yaml.js';

const newFolder = async (): Promise<string> => dirname(await temporaryFile('other.txt', ''));

describe('initBenchmark()', () => {
  it('writes a configuration that is right, and so is what its comments offer', async () => {
    const folder = join(await newFolder(), 'deeper');
    const [file, ...others] = await initBenchmark(folder);
    const config = await loadBenchmarkConfig(file!);
    expect(config.dataset.path).toBe(join(folder, 'data.jsonl'));
    expect(config.evaluators.map(({ name }) => name)).toEqual(['numeric-match', 'exact-match']);
    const text = await readFile(file!, 'utf8');
    // With the commented settings enabled.
    const lines = text
      .split('\n')
      .map((line) => line.replace(/^( *)# (?=[ -]|\w+:(?: |$))(?!yaml-)/, '$1'));
    const whole = lines.filter((line) => !/^ *#|^(?:Run|Others|Who|A real)/.test(line)).join('\n');
    expect(Object.keys(parseYaml(whole) as object)).toEqual(
      expect.arrayContaining(['prompts', 'policy', 'transforms', 'epochs', 'budgets']),
    );
    await writeFile(file!, whole);
    const full = await loadBenchmarkConfig(file!);
    expect(full.providers.map(({ name }) => name)).toEqual(['replay', 'openai']);
    expect(full.prompts.map(({ name }) => name)).toEqual(['short', 'chat']);
    expect(others).toContain(join(folder, 'data.jsonl'));
  });

  it('tells editors where the schema is', async () => {
    const folder = await newFolder();
    const [file, , schema] = await initBenchmark(folder);
    expect(await readFile(file!, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/\.testbench\/benchmark\.schema\.json\n/,
    );
    expect(JSON.parse(await readFile(schema!, 'utf8'))).toEqual(benchmarkSchema());

    const project = await newFolder();
    const installed = join(project, 'node_modules/@testbench/bench');
    await mkdir(join(installed, 'dist'), { recursive: true });
    await writeFile(join(installed, 'package.json'), '{"exports":"./dist/index.js"}');
    await writeFile(join(installed, 'dist/index.js'), '');
    const [other] = await initBenchmark(join(project, 'evaluation'));
    expect(await readFile(other!, 'utf8')).toContain(
      '$schema=./../node_modules/@testbench/bench/dist/benchmark.schema.json\n',
    );
  });

  it('leaves nothing behind when it fails, and what is of others', async () => {
    const folder = await newFolder();
    // Its name is free, but it cannot be written: the folder that a link points to does not exist.
    await symlink(join(folder, 'none', 'x'), join(folder, 'testbench.yaml'));
    const before = (await readdir(folder)).toSorted();
    const failure = { code: 'BENCH_OUTPUT_FAILED' };
    await expect(initBenchmark(folder)).rejects.toMatchObject(failure);
    expect((await readdir(folder)).toSorted()).toEqual(before);
    await mkdir(join(folder, '.testbench'));
    await expect(initBenchmark(folder)).rejects.toMatchObject(failure);
    expect(await readdir(folder)).toContain('.testbench');
  });

  it('replaces nothing', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'data.jsonl'), 'mine');
    await expect(initBenchmark(folder)).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: expect.stringContaining('already exists'),
    });
    expect(existsSync(join(folder, 'testbench.yaml'))).toBe(false);
    await expect(initBenchmark(join(folder, 'data.jsonl'))).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
    });
  });
});
