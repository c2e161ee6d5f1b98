import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { readRows, sharedFile } from './shared-data.js';

const path = sharedFile('data/gsm8k_model_solutions.jsonl');

describe.skipIf(path === undefined)('GSM8K answers of four real models (needs ../shared)', () => {
  it.each([
    ['6b_finetuning', 286],
    ['6b_verification', 515],
    ['175b_finetuning', 458],
    ['175b_verification', 742],
  ])(
    '%s: replay and numeric-match find %i right, and agree with every label',
    async (model, count) => {
      await using replay = await openPlugin('replay', { field: '{model}.solution' });
      await using match = await openPlugin('numeric-match');
      let right = 0;
      for (const record of readRows(path!)) {
        const { data } = await replay.call<{ text: string }>({
          model,
          prompt: record['question'],
          record,
        });
        const { data: evaluation } = await match.call<{ score: number }>({
          output: data.text,
          expected: record['ground_truth'],
        });
        expect(evaluation.score === 1).toBe(record[model].is_correct);
        right += evaluation.score;
      }
      expect(right).toBe(count);
    },
  );
});
