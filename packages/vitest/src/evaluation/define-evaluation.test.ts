import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { defineEvaluation } from './define-evaluation.js';
import type { EvaluateOptions, EvaluationRecord } from './evaluation-options.js';
import { checkRecords, readEvaluateOptions, readRecords } from './read-records.js';
import type { EvaluationSummary, TestRunner, UpdateMode } from './test-runner.js';

const folder = mkdtempSync(join(tmpdir(), 'testbench-evaluation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CAPITALS: readonly EvaluationRecord[] = [
  { id: 'fr', input: 'France?', expected: 'Paris', output: 'Paris' },
  { id: 'es', input: 'Spain?', expected: 'Madrid', output: 'Toledo' },
];
/** In the shape of autoevals. */
const first = ({ output, expected }: { output: string; expected?: string }) => ({
  name: 'first',
  score: output[0] === expected?.[0] ? 1 : 0,
});

interface Ran {
  /** By name of the test: `ok`, or the error. */
  readonly outcomes: Readonly<Record<string, unknown>>;
  readonly summary: EvaluationSummary | undefined;
}

/** Runs a suite in a runner of this test's own, in the given order of tests. */
async function run(
  options: Partial<EvaluateOptions>,
  {
    records = CAPITALS,
    mode = 'none',
    order = (names: string[]) => names,
  }: {
    records?: readonly EvaluationRecord[];
    mode?: UpdateMode;
    order?: (names: string[]) => string[];
  } = {},
): Promise<Ran> {
  const tests = new Map<string, Parameters<TestRunner['test']>[2]>();
  const after: (() => Promise<void>)[] = [];
  const runner: TestRunner = {
    specificationVersion: 'v1',
    suite: (_name, body) => body(),
    test: (name, _timeoutMs, body) => void tests.set(name, body),
    afterAll: (body) => void after.push(body),
    updateMode: () => mode,
  };
  defineEvaluation(runner, records, readEvaluateOptions({ evaluators: [first], ...options }));
  const outcomes: Record<string, unknown> = {};
  let summary: EvaluationSummary | undefined;
  for (const name of order([...tests.keys()])) {
    outcomes[name] = await tests.get(name)!({
      note: () => {},
      summarise: (one) => void (summary = one),
    }).then(
      () => 'ok',
      (error: unknown) => error,
    );
  }
  for (const body of after) await body();
  return { outcomes, summary };
}

describe('defineEvaluation()', () => {
  it('makes a test for each record and one for the means, with plugins and functions', async () => {
    const evaluators = ['exact-match', { plugin: 'token-f1', name: 'f1' }, first];
    const { outcomes, summary } = await run({ evaluators, threshold: { 'exact-match': 0.5 } });
    expect(outcomes).toEqual({
      'fr: France?': 'ok',
      'es: Spain?': 'ok',
      'reaches its thresholds': 'ok',
    });
    expect(summary).toEqual({
      name: 'evaluation',
      records: 2,
      evaluators: [
        { name: 'exact-match', mean: 0.5, scored: 2, threshold: 0.5 },
        { name: 'f1', mean: 0.5, scored: 2 },
        { name: 'first', mean: 0.5, scored: 2 },
      ],
    });
  });

  it('shows in a table what was below a threshold, lowest first', async () => {
    const { outcomes } = await run({ threshold: 0.75, recordThreshold: { first: 0.1 } });
    expect(outcomes['fr: France?']).toBe('ok');
    expect(outcomes['es: Spain?']).toMatchObject({
      code: 'EVALUATION_BELOW_THRESHOLD',
      message: expect.stringContaining(
        'Cannot accept record "es": first is 0.000, threshold is 0.100',
      ),
    });
    expect(outcomes['reaches its thresholds']).toMatchObject({
      code: 'EVALUATION_BELOW_THRESHOLD',
      message: [
        'Cannot accept "first": the mean is 0.500, threshold is 0.750',
        '',
        '  record  first  output  expected',
        '  es      0.000  Toledo  Madrid',
      ].join('\n'),
    });
  });

  it('points at the line that asked for it', async () => {
    const { outcomes } = await run({ threshold: 1 });
    const { stack } = outcomes['reaches its thresholds'] as Error;
    expect(stack).toMatch(/^EvaluationError: .*define-evaluation\.test\.ts/s);
    expect(stack).not.toMatch(/define-evaluation\.ts/);
  });

  it('counts all records, even if only its means are tested, and answers each once', async () => {
    let asked = 0;
    const task = (input: unknown): string => {
      asked += 1;
      return input === 'France?' ? 'Paris' : 'Madrid';
    };
    const only = await run({ task, threshold: 1 }, { order: (names) => names.toReversed() });
    expect(Object.values(only.outcomes)).toEqual(['ok', 'ok', 'ok']);
    expect(asked).toBe(2);
  });

  it('answers no more records at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const task = async (): Promise<string> => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
      return 'x';
    };
    const records = Array.from({ length: 20 }, (_, id) => ({ id, expected: 'x' }));
    const { summary } = await run(
      { task, concurrency: 3 },
      { records, order: (names) => names.slice(-1) },
    );
    expect(summary?.evaluators[0]).toMatchObject({ mean: 1, scored: 20 });
    expect(most).toBe(3);
  });

  it.each([
    ['no answer', {}, [{ input: 1 }], 'EVALUATION_NO_ANSWER'],
    ['no score', { evaluators: [() => ({ name: 'a', score: 2 })] }, CAPITALS, 'EVALUATION_FAILED'],
    [
      'an evaluator that throws',
      { evaluators: [() => Promise.reject(new Error('no'))] },
      CAPITALS,
      'EVALUATION_FAILED',
    ],
    ['a plugin of another type', { evaluators: ['replay'] }, CAPITALS, 'CONFIG_INVALID'],
    ['no such plugin', { evaluators: ['exact-mach'] }, CAPITALS, 'CONFIG_INVALID'],
    ['two of one name', { evaluators: [first, first] }, CAPITALS, 'CONFIG_INVALID'],
  ])('fails the test of a record with %s', async (_, options, records, code) => {
    const { outcomes } = await run(options, { records });
    expect(Object.values(outcomes)[0]).toMatchObject({ code });
  });

  it('counts a score of null as none', async () => {
    const evaluators = [() => ({ name: 'n', score: null })];
    const { summary } = await run({ evaluators });
    expect(summary?.evaluators[0]).toMatchObject({ mean: null, scored: 0 });
  });
});

describe('a baseline', () => {
  const TEST = 'is not below its baseline';
  const better = CAPITALS.map((record) => Object.assign({}, record, { output: record.expected }));

  it('is written where there is none, and compared with from then on', async () => {
    const baseline = join(folder, 'new/a.json');
    expect((await run({ baseline })).outcomes[TEST]).toMatchObject({
      code: 'EVALUATION_BASELINE_UNUSABLE',
      message: expect.stringContaining('run the tests with -u'),
    });
    expect((await run({ baseline }, { mode: 'new' })).outcomes[TEST]).toBe('ok');
    expect(JSON.parse(readFileSync(baseline, 'utf8'))).toEqual({
      formatVersion: 1,
      means: { first: 0.5 },
      records: { fr: { first: 1 }, es: { first: 0 } },
    });
    const { outcomes, summary } = await run({ baseline }, { records: better });
    expect(outcomes[TEST]).toBe('ok');
    expect(summary?.evaluators[0]).toMatchObject({ mean: 1, baseline: 0.5 });
  });

  it('fails a lower mean, with the records that are worse', async () => {
    const baseline = join(folder, 'b.json');
    await run({ baseline }, { mode: 'all', records: better });
    expect((await run({ baseline })).outcomes[TEST]).toMatchObject({
      code: 'EVALUATION_BELOW_BASELINE',
      message: expect.stringMatching(
        /the mean is 0\.500, that of the baseline is 1\.000.*\n\n.*\n {2}es {6}0\.000/,
      ),
    });
    expect((await run({ baseline, tolerance: 0.5 })).outcomes[TEST]).toBe('ok');
    expect((await run({ baseline }, { mode: 'all' })).outcomes[TEST]).toBe('ok');
    expect((await run({ baseline })).outcomes[TEST]).toBe('ok');
  });

  it.each([
    ['is no JSON', '{'],
    ['is of another version', '{"formatVersion":2,"means":{},"records":{}}'],
    ['has a score beyond 1', '{"formatVersion":1,"means":{"first":2},"records":{}}'],
    [
      'is of other records',
      '{"formatVersion":1,"means":{"first":0.5},"records":{"de":{"first":1}}}',
    ],
    [
      'is of other evaluators',
      '{"formatVersion":1,"means":{"last":0.5},"records":{"fr":{},"es":{}}}',
    ],
  ])('that %s is not used', async (_, text) => {
    const baseline = join(folder, 'c.json');
    writeFileSync(baseline, text);
    const { outcomes } = await run({ baseline });
    expect(outcomes[TEST]).toMatchObject({ code: 'EVALUATION_BASELINE_UNUSABLE' });
    expect(outcomes['reaches its thresholds']).toBe('ok');
  });
});

describe('readRecords()', () => {
  it('reads a file as a benchmark does', async () => {
    const path = join(folder, 'data.jsonl');
    writeFileSync(path, '{"input":"a","expected":"b","topic":"t"}\n');
    expect(await readRecords(path)).toEqual([{ id: '0', input: 'a', expected: 'b', topic: 't' }]);
  });

  it.each([
    ['nothing', [], 'EVALUATION_NO_ANSWER'],
    ['a text among the records', ['a'], 'CONFIG_INVALID'],
    ['two records of one id', [{ id: 1 }, { id: '1' }], 'CONFIG_INVALID'],
    ['an id that is a list', [{ id: [] }], 'CONFIG_INVALID'],
    ['more than a runner shows', Array.from({ length: 10_001 }, () => ({})), 'CONFIG_INVALID'],
  ])('refuses %s', (_, records, code) => {
    expect(() => checkRecords(records)).toThrow(expect.objectContaining({ code }));
  });
});
