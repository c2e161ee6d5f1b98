import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import assertion from './assertion.js';
import { createAssertion } from './create-assertion.js';
import { TestbenchProvider } from './testbench-provider.js';

const built = (name: string): string =>
  join(import.meta.dirname, '../../../example-plugins', name, 'build', `${name}.wasm`);
const inline = { isolation: 'inline' } as const;

describe('createAssertion()', () => {
  it('scores with the variable "expected", and passes from the threshold on', async () => {
    const exact = createAssertion({ plugin: built('exact-match'), ...inline });
    expect(await exact('Paris', { vars: { expected: 'Paris' } })).toMatchObject({
      pass: true,
      score: 1,
    });
    const failed = await exact('Rome', { vars: { expected: 'Paris' } });
    expect(failed).toMatchObject({ pass: false, score: 0 });
  });

  it('takes variables, settings and thresholds', async () => {
    const token = createAssertion({
      plugin: built('token-f1'),
      expected: 'answer',
      threshold: 0.5,
      settings: { normalize: true },
      ...inline,
    });
    expect(await token('the big cat', { vars: { answer: 'a cat' } })).toMatchObject({
      pass: true,
      score: expect.closeTo(2 / 3, 6),
      namedScores: { precision: 0.5, recall: 1 },
    });
  });

  it('throws where the variable is missing, and where the plugin fails', async () => {
    const exact = createAssertion({ plugin: built('exact-match'), expected: 'answer', ...inline });
    await expect(exact('Paris', { vars: {} })).rejects.toThrow('no variable "answer"');
    const bare = createAssertion({ plugin: built('exact-match'), ...inline });
    await expect(bare('Paris', {})).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });

  it.each([
    { options: {}, path: 'plugin' },
    { options: { plugin: 'x', threshold: 2 }, path: 'threshold' },
    { options: { plugin: 'x', isolation: 'none' }, path: 'isolation' },
  ])('refuses $options', ({ options, path }) => {
    expect(() => createAssertion(options as never)).toThrow(expect.objectContaining({ path }));
  });

  it('says that there is no such plugin', async () => {
    const none = createAssertion({ plugin: 'no-such-plugin', pluginsDir: '/nowhere' });
    await expect(none('x', {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('the module that reads its configuration', () => {
  it('takes the evaluator from the assertion', async () => {
    const config = { plugin: built('exact-match'), expected: 'a', ...inline };
    expect(await assertion('1', { vars: { a: '1' }, config })).toMatchObject({ pass: true });
    await expect(assertion('1', {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('TestbenchProvider', () => {
  it('answers, with usage and an id', async () => {
    const config = { plugin: built('echo'), model: 'any', ...inline };
    const provider = new TestbenchProvider({ config });
    expect(provider.id()).toBe(`testbench:${config.plugin}:any`);
    expect(await provider.callApi('Hello there')).toEqual({
      output: 'Hello there',
      finishReason: 'stop',
      tokenUsage: { prompt: 2, completion: 2, total: 4 },
    });
    const messages = JSON.stringify([{ role: 'user', content: 'Hi' }]);
    expect(await provider.callApi(messages)).toMatchObject({ output: 'Hi' });
    expect(await provider.callApi('[not json')).toMatchObject({ output: '[not json' });
  });

  it('gives an error for a failed call', async () => {
    const config = { plugin: '/nowhere/none.wasm', model: 'any' };
    const { error } = await new TestbenchProvider({ id: 'mine', config }).callApi('x');
    expect(error).toMatch(/^LOAD_NOT_FOUND: /);
  });
});
