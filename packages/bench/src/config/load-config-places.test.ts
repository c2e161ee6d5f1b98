import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { loadBenchmarkConfig } from './load-benchmark-config.js';

const YAML = `name: test
dataset:
  path: data.csv
  limit: \${env:LIMIT:-7}
provider:
  plugin: replay.wasm
  models: [gpt-4.1, b]
  prices:
    gpt-4.1: { input: 1, output: 2 }
evaluators:
  - plugin: exact-match
    threshold: 1
  - plugin: regex-match
    config: { pattern: "$\${env:A} \${env:A} \${secret:A}" }
`;

const load = async (text: string, options = {}, name = 'bench.yaml') =>
  await loadBenchmarkConfig(await temporaryFile(name, text), { env: { A: 'x' }, ...options });

describe('loadBenchmarkConfig(), places', () => {
  it('fills in variables of the environment, and leaves secrets alone', async () => {
    const config = await load(YAML);
    expect(config.dataset.limit).toBe(7);
    expect(config.evaluators[1]?.config).toEqual({ pattern: '${env:A} x ${secret:A}' });
    const other = await load(YAML, { env: { A: '', LIMIT: '12' } });
    expect(other.dataset.limit).toBe(12);
  });

  it.each([
    ['evaluators[0].threshold: 1', '${env:NONE}', 'the environment variable "NONE" is not set', 12],
    ['evaluators[0].threshold: 1', '${env:A}', 'expected a number from 0 to 1, found "x"', 12],
    ['evaluators[0].threshold: 1', '${env:A B}', '"A B" is no name of an environment variable', 12],
  ])('says so about %s with %s', async (_, value, message, line) => {
    await expect(load(YAML.replace('threshold: 1', `threshold: ${value}`))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'evaluators[0].threshold',
      line,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['name: test', 'name: te/st', 'CONFIG_INVALID', 1],
    ['  limit:', '  limits:', 'CONFIG_UNKNOWN_KEY', 4],
    ['plugin: replay.wasm', 'plugins: a', 'CONFIG_UNKNOWN_KEY', 6],
    ['  plugin: replay.wasm\n', '', 'CONFIG_INVALID', 5],
    ['[gpt-4.1, b]', '[gpt-4.1, gpt-4.1]', 'CONFIG_INVALID', 7],
    ['output: 2', 'output: two', 'CONFIG_INVALID', 9],
    ['gpt-4.1: {', 'gpt-4: {', 'CONFIG_INVALID', 8],
    ['threshold: 1', 'threshold: 2', 'CONFIG_INVALID', 12],
    ['plugin: regex-match', 'plugin: oci://a', 'CONFIG_INVALID', 13],
    ['plugin: regex-match', 'plugin: exact-match', 'CONFIG_INVALID', 13],
    ['name: test\n', 'name: test\noutput: x\n', 'CONFIG_UNKNOWN_KEY', 2],
    ['threshold: 1', 'threshold: !x 1', 'CONFIG_INVALID', 12],
  ])('names the line where %j is %j', async (from, to, code, line) => {
    await expect(load(YAML.replace(from, to))).rejects.toMatchObject({
      code,
      line,
      file: expect.stringContaining('bench.yaml'),
      message: expect.stringContaining(`line ${line}`),
    });
  });

  // None of them can be in a plan. In JSON, because YAML itself rejects most of them.
  const HUGE = `${'['.repeat(9000)}${']'.repeat(9000)}`;
  it.each([
    ['{}', '{ "a": 1e400 }', 'provider.config.a', 'the number is Infinity'],
    ['"m"', String.raw`"\ud800"`, 'provider.models[0]', 'half a character'],
    ['{}', String.raw`{ "\udfff": 1 }`, 'provider.config', 'half a character'],
    ['{}', `{ "a": ${HUGE} }`, 'provider.config.a', 'it nests deeper than 80 levels'],
    ['data.csv', String.raw`a\u0000`, 'dataset.path', 'a path without a zero byte'],
    ['replay.wasm', String.raw`a\u0000.wasm`, 'provider.plugin', 'a path without a zero byte'],
    ['runs', String.raw`a\u0000`, 'outputDir', 'a path without a zero byte'],
    ['{}', String.raw`{ "$file": "a\u0000" }`, 'providers[0].config', '"$file" is no path'],
  ])('refuses what nothing can hold: case %#', async (from, to, path, message) => {
    const config = {
      name: 'a',
      dataset: { path: 'data.csv' },
      provider: { plugin: 'replay.wasm', models: ['m'], config: {} },
      evaluators: [{ plugin: 'b' }],
      outputDir: 'runs',
    };
    const text = JSON.stringify(config).replace(from, () => to);
    await expect(load(text, {}, 'bench.json')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: expect.stringContaining(path),
      message: expect.stringContaining(message),
    });
  });

  it('names the line in JSON', async () => {
    const text = '{\n\t"name": "a",\n\t"dataset": { "path": "d.csv" },\n\t"evaluatrs": []\n}';
    await expect(load(text, {}, 'bench.json')).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_KEY',
      line: 4,
      message: expect.stringMatching(/did you mean "evaluators"\? \(line 4 of ".*bench\.json"\)$/),
    });
  });

  it('sets single values over those of the file', async () => {
    const overrides = [
      'dataset.limit=3',
      'evaluators[0].threshold=0.5',
      'provider.prices["gpt-4.1"].input=9',
    ];
    const config = await load(YAML, { overrides });
    expect(config.dataset.limit).toBe(3);
    expect(config.evaluators[0]?.threshold).toBe(0.5);
    expect(config.providers[0]?.models[0]?.price?.input).toBe(9);
  });

  it.each([
    [
      'dataset.limit=many',
      'expected a whole number from 1, found "many" (set by "dataset.limit=many")',
    ],
    ['datset.limit=3', 'unknown key "datset", did you mean "dataset"? (set by "datset.limit=3")'],
    ['dataset', 'Cannot set "dataset": expected a path, "=" and a value'],
    ['a b=1', 'unknown key "a b"'],
    ['evaluators[7].threshold=1', 'at "evaluators[7]": the list has 2 items'],
    ['name.x=1', 'at "name": it is no object'],
    ['dataset[0]=1', 'at "dataset": it is no list'],
    ['name=[a', 'the value is not valid YAML'],
  ])('refuses the override %s', async (override, message) => {
    await expect(load(YAML, { overrides: [override] })).rejects.toMatchObject({
      message: expect.stringContaining(message),
      line: undefined,
    });
  });

  it.each([
    ['bench.mjs', 'export default { CONFIG };'],
    ['bench.mjs', 'export default async () => ({ CONFIG });'],
    ['bench.mts', 'const name: string = "test"; export default Promise.resolve({ CONFIG, name });'],
  ])('runs %s: %s', async (name, text) => {
    const fields =
      'name: "test", dataset: { path: "d.csv" }, provider: { plugin: "a", models: ["${env:A}"] }, evaluators: [{ plugin: "b" }]';
    const file = await temporaryFile(name, text.replace('CONFIG', fields));
    // The test runner replaces Node's imports, so TypeScript comes from a loader of the caller.
    const scripts = {
      specificationVersion: 'v1' as const,
      load: async () => ({
        default: {
          name: 'test',
          dataset: { path: 'd.csv' },
          provider: { plugin: 'a', models: ['${env:A}'] },
          evaluators: [{ plugin: 'b' }],
        },
      }),
    };
    const config = await loadBenchmarkConfig(file, name.endsWith('.mts') ? { scripts } : {});
    expect(config.dataset.path).toBe(join(dirname(file), 'd.csv'));
    // A script can read process.env itself.
    expect(config.providers[0]?.models[0]?.name).toBe('${env:A}');
  });

  it('says that a script gives no configuration, and sees that it changed', async () => {
    const file = await temporaryFile('bench.mjs', 'export default 5;');
    await expect(loadBenchmarkConfig(file)).rejects.toMatchObject({
      message: expect.stringMatching(/expected an object, found 5 \(".*bench\.mjs"\)/),
    });
    await writeFile(file, 'export default { name: 7 };');
    await expect(loadBenchmarkConfig(file)).rejects.toMatchObject({ path: 'name' });
  });

  it.each([
    ['throw new Error("no");', 'it throws: no'],
    ['export const a = 1;', 'it has no default export'],
    ['export default {', 'it throws: '],
    ['throw null;', 'it throws: null'],
  ])('says what is wrong with the script %j', async (text, message) => {
    await expect(load(text, {}, 'bench.mjs')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('hands a script in TypeScript to what the caller has for it', async () => {
    const file = await temporaryFile('bench.ts', 'enum A { b }');
    const scripts = {
      specificationVersion: 'v1' as const,
      load: async (path: string) => ({ default: { name: path } }),
    };
    await expect(loadBenchmarkConfig(file, { scripts })).rejects.toMatchObject({
      path: 'name',
      message: expect.stringContaining('expected letters, digits'),
    });
    await expect(loadBenchmarkConfig('/none.ts', { scripts })).rejects.toMatchObject({
      code: 'BENCH_CONFIG_UNREADABLE',
    });
  });
});
