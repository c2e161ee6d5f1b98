import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { loadBenchmarkConfig } from './load-benchmark-config.js';

const YAML = `
name: test
dataset: { path: data.csv, fields: { input: q } }
provider:
  plugin: replay.wasm
  models: [a, b]
evaluators:
  - plugin: ../exact-match.wasm
`;

const utf16 = (text: string) => Buffer.from(text, 'utf16le');

describe('loadBenchmarkConfig()', () => {
  it('reads YAML, with paths from its folder', async () => {
    const file = await temporaryFile('bench.yaml', YAML);
    const config = await loadBenchmarkConfig(file);
    expect(config.dataset.path).toBe(join(dirname(file), 'data.csv'));
    expect(config.evaluators[0]?.plugin).toBe(join(dirname(dirname(file)), 'exact-match.wasm'));
    expect(config.providers[0]?.models.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each(['bench.yaml', 'bench.json'])('reads %s with a byte order mark', async (name) => {
    const { parse } = await import('yaml');
    const text = name.endsWith('.json') ? JSON.stringify(parse(YAML)) : YAML;
    const config = await loadBenchmarkConfig(await temporaryFile(name, `\uFEFF${text}`));
    expect(config.name).toBe('test');
  });

  it('reads JSON to the same', async () => {
    const { parse } = await import('yaml');
    const json = await temporaryFile('bench.json', JSON.stringify(parse(YAML)));
    const config = await loadBenchmarkConfig(json);
    expect(config.dataset.path).toBe(join(dirname(json), 'data.csv'));
  });

  it.each([
    { name: 'bad.json', text: '{"name":', state: 'not valid JSON' },
    { name: 'bad.yaml', text: 'name: [a\n', state: 'not valid YAML' },
    {
      name: 'twice.yaml',
      text: 'name: a\nname: b\n',
      state: 'the key "name" is there twice at line 2',
    },
    { name: 'twice.json', text: '{"name":1,\n"name":2}', state: 'the key "name" is there twice' },
    { name: 'empty.yaml', text: ' \n', state: 'it is empty' },
    { name: 'empty.json', text: '', state: 'it is empty' },
    { name: 'utf16.yaml', text: utf16(YAML), state: 'it is UTF-16, save it as UTF-8' },
    { name: 'utf16.json', text: utf16('{}'), state: 'it is UTF-16, save it as UTF-8' },
    {
      name: 'latin1.yaml',
      text: Buffer.from('a: b\nc: \xe9', 'latin1'),
      state: 'not UTF-8 (line 2)',
    },
    { name: 'long.yaml', text: `#${'x'.repeat(512 * 1024)}`, state: 'more than 524288 bytes' },
    { name: 'alias.yaml', text: 'name: *x\n', state: 'not valid YAML' },
  ])('rejects $name', async ({ name, text, state }) => {
    await expect(loadBenchmarkConfig(await temporaryFile(name, text))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:CONFIG_INVALID|BENCH_CONFIG_UNREADABLE)$/),
      message: expect.stringContaining(state),
    });
  });

  it('stops at aliases that multiply beyond measure', async () => {
    const rows = Array.from({ length: 12 }, (_, n) => {
      const previous = n === 0 ? 'x' : `*a${n - 1}`;
      return `a${n}: &a${n} [${Array.from({ length: 9 }, () => previous).join(', ')}]`;
    });
    const file = await temporaryFile('bomb.yaml', `${rows.join('\n')}\n`);
    await expect(loadBenchmarkConfig(file)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('alias'),
    });
  });

  it.each(['/nonexistent.yaml', '/'])('rejects %s as unreadable', async (path) => {
    await expect(loadBenchmarkConfig(path)).rejects.toMatchObject({
      code: 'BENCH_CONFIG_UNREADABLE',
      file: path,
    });
  });
});
