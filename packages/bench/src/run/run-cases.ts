import type { ResolvedBenchmarkConfig, ResolvedModelConfig } from '../config/benchmark-config.js';
import type { Prompt } from '../prompts/prompt.js';
import type { CaseName } from '../results/result-row.js';
import type { SystemName } from '../results/score-board.js';
import type { Pipeline, ProviderStage } from './load-pipeline.js';

/** One call of a provider for a record. */
export interface RunCase {
  readonly prompt: Prompt;
  readonly provider: ProviderStage;
  readonly model: ResolvedModelConfig;
  /** From 1. */
  readonly epoch: number;
}

/** The cases of each record, in the order of its rows: prompt by prompt, provider by provider, model by model, epoch by epoch. */
export function runCases(pipeline: Pipeline, epochs: number): RunCase[] {
  const cases: RunCase[] = [];
  for (const prompt of pipeline.prompts) {
    for (const provider of pipeline.providers) {
      for (const model of provider.config.models) {
        for (let epoch = 1; epoch <= epochs; epoch += 1) {
          cases.push({ prompt, provider, model, epoch });
        }
      }
    }
  }
  return cases;
}

/** The lines of the table, in the order of rows. */
export function systemNames(
  config: Pick<ResolvedBenchmarkConfig, 'prompts' | 'providers'>,
): SystemName[] {
  return config.prompts.flatMap(({ name: prompt }) =>
    config.providers.flatMap(({ name: provider, models }) =>
      models.map(({ name: model }) => ({ prompt, provider, model })),
    ),
  );
}

/** Identifies a case within a record. */
export function caseKey({ prompt, provider, model, epoch }: Omit<CaseName, 'index'>): string {
  return JSON.stringify([prompt, provider, model, epoch]);
}
