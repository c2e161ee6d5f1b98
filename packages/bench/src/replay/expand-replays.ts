import { ConfigError } from '@testbench/types/errors';

import type {
  ResolvedBenchmarkConfig,
  ResolvedModelConfig,
  ResolvedProviderConfig,
} from '../config/benchmark-config.js';
import { ALL_PROVIDERS, rejectTwice } from '../config/parse-benchmark-config.js';
import type { PlannedProvider } from '../plan/plan.js';
import { readRun } from '../results/read-run.js';

/**
 * Expands providers that replay a run: one without a name becomes all providers of the run, and one without models gets all of their models. Expanding
 * the result again changes nothing.
 *
 * @throws {ConfigError} The run has no such provider or model, or a name occurs twice.
 * @throws {BenchError} The run cannot be read.
 */
export async function expandReplays(
  config: ResolvedBenchmarkConfig,
): Promise<ResolvedBenchmarkConfig> {
  if (config.providers.every(({ from }) => from === undefined)) return config;
  const providers: ResolvedProviderConfig[] = [];
  for (const [index, use] of config.providers.entries()) {
    if (use.from === undefined) providers.push(use);
    else {
      const { plan } = await readRun(use.from);
      providers.push(...expand(use, plan.providers, `providers[${index}]`));
    }
  }
  rejectTwice('providers', providers);
  return { ...config, providers };
}

function expand(
  use: ResolvedProviderConfig,
  planned: readonly PlannedProvider[],
  path: string,
): ResolvedProviderConfig[] {
  if (use.name !== ALL_PROVIDERS) {
    const source = sourceOf(use, planned, path);
    return [{ ...use, models: modelsOf(use, source, `${path}.models`) }];
  }
  const providers: ResolvedProviderConfig[] = [];
  for (const source of planned.filter(hasAnswers)) {
    providers.push({ ...use, name: source.as, models: modelsOf(use, source, `${path}.models`) });
  }
  return providers;
}

/** False for a provider that evaluators have asked: the run has no answers of its own from it. */
function hasAnswers({ asked }: PlannedProvider): boolean {
  return asked !== true;
}

/** The provider of the run whose answers are replayed: the one of the same name, or else the only one. */
export function sourceOf(
  { name }: Pick<ResolvedProviderConfig, 'name'>,
  stored: readonly PlannedProvider[],
  path: string,
): PlannedProvider {
  const tested = stored.filter(hasAnswers);
  const named = tested.find(({ as }) => as === name);
  const source = named ?? (tested.length === 1 ? tested[0] : undefined);
  if (source !== undefined) return source;
  const names = tested.map(({ as }) => as).join(', ');
  throw new ConfigError(
    'CONFIG_INVALID',
    `${path}.name`,
    `Cannot replay "${path}": the run has no provider ${JSON.stringify(name)}; it has: ${names}`,
  );
}

function modelsOf(
  { models }: ResolvedProviderConfig,
  source: PlannedProvider,
  path: string,
): readonly ResolvedModelConfig[] {
  const names = source.models.map(({ name }) => name);
  if (models.length === 0) return names.map((name) => ({ name, parameters: {} }));
  for (const { name } of models) {
    if (names.includes(name)) continue;
    throw new ConfigError(
      'CONFIG_INVALID',
      path,
      `Cannot replay "${path}": the run has no model ${JSON.stringify(name)}; it has: ${names.join(', ')}`,
    );
  }
  return models;
}
