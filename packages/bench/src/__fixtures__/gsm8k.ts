import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ScoredRun } from '../summary/score-table.js';
import { scoredRun } from './scored-run.js';

const shared =
  process.env['TESTBENCH_SHARED'] ??
  fileURLToPath(new URL('../../../../../shared', import.meta.url));
const solutions = join(shared, 'data', 'gsm8k_model_solutions.jsonl');
const comparisons = join(shared, 'data', 'gsm8k_comparisons.json');

/** Whether the data is next to the repository. */
export const hasGsm8k = existsSync(solutions) && existsSync(comparisons);

export const GSM8K_MODELS = [
  '6b_finetuning',
  '6b_verification',
  '175b_finetuning',
  '175b_verification',
] as const;

/** Whether each model answered each question correctly, as published with the data (openai/grade-school-math 3101c7d). */
export function gsm8kLabels(): readonly Readonly<Record<string, boolean>>[] {
  return readFileSync(solutions, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const record = JSON.parse(line) as Record<string, { readonly is_correct: boolean }>;
      return Object.fromEntries(GSM8K_MODELS.map((model) => [model, record[model]!.is_correct]));
    });
}

/** The labels as a run of four models. */
export function gsm8kRun(): ScoredRun {
  return scoredRun({
    run: 'gsm8k',
    models: GSM8K_MODELS,
    rows: gsm8kLabels().flatMap((labels, index) =>
      GSM8K_MODELS.map((model) => ({ index, model, scores: { exact: Number(labels[model]) } })),
    ),
  });
}

/** One pair of `gsm8k_comparisons.json`. */
export interface Gsm8kPair {
  readonly a: string;
  readonly b: string;
  readonly n: number;
  readonly only_a: number;
  readonly only_b: number;
  readonly both: number;
  readonly neither: number;
  readonly difference: number;
  readonly se: number;
  readonly ci_low: number;
  readonly ci_high: number;
  readonly p_mcnemar_exact: number;
  readonly p_mcnemar_mid: number;
  readonly t: number;
  readonly p_t: number;
}

/** Every pair, as computed by scipy and statsmodels. */
export function gsm8kPairs(): readonly Gsm8kPair[] {
  return (JSON.parse(readFileSync(comparisons, 'utf8')) as { readonly pairs: Gsm8kPair[] }).pairs;
}
