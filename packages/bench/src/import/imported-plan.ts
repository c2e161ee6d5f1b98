import { API_VERSION } from '@testbench/types/abi';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import type { DatasetFacts } from '../dataset/dataset.js';
import { planDataset } from '../plan/make-plan.js';
import { PLAN_FORMAT_VERSION, type PlanContent } from '../plan/plan.js';
import { IMPORTED_PROMPT } from './imported-rows.js';
import type { ImportedRun } from './imported-run.js';
import type { MetricValues } from './metric-values.js';

/** Stands where a configuration names a plugin: nothing of an imported run can be called again. */
export const IMPORTED_PLUGIN = 'imported';

/** What the records of a run have in common. */
export interface RecordRoles {
  readonly isGrouped: boolean;
  readonly isConversation: boolean;
  readonly epochs: number;
}

/** Fields of a provider's input that the bench itself sets: a file must not claim them. */
const RESERVED = new Set(['model', 'prompt', 'messages', 'record', '__proto__']);

/** The configuration of an imported run, before it is checked. */
export function importedConfig(
  source: ImportedRun,
  scores: readonly string[],
  { isGrouped, isConversation, epochs }: RecordRoles,
  { path, outputDir }: { readonly path: string; readonly outputDir: string },
): unknown {
  const { description, provider, model, reducer = 'mean' } = source;
  const fields = {
    input: 'input',
    ...(isGrouped ? { group: 'group' } : {}),
    ...(isConversation ? { messages: 'messages' } : {}),
  };
  // A configuration has at least one evaluator; a plan may have none.
  const evaluators = scores.length === 0 ? [IMPORTED_PLUGIN] : scores;
  return {
    name: runNameOf(source.name),
    ...(description === undefined ? {} : { description: description.toWellFormed() }),
    dataset: { path, format: 'jsonl', fields },
    prompts: [{ name: IMPORTED_PROMPT }],
    providers: [
      {
        plugin: IMPORTED_PLUGIN,
        name: provider,
        models: [{ name: model, parameters: parametersOf(source.parameters) }],
      },
    ],
    evaluators: evaluators.map((name) => ({ plugin: IMPORTED_PLUGIN, name })),
    epochs: { count: epochs, reducer: neededEpochs(reducer) > epochs ? 'mean' : reducer },
    outputDir,
  };
}

/** The plan of an imported run; the digest of its files takes the place of a plugin's. */
export function importedPlan(
  { tool, digest }: ImportedRun,
  config: ResolvedBenchmarkConfig,
  facts: DatasetFacts,
  values: MetricValues,
  scores: readonly string[],
): PlanContent {
  const { name, version } = tool;
  const plugin = { name, version, digest, limits: {} };
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    contract: API_VERSION,
    name: config.name,
    dataset: planDataset(config, facts),
    prompts: [{ name: IMPORTED_PROMPT }],
    providers: config.providers.map((provider) => ({
      ...plugin,
      config: {},
      as: provider.name,
      models: provider.models.map((model) => ({ name: model.name, parameters: model.parameters })),
    })),
    transforms: [],
    evaluators: scores.map((as) => ({
      ...plugin,
      name: as,
      config: { range: { ...values.rangeOf(as) } },
      as,
      fields: {},
      weight: 1,
    })),
    filters: [],
    epochs: config.epochs,
    seed: config.seed,
    onError: config.onError,
  };
}

/** A name that a folder may have. */
function runNameOf(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return safe.slice(0, 128) || IMPORTED_PLUGIN;
}

/** Only what a plan can hold: no field of the bench, no number that is not finite, no structure. */
function parametersOf(given: ImportedRun['parameters'] = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (RESERVED.has(name) || !name.isWellFormed()) return [];
      if (typeof value === 'string') return [[name, value.toWellFormed()]];
      return typeof value === 'boolean' || Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

/** Epochs that a reducer needs, such as 4 for `pass@4`. */
function neededEpochs(reducer: string): number {
  return Number(/[1-9][0-9]*$/.exec(reducer)?.[0] ?? 1);
}
