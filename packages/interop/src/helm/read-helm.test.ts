import { describe, expect, it } from 'vitest';

import { importFiles, type ImportedText } from '../__fixtures__/import-text.js';

type Json = Readonly<Record<string, unknown>>;

const SPEC = {
  name: 'mmlu:subject=history,model=openai_small',
  adapter_spec: { method: 'generation', model: 'openai/small', temperature: 0, instructions: 'x' },
};

function state(change: Json = {}, instance: Json = {}): Json {
  return {
    instance: {
      input: { text: 'Who?' },
      references: [
        { output: { text: 'Ada' }, tags: ['correct'] },
        { output: { text: 'Bob' }, tags: [] },
      ],
      split: 'test',
      id: 'id1',
      ...instance,
    },
    train_trial_index: 0,
    request: { prompt: 'Q: Who?\nA:' },
    result: {
      success: true,
      completions: [{ text: ' Ada', logprob: -1, finish_reason: { reason: 'stop' } }],
      request_time: 0.5,
      request_datetime: 1_700_000_000,
    },
    ...change,
  };
}

const stat = (name: string, mean: number, about: Json = {}): Json => ({
  name: { name, split: 'test', ...about },
  count: 1,
  sum: mean,
  mean,
});

const stats = (values: Readonly<Record<string, number>>, about: Json = {}): Json => ({
  instance_id: 'id1',
  train_trial_index: 0,
  stats: Object.entries(values).map(([name, mean]) => stat(name, mean)),
  ...about,
});

async function importRun(
  states: readonly Json[],
  instances: readonly Json[],
  totals?: readonly Json[],
): Promise<ImportedText> {
  const [run] = await importFiles({
    'scenario_state.json': JSON.stringify({
      adapter_spec: SPEC.adapter_spec,
      request_states: states,
    }),
    'per_instance_stats.json': JSON.stringify(instances),
    'run_spec.json': JSON.stringify(SPEC),
    ...(totals === undefined ? {} : { 'stats.json': JSON.stringify(totals) }),
  });
  return run!;
}

describe('readHelm()', () => {
  it('reads instances, and leaves counts and times out of the scores', async () => {
    const values = { exact_match: 1, num_prompt_tokens: 12, num_completion_tokens: 1, logprob: -1 };
    const run = await importRun([state()], [stats(values)], [stat('exact_match', 1)]);
    expect(run).toMatchObject({ name: 'mmlu:subject-history', model: 'small' });
    expect(run.rows[0]).toMatchObject({
      id: 'id1',
      group: 'test',
      provider: 'openai',
      input: 'Q: Who?\nA:',
      output: ' Ada',
      expected: 'Ada',
      finishReason: 'stop',
      usage: { promptTokens: 12, completionTokens: 1 },
      scores: { exact_match: 1 },
      measured: { startedAt: '2023-11-14T22:13:20.000Z', totalMs: 500 },
    });
    expect(run.checks).toMatchObject([{ group: 'test', found: 1, agrees: true }]);
  });

  it('reads references that are texts, and scores without what the model said', async () => {
    const references = [
      { output: 'Ada', tags: ['correct'] },
      { output: 'Bob', tags: [] },
    ];
    const run = await importRun(
      [state({ result: null }, { references, input: 'Who?' })],
      [stats({ exact_match: 1 })],
    );
    expect(run.rows[0]).toMatchObject({ expected: 'Ada', scores: { exact_match: 1 }, output: '' });
    const unscored = await importRun([state({ result: null })], [stats({ num_prompt_tokens: 3 })]);
    expect(unscored.rows[0]!.failure!.message).toBe('the request was not made');
  });

  it('takes trials for epochs, and perturbations for records of their own', async () => {
    const perturbation = { name: 'typos', robustness: true, prob: 0.1 };
    const states = [
      state(),
      state({}, { perturbation }),
      state({ train_trial_index: 1 }),
      state({ train_trial_index: 1 }, { perturbation }),
    ];
    const other = { prob: 0.1, robustness: true, name: 'typos' };
    const instances = [
      stats({ exact_match: 1 }),
      stats({ exact_match: 0 }, { perturbation: other }),
      stats({ exact_match: 1 }, { train_trial_index: 1 }),
      stats({ exact_match: 1 }, { train_trial_index: 1, perturbation: other }),
    ];
    const totals = [
      stat('exact_match', 1),
      stat('exact_match', 0.5, { perturbation: { name: 'typos', computed_on: 'perturbed' } }),
      stat('exact_match', 0, { perturbation: { name: 'typos', computed_on: 'worst' } }),
    ];
    const run = await importRun(states, instances, totals);
    expect(run).toMatchObject({ records: 2, cases: 4 });
    expect(run.rows.map(({ id, epoch, group }) => [id, epoch, group])).toEqual([
      ['id1', 1, 'test'],
      ['id1', 2, 'test'],
      ['id1/typos', 1, 'test/typos'],
      ['id1/typos', 2, 'test/typos'],
    ]);
    expect(run.checks.map(({ group, agrees }) => [group, agrees])).toEqual([
      ['test', true],
      ['test/typos', true],
    ]);
  });

  it('chooses the most likely reference, where each was asked about', async () => {
    const about = (reference_index: number, request_mode: string, logprob: number): Json =>
      state({
        reference_index,
        request_mode,
        result: { success: true, completions: [{ text: '', logprob }] },
      });
    const states = [
      about(0, 'original', -5),
      about(0, 'calibration', -1),
      about(1, 'original', -6),
      about(1, 'calibration', -4),
    ];
    const run = await importRun(states, [stats({ exact_match: 0 })]);
    expect(run.rows).toMatchObject([{ output: 'Bob', expected: 'Ada' }]);
    const told = await importRun(states, [stats({ exact_match: 1, predicted_index: 0 })]);
    expect(told.rows).toMatchObject([{ output: 'Ada' }]);
  });

  it('reads failed requests, conversations and instances without stats', async () => {
    const messages = [{ role: 'user', content: 'Who?' }];
    const run = await importRun(
      [
        state({ result: { success: false, error: 'overloaded', completions: [] } }),
        state({ request: { messages, prompt: '' } }, { id: 'id2', references: [] }),
      ],
      [stats({ exact_match: 0 })],
    );
    expect(run.rows).toMatchObject([
      { failure: { message: 'overloaded' } },
      { messages, errors: { exact_match: {} } },
    ]);
    expect(run.notes).toEqual(['an instance has no stats (1 sample)']);
  });

  it.each([
    { file: 'per_instance_stats.json', text: '{}', says: 'expected a list' },
    { file: 'per_instance_stats.json', text: '[{"stats":[{}]}]', says: 'a name' },
    { file: 'scenario_state.json', text: '{"request_states":[{"instance":{}}]}', says: 'expected' },
    { file: 'scenario_state.json', text: '{"request_states":[', says: 'it is not JSON' },
  ])('refuses $file with $text', async ({ file, text, says }) => {
    const files = {
      'scenario_state.json': JSON.stringify({ request_states: [state()] }),
      'per_instance_stats.json': JSON.stringify([stats({ exact_match: 1 })]),
      [file]: text,
    };
    await expect(importFiles(files)).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      message: expect.stringContaining(says),
    });
  });
});
