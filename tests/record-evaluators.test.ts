import { join } from 'node:path';

import { type BenchmarkConfig, runPlan } from '@testbench/bench';
import type { ResultRow } from '@testbench/bench/results';
import { shippedPlugins } from '@testbench/plugins';
import { describe, expect, it } from 'vitest';

const pluginsDir = join(shippedPlugins()[0]!.path, '..');

async function runRecords(evaluators: readonly unknown[]): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  const config: BenchmarkConfig = {
    name: 'own',
    pluginsDir,
    dataset: {
      records: evaluators.map((own) => ({
        input: '2+2?',
        expected: '4',
        answers: { a: 'It is 4' },
        ...(own === undefined ? {} : { checks: own }),
      })),
      fields: { evaluators: 'checks' },
    },
    provider: { plugin: 'replay', models: ['a'] },
    evaluators: [{ plugin: 'token-f1', weight: 0 }],
  };
  await runPlan(config, { onRow: (row) => void rows.push(row) });
  return rows;
}

describe('evaluators of a record', () => {
  it('score it besides those of the configuration, and decide whether it passes', async () => {
    const rows = await runRecords([
      undefined,
      ['contains'],
      [{ plugin: 'exact-match', name: 'strict', threshold: 1 }, 'contains'],
      [{ plugin: 'exact-match@^0.1', threshold: 0 }],
    ]);
    const found = rows.map(({ scores, score, passed }) => [Object.keys(scores), score, passed]);
    expect(found).toEqual([
      [['token-f1'], undefined, undefined],
      [['token-f1', 'contains'], 1, undefined],
      [['token-f1', 'strict', 'contains'], 0.5, false],
      [['token-f1', 'exact-match'], 0, true],
    ]);
  });

  it.each([
    [['exact-mach'], 'has none of this name, did you mean "exact-match"?'],
    [['token-f1'], 'there is another evaluator "token-f1", give it a "name"'],
    [[{ plugin: 'contains', permissions: {} }], 'unknown key "permissions"'],
    [['llm-judge'], 'record 1: Cannot initialize plugin'],
    [
      [{ plugin: 'llm-judge', config: { rubric: 'Right is 5.', model: 'm' } }],
      'it uses the network, which only "evaluators" of the configuration may',
    ],
    ['contains', 'expected a list'],
    [['uppercase.wasm'], 'uppercase.wasm'],
  ])('end the run if they are wrong: %j', async (own, message) => {
    await expect(runRecords([own])).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
  });
});
