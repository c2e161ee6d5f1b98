import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { loadBenchmarkConfig } from './load-benchmark-config.js';

async function load(config: object, files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'rubrics'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const benchmark = {
    name: 'x',
    dataset: { path: 'x.csv' },
    provider: { plugin: 'replay', models: ['a'] },
    evaluators: [{ plugin: 'llm-judge', config }],
  };
  await writeFile(join(folder, 'bench.json'), JSON.stringify(benchmark));
  return (await loadBenchmarkConfig(join(folder, 'bench.json'))).evaluators[0]?.config;
}

describe('settings in files of their own', () => {
  it.each([
    [
      'rubrics/own.yaml',
      'kind: grade\ninstructions: Be kind.\n',
      { kind: 'grade', instructions: 'Be kind.' },
    ],
    ['rubrics/own.json', '{"kind":"grade"}', { kind: 'grade' }],
    ['rubrics/own.md', '# Be kind\n', '# Be kind\n'],
  ])('are put where %s is named', async (file, text, expected) => {
    const rubric = { $file: file };
    const config = await load({ rubric, panel: [{ rubric }], model: 'm' }, { [file]: text });
    expect(config).toEqual({ rubric: expected, panel: [{ rubric: expected }], model: 'm' });
  });

  it.each<[unknown, object]>([
    [{ $file: 'none.yaml' }, { code: 'BENCH_CONFIG_UNREADABLE' }],
    [{ $file: 7 }, { code: 'CONFIG_INVALID', path: 'evaluators[0].config.rubric' }],
    [{ $file: 'a.json', kind: 'grade' }, { code: 'CONFIG_INVALID' }],
    [{ $file: 'a.json' }, { code: 'CONFIG_INVALID', message: expect.stringContaining('"a.json"') }],
  ])('are refused: %j', async (rubric, error) => {
    await expect(load({ rubric }, { 'a.json': '{' })).rejects.toMatchObject(error);
  });
});
