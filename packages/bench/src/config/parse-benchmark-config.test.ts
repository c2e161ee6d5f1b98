import { describe, expect, it } from 'vitest';

import { parseBenchmarkConfig } from './parse-benchmark-config.js';

const minimal = {
  name: 'test',
  dataset: { path: 'data.jsonl' },
  provider: { plugin: 'replay.wasm', models: ['m'] },
  evaluators: [{ plugin: 'plugins/exact-match.wasm' }],
};

describe('parseBenchmarkConfig()', () => {
  it('fills in defaults and resolves paths against the base', () => {
    expect(parseBenchmarkConfig({ ...minimal, outputDir: '../out' }, '/base/config')).toEqual({
      name: 'test',
      dataset: {
        path: '/base/config/data.jsonl',
        offset: 0,
        fields: { input: 'input' },
      },
      prompts: [{ name: 'default' }],
      providers: [
        {
          plugin: '/base/config/replay.wasm',
          name: 'replay',
          models: [{ name: 'm', parameters: {} }],
          calls: {},
        },
      ],
      transforms: [],
      evaluators: [
        { plugin: '/base/config/plugins/exact-match.wasm', name: 'exact-match', weight: 1 },
      ],
      filters: [],
      epochs: { count: 1, reducer: 'mean' },
      seed: 0,
      limits: {},
      isolation: 'thread',
      failFast: false,
      budgets: {},
      cache: 'use',
      cacheDir: '/base/out/.cache',
      onError: 'missing',
      maxErrors: 0,
      outputDir: '/base/out',
    });
  });

  it('leaves a run that is replayed with all its models as it is', () => {
    const given = {
      name: 'again',
      dataset: { path: 'd.csv' },
      provider: { plugin: 'replay', from: 'runs/first' },
      evaluators: [{ plugin: 'e.wasm' }],
    };
    const config = parseBenchmarkConfig(given, '/data');
    expect(config.providers[0]).toMatchObject({ from: '/data/runs/first', models: [] });
    expect(parseBenchmarkConfig(config)).toEqual(config);
  });

  it('leaves a checked configuration as it is', () => {
    const price = { input: 0.15, output: 0.6, cachedInput: 0.075 };
    const full = {
      ...minimal,
      description: 'all there is',
      dataset: {
        path: 'd.txt',
        format: 'csv',
        offset: 1,
        limit: 2,
        fields: { input: 'q', expected: 'a', messages: 'm', id: 'i', group: 'g' },
        delimiter: ';',
        quotes: false,
        sample: { n: 5, seed: 1 },
        shuffle: { seed: 2 },
        columns: ['topic'],
      },
      prompts: [
        'Q: {{input}}',
        { name: 'as-is' },
        { messages: [{ role: 'user', content: '{{input}}' }] },
        { file: 'prompts/long.txt' },
      ],
      provider: undefined,
      providers: [
        {
          ...minimal.provider,
          models: ['m', { name: 'n', parameters: { temperature: 1 }, price }],
          parameters: { temperature: 0, top_p: 1 },
          prices: { m: { input: 1, output: 2 } },
          config: { a: 1 },
          calls: {
            concurrency: 3,
            maxConcurrency: 4,
            requestsPerMinute: 5,
            tokensPerMinute: 6,
            retries: 0,
            timeoutMs: 7,
          },
        },
        { ...minimal.provider, name: 'second' },
      ],
      transforms: [{ plugin: 't.wasm', limits: { maxFuel: 5 } }],
      evaluators: [
        {
          name: 'e',
          plugin: 'e.wasm',
          permissions: { network: true, allowedHosts: ['h'] },
          threshold: 0.5,
          weight: 2,
          calls: { retries: 1 },
          prices: { judge: price },
        },
        { plugin: 'exact-match@^0.1' },
      ],
      filter: {
        plugin: 'f.wasm',
        permissions: {
          filesystem: true,
          allowedDirs: ['in', { path: 'out', access: 'read-write' as const }],
        },
      },
      epochs: { count: 4, reducer: 'pass@4' },
      seed: 3,
      policy: 'policy.json',
      limits: { timeoutMs: 9 },
      concurrency: 2,
      failFast: true,
      budgets: { tokens: 1, money: 0.5, timeMs: 2, judge: { tokens: 3, money: 4 } },
      cache: 'refresh',
      cacheDir: 'cache',
      onError: 'wrong',
      maxErrors: 3,
      outputDir: 'out',
    };
    const once = parseBenchmarkConfig(full, '/base');
    expect(parseBenchmarkConfig(once, '/elsewhere')).toEqual(once);
    expect(once.policy).toBe('/base/policy.json');
    expect(once.filters[0]?.permissions?.allowedDirs).toEqual([
      '/base/in',
      { path: '/base/out', access: 'read-write' },
    ]);
    expect(once.prompts.map(({ name }) => name)).toEqual(['prompt-1', 'as-is', 'prompt-3', 'long']);
    expect(once.providers[0]?.models).toEqual([
      { name: 'm', parameters: { temperature: 0, top_p: 1 }, price: { input: 1, output: 2 } },
      { name: 'n', parameters: { temperature: 1, top_p: 1 }, price },
    ]);
    expect(once.evaluators[1]).toEqual({
      plugin: 'exact-match@^0.1',
      name: 'exact-match',
      weight: 1,
    });
    expect(once.cacheDir).toBe('/base/cache');
  });

  it.each([
    ['exact-match', 'exact-match'],
    ['exact-match@^0.1 || 2', 'exact-match@^0.1 || 2'],
    ['./exact-match', '/base/exact-match'],
    ['exact-match.wasm', '/base/exact-match.wasm'],
    ['a:b@c.wasm', '/base/a:b@c.wasm'],
    ['C:\\plugins\\a', '/base/C:\\plugins\\a'],
    ['oci://example.com/a:0.1.0', 'oci://example.com/a:0.1.0'],
    ['a/b@1', 'a/b@1'],
  ])('takes the plugin %j for %j', (plugin, found) => {
    const config = parseBenchmarkConfig({ ...minimal, evaluators: [{ plugin }] }, '/base');
    expect(config.evaluators[0]?.plugin).toBe(found);
  });

  it.each([
    'oci://example.com',
    'oci://user:secret@example.com/a',
    'example.com/a/exact-match:0.1',
    'https://example.com/a',
  ])('refuses the plugin %j, which names none', (plugin) => {
    expect(() => parseBenchmarkConfig({ ...minimal, evaluators: [{ plugin }] })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path: 'evaluators[0].plugin',
        message: expect.stringContaining('oci://host/name with :tag'),
      }),
    );
  });

  it('reads which fields of a record an evaluator gets', () => {
    const fields = { gold: 'answer.index', constructor: 'c' };
    const evaluators = [{ plugin: 'e.wasm', fields }];
    expect(parseBenchmarkConfig({ ...minimal, evaluators }).evaluators[0]?.fields).toEqual(fields);
  });

  it('takes null for absent, as YAML has it for a key without a value', () => {
    expect(parseBenchmarkConfig({ ...minimal, filter: null, transforms: null })).toMatchObject({
      transforms: [],
    });
  });

  it.each([
    {
      change: { name: undefined },
      path: 'name',
      message: 'Cannot read configuration: "name" is missing',
    },
    { change: { name: '../up' }, path: 'name', message: 'expected letters, digits' },
    {
      change: { dataset: 'data.jsonl' },
      path: 'dataset',
      message: 'expected an object, found "data.jsonl"',
    },
    { change: { dataset: {} }, path: 'dataset', message: '"path" is missing' },
    {
      change: { dataset: { path: 'd', records: [] } },
      path: 'dataset',
      message: 'it has both "path" and "records"',
    },
    { change: { dataset: { records: 5 } }, path: 'dataset.records', message: 'found 5' },
    { change: { dataset: { path: [] } }, path: 'dataset.path', message: 'at least one path' },
    { change: { dataset: { path: [''] } }, path: 'dataset.path[0]', message: 'found an empty' },
    {
      change: { dataset: { path: 'd', delimiter: '||' } },
      path: 'dataset.delimiter',
      message: 'one character',
    },
    {
      change: { dataset: { path: 'd', sample: 5 } },
      path: 'dataset.sample',
      message: 'expected an object, found 5',
    },
    {
      change: { dataset: { path: 'd', sample: { seed: 1 } } },
      path: 'dataset.sample.n',
      message: '"n" is missing',
    },
    {
      change: { dataset: { path: 'd.csv', limit: 0 } },
      path: 'dataset.limit',
      message: 'expected a whole number from 1, found 0',
    },
    {
      change: { dataset: { path: 'd.csv', limit: 1.5 } },
      path: 'dataset.limit',
      message: 'found 1.5',
    },
    {
      change: { dataset: { path: 'd.csv', fields: { input: 3 } } },
      path: 'dataset.fields.input',
      message: 'expected a text, found 3',
    },
    {
      change: { provider: { plugin: 'p.wasm', models: [] } },
      path: 'provider.models',
      message: 'at least one model',
    },
    {
      change: { provider: { plugin: 'p.wasm', models: ['a', 7] } },
      path: 'provider.models[1]',
      message: 'expected a text, found 7',
    },
    {
      change: { provider: { plugin: 'p.wasm', models: ['a', 'a'] } },
      path: 'provider.models[1]',
      message: 'the name "a" is used twice',
    },
    {
      change: { provider: { plugin: 'p.wasm', models: ['a'], parameters: { model: 'b' } } },
      path: 'provider.parameters.model',
      message: '"model" is set for every call',
    },
    { change: { evaluators: [] }, path: 'evaluators', message: 'at least one evaluator' },
    {
      change: { evaluators: [{ plugin: 'e.wasm' }, { plugin: 'x/e.wasm' }] },
      path: 'evaluators[1].name',
      message: 'the name "e" is used twice',
    },
    {
      change: { evaluators: [{ name: 'e' }] },
      path: 'evaluators[0].plugin',
      message: 'Cannot read "evaluators[0]": "plugin" is missing',
    },
    {
      change: { evaluators: [{ plugin: 'e.wasm', fields: { gold: 1 } }] },
      path: 'evaluators[0].fields.gold',
      message: 'expected a text, found 1',
    },
    {
      change: { evaluators: [{ plugin: 'e.wasm', fields: { output: 'answer' } }] },
      path: 'evaluators[0].fields.output',
      message: '"output" is set for every call and cannot be changed',
    },
    {
      change: { filter: { plugin: 'f.wasm', droppedTexts: 'yes' } },
      path: 'filter.droppedTexts',
      message: 'expected true or false, found "yes"',
    },
    { change: { transforms: {} }, path: 'transforms', message: 'expected a list, found an object' },
    {
      change: { limits: { maxFuel: '5' } },
      path: 'limits.maxFuel',
      message: 'expected a whole number from 1, found "5"',
    },
    {
      change: {
        filter: {
          plugin: 'f.wasm',
          permissions: { filesystem: true, allowedDirs: [{ path: 'a', access: 'rw' }] },
        },
      },
      path: 'filter.permissions.allowedDirs[0].access',
      message: 'expected "read-only" or "read-write", found "rw"',
    },
    {
      change: { filter: { plugin: 'f.wasm', permissions: { network: 'yes' } } },
      path: 'filter.permissions.network',
      message: 'expected true or false',
    },
    {
      change: { isolation: 'container' },
      path: 'isolation',
      message: 'expected "inline", "thread" or "process", found "container"',
    },
    {
      change: { concurrency: 5000 },
      path: 'concurrency',
      message: 'expected a whole number from 1 to 1024, found 5000',
    },
    {
      change: { provider: undefined },
      path: '',
      message: 'Cannot read configuration: "providers" is missing',
    },
    {
      change: { providers: [minimal.provider] },
      path: '',
      message: 'only one of "provider" and "providers" may be there',
    },
    {
      change: { provider: undefined, providers: [minimal.provider, minimal.provider] },
      path: 'providers[1].name',
      message: 'the name "replay" is used twice',
    },
    {
      change: { provider: { ...minimal.provider, prices: { n: { input: 1, output: 1 } } } },
      path: 'provider.prices',
      message: 'there is no model "n"; the models: m',
    },
    {
      change: { provider: { ...minimal.provider, calls: { retries: -1 } } },
      path: 'provider.calls.retries',
      message: 'expected a whole number from 0 to 100, found -1',
    },
    {
      change: { prompts: [{ template: 'a', file: 'b' }] },
      path: 'prompts[0]',
      message: 'only one of "template" and "file" may be there',
    },
    { change: { prompts: [] }, path: 'prompts', message: 'at least one prompt' },
    {
      change: { epochs: { count: 2, reducer: 'pass@3' } },
      path: 'epochs',
      message: '"pass@3" needs a "count" of at least 3, found 2',
    },
    {
      change: { epochs: { count: 2, reducer: 'average' } },
      path: 'epochs.reducer',
      message: 'expected mean, median, mode',
    },
    {
      change: { evaluators: [{ plugin: 'e.wasm', threshold: 80 }] },
      path: 'evaluators[0].threshold',
      message: 'expected a number from 0 to 1, found 80',
    },
    {
      change: { budgets: { money: '1' } },
      path: 'budgets.money',
      message: 'expected a number from 0',
    },
    { change: { failFast: 'no' }, path: 'failFast', message: 'expected true or false, found "no"' },
  ])('rejects a wrong value at $path', ({ change, path, message }) => {
    expect(() => parseBenchmarkConfig({ ...minimal, ...change })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path,
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    { change: { evaluator: [] }, path: 'evaluator', hint: 'did you mean "evaluators"?' },
    {
      change: { dataset: { path: 'd.csv', limits: 5 } },
      path: 'dataset.limits',
      hint: 'did you mean "limit"?',
    },
    {
      change: { limits: { timeoutMS: 5 } },
      path: 'limits.timeoutMS',
      hint: 'did you mean "timeoutMs"?',
    },
    {
      change: { transforms: [{ plugins: 't.wasm' }] },
      path: 'transforms[0].plugins',
      hint: 'did you mean "plugin"?',
    },
    {
      change: { filter: { plugin: 'f.wasm', permissions: { net: true } } },
      path: 'filter.permissions.net',
      hint: 'known keys: filesystem',
    },
  ])('rejects the unknown key $path', ({ change, path, hint }) => {
    expect(() => parseBenchmarkConfig({ ...minimal, ...change })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        path,
        message: expect.stringContaining(hint),
      }),
    );
  });

  it('says what the key of an earlier version became', () => {
    expect(() => parseBenchmarkConfig({ ...minimal, output: 'results' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        path: 'output',
        message: expect.stringContaining('Write: outputDir: results'),
      }),
    );
  });

  it.each([undefined, null, [], 'text'])('rejects %j as a whole', (value) => {
    expect(() => parseBenchmarkConfig(value)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: '' }),
    );
  });
});
