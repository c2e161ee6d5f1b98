import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createEveryEvalEverReporter } from './every-eval-ever-reporter.js';
import { createEveryEvalEverInstancesReporter } from './instances-reporter.js';

const root = join(import.meta.dirname, '../../../..');
const schemas = join(process.env['TESTBENCH_SHARED'] ?? join(root, '../shared'), 'schemas');
const parseLines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function validatorOf(name: string) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile(JSON.parse(readFileSync(join(schemas, name), 'utf8')) as object);
}

const run = () =>
  generateRun({
    records: 30,
    epochs: 2,
    change: (row) =>
      row.index % 3 === 0
        ? {
            ...row,
            messages: [
              { role: 'system', content: 's' },
              { role: 'user', content: [1] },
            ],
            expected: ['a', 2],
          }
        : row,
  });

describe('the reporters of Every Eval Ever', () => {
  it('write a line for each model, and for each score', async () => {
    const [large, ...others] = parseLines(await renderReport(createEveryEvalEverReporter, run()));
    expect(others).toHaveLength(1);
    expect(large).toMatchObject({ schema_version: '0.3.0', model_info: { name: 'abacus-large' } });
    const results = large!['evaluation_results'] as {
      evaluation_result_id: string;
      score_details: object;
    }[];
    expect(results).toHaveLength(4);
    expect(results[0]!.score_details).toMatchObject({
      score: expect.any(Number),
      uncertainty: { num_samples: 30 },
    });
    const instances = parseLines(await renderReport(createEveryEvalEverInstancesReporter, run()));
    const ids = new Set(results.map((result) => result.evaluation_result_id));
    const ofLarge = instances.filter((instance) => instance['model_id'] === 'abacus-large');
    expect(ofLarge.every((instance) => ids.has(instance['evaluation_result_id'] as string))).toBe(
      true,
    );
  });

  it.skipIf(!existsSync(schemas))(
    'write what the public schemas take (skipped without the schemas next to the repository)',
    async () => {
      const validate = validatorOf('every-eval-ever.eval.schema.json');
      for (const line of parseLines(await renderReport(createEveryEvalEverReporter, run()))) {
        validate(line);
        expect(validate.errors).toBeNull();
      }
      const validateInstance = validatorOf('every-eval-ever.instance.schema.json');
      const instances = parseLines(await renderReport(createEveryEvalEverInstancesReporter, run()));
      expect(new Set(instances.map((instance) => instance['interaction_type']))).toEqual(
        new Set(['single_turn', 'multi_turn']),
      );
      for (const line of instances) {
        validateInstance(line);
        expect(validateInstance.errors).toBeNull();
      }
    },
  );
});
