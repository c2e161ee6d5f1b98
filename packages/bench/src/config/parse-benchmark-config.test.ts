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
    expect(parseBenchmarkConfig({ ...minimal, output: '../out' }, '/base/config')).toEqual({
      name: 'test',
      dataset: {
        path: '/base/config/data.jsonl',
        format: 'jsonl',
        offset: 0,
        fields: { input: 'input' },
      },
      provider: { plugin: '/base/config/replay.wasm', models: ['m'] },
      transforms: [],
      evaluators: [{ plugin: '/base/config/plugins/exact-match.wasm', name: 'exact-match' }],
      failFast: false,
      output: '/base/out',
    });
  });

  it('leaves a checked configuration as it is', () => {
    const full = {
      ...minimal,
      description: 'all there is',
      dataset: {
        path: 'd.txt',
        format: 'csv',
        offset: 1,
        limit: 2,
        fields: { input: 'q', expected: 'a' },
      },
      provider: { ...minimal.provider, parameters: { temperature: 0 }, config: { a: 1 } },
      transforms: [{ plugin: 't.wasm', limits: { maxFuel: 5 } }],
      evaluators: [
        { name: 'e', plugin: 'e.wasm', permissions: { network: true, allowedHosts: ['h'] } },
      ],
      filter: {
        plugin: 'f.wasm',
        permissions: {
          filesystem: true,
          allowedDirs: ['in', { path: 'out', access: 'read-write' as const }],
        },
      },
      policy: 'policy.json',
      limits: { timeoutMs: 9 },
      concurrency: 2,
      failFast: true,
      output: 'out',
    };
    const once = parseBenchmarkConfig(full, '/base');
    expect(parseBenchmarkConfig(once, '/elsewhere')).toEqual(once);
    expect(once.policy).toBe('/base/policy.json');
    expect(once.filter?.permissions?.allowedDirs).toEqual([
      '/base/in',
      { path: '/base/out', access: 'read-write' },
    ]);
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
    ['data.jsonl', 'jsonl'],
    ['data.NDJSON', 'jsonl'],
    ['data.csv', 'csv'],
  ])('knows the format of %s', (path, format) => {
    expect(parseBenchmarkConfig({ ...minimal, dataset: { path } }).dataset.format).toBe(format);
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
    {
      change: { dataset: { path: 'data.txt' } },
      path: 'dataset.path',
      message: 'a name ending in .jsonl',
    },
    {
      change: { dataset: { path: 'd', format: 'xml' } },
      path: 'dataset.format',
      message: 'expected "jsonl" or "csv", found "xml"',
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
      message: 'expected "inline" or "thread" or "process", found "container"',
    },
    {
      change: { concurrency: 5000 },
      path: 'concurrency',
      message: 'expected at most 1024, found 5000',
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

  it.each([undefined, null, [], 'text'])('rejects %j as a whole', (value) => {
    expect(() => parseBenchmarkConfig(value)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: '' }),
    );
  });
});
