import { basename, extname, join } from 'node:path';

import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import type {
  BenchmarkConfig,
  ConversationConfig,
  EvaluatorConfig,
  FilterConfig,
  PluginConfig,
  ProviderConfig,
  ResolvedBenchmarkConfig,
  ResolvedPromptConfig,
  ResolvedProviderConfig,
  ToolConfig,
  UserConfig,
} from './benchmark-config.js';
import { BENCHMARK } from './benchmark-type.js';
import { checkValues } from './check-values.js';
import type { ResolvedDatasetConfig } from './dataset-config.js';
import { DEFAULT_MAX_TURNS } from './limits.js';
import { defaultName } from './plugin-name.js';
import { refuse } from './stage-types.js';
import { withoutUndefined } from './without-undefined.js';

/**
 * Checks a benchmark's configuration, expands its shorthands and fills in defaults.
 *
 * Nothing is read from disk: whether a file exists is only known when the benchmark runs. The result is a configuration too, and is
 * unchanged when it is parsed again.
 *
 * @param value A parsed JSON or YAML document, or a {@link BenchmarkConfig} made in code.
 * @param baseDirectory Where relative paths start. @default the working directory
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
 *
 * @example
 * ```ts
 * import { parseBenchmarkConfig } from '@testbench/bench';
 *
 * const config = parseBenchmarkConfig(
 *   {
 *     name: 'sums',
 *     dataset: { path: 'sums.csv' },
 *     provider: { plugin: 'replay', models: ['a'] },
 *     evaluators: [{ plugin: 'plugins/mine.wasm' }],
 *   },
 *   '/data',
 * );
 * config.dataset.path; // => '/data/sums.csv'
 * config.providers[0]?.models; // => [{ name: 'a', parameters: {} }]
 * config.evaluators[0]?.plugin; // => '/data/plugins/mine.wasm'
 * config.evaluators[0]?.name; // => 'mine'
 * ```
 */
export function parseBenchmarkConfig(
  value: unknown,
  baseDirectory: string = process.cwd(),
): ResolvedBenchmarkConfig {
  checkValues(value);
  return resolveConfig(BENCHMARK.read(new ConfigNode(value), { baseDirectory }));
}

/** A configuration in which every use of a plugin has its reference. */
type ReadConfig = Omit<
  BenchmarkConfig,
  | 'provider'
  | 'providers'
  | 'transforms'
  | 'evaluators'
  | 'filter'
  | 'filters'
  | 'tools'
  | 'conversation'
> & {
  readonly provider?: ProviderConfig;
  readonly providers?: readonly ProviderConfig[];
  readonly transforms?: readonly PluginConfig[];
  readonly evaluators: readonly EvaluatorConfig[];
  readonly filter?: FilterConfig;
  readonly filters?: readonly FilterConfig[];
  readonly tools?: readonly ToolConfig[];
  readonly conversation?: Omit<ConversationConfig, 'user'> & { readonly user?: UserConfig };
};

/** Expands the shorthands of a configuration that has been read, and fills in defaults. */
export function resolveConfig(read: BenchmarkConfig): ResolvedBenchmarkConfig {
  // Its type reads scripts as references to plugins.
  const { provider, filter, $schema: _, ...config } = read as ReadConfig;
  const evaluators = config.evaluators.map((evaluator) => ({
    ...evaluator,
    name: evaluator.name ?? defaultName(evaluator.plugin),
    weight: evaluator.weight ?? 1,
  }));
  rejectTwice('evaluators', evaluators);
  const { tools = [] } = config;
  rejectTwice('tools', tools);
  const { outputDir } = config;
  const cacheDir =
    config.cacheDir ?? (outputDir === undefined ? undefined : join(outputDir, '.cache'));
  return withoutUndefined({
    ...config,
    // Its type already reads it in the form that it has after checks.
    dataset: config.dataset as ResolvedDatasetConfig,
    prompts: resolvePrompts(config.prompts),
    providers:
      provider === undefined
        ? resolveProviders(config.providers ?? [], (index) => `providers[${index}]`)
        : resolveProviders([provider], () => 'provider'),
    transforms: config.transforms ?? [],
    evaluators,
    filters: filter === undefined ? (config.filters ?? []) : [filter],
    tools: tools.length === 0 ? undefined : tools,
    conversation: resolveConversation(config.conversation),
    epochs: resolveEpochs(config.epochs),
    seed: config.seed ?? 0,
    limits: config.limits ?? {},
    isolation: config.isolation ?? ('thread' as const),
    failFast: config.failFast ?? false,
    budgets: config.budgets ?? {},
    cache: config.cache ?? ('use' as const),
    cacheDir,
    onError: config.onError ?? ('missing' as const),
    maxErrors: config.maxErrors ?? 0,
    reporters: config.reporters?.map((given) =>
      typeof given === 'string' ? { format: given } : given,
    ),
  });
}

function resolveConversation(
  given: ReadConfig['conversation'],
): ResolvedBenchmarkConfig['conversation'] {
  if (given === undefined) return undefined;
  const { maxTurns = DEFAULT_MAX_TURNS, stop, user } = given;
  return withoutUndefined({
    maxTurns,
    stop: listed(stop),
    user: user && { ...user, stop: listed(user.stop), parameters: user.parameters ?? {} },
  });
}

function listed(texts: string | readonly string[] = []): readonly string[] {
  return typeof texts === 'string' ? [texts] : texts;
}

function resolvePrompts(prompts: BenchmarkConfig['prompts']): readonly ResolvedPromptConfig[] {
  if (prompts === undefined) return [{ name: 'default' }];
  const resolved = prompts.map((given, index) => {
    const prompt = typeof given === 'string' ? { template: given } : given;
    const { file } = prompt;
    const fallback = file === undefined ? `prompt-${index + 1}` : basename(file, extname(file));
    return { ...prompt, name: prompt.name ?? fallback };
  });
  rejectTwice('prompts', resolved);
  return resolved;
}

function resolveProviders(
  providers: readonly ProviderConfig[],
  pathOf: (index: number) => string,
): readonly ResolvedProviderConfig[] {
  const resolved = providers.map((provider, index) => resolveProvider(provider, pathOf(index)));
  if (resolved.length > 0 && resolved.every(({ asked }) => asked === true)) {
    const path = pathOf(0);
    const state = 'no provider is tested, each has "asked: true"';
    throw new ConfigError('CONFIG_INVALID', path, `Cannot read "${path}": ${state}`);
  }
  // How many it stands for is known when the run is read.
  if (resolved.every(({ name }) => name !== ALL_PROVIDERS)) rejectTwice('providers', resolved);
  return resolved;
}

/** Passes parameters and prices on to the models. */
function resolveProvider(
  { parameters, prices, ...provider }: ProviderConfig,
  path: string,
): ResolvedProviderConfig {
  const models = (provider.models ?? []).map((given) => {
    const model = typeof given === 'string' ? { name: given } : given;
    const price =
      model.price ?? (Object.hasOwn(prices ?? {}, model.name) ? prices![model.name] : undefined);
    return withoutUndefined({
      ...model,
      parameters: { ...parameters, ...model.parameters },
      price,
    });
  });
  rejectTwice(`${path}.models`, models, '');
  const names = models.map(({ name }) => name);
  const isAsked = provider.asked === true;
  for (const name of Object.keys(prices ?? {})) {
    // Evaluators say which models they ask.
    if (isAsked || names.includes(name)) continue;
    const node = new ConfigNode(prices, `${path}.prices`);
    refuse(node, `there is no model ${JSON.stringify(name)}; the models: ${names.join(', ')}`);
  }
  return {
    ...provider,
    name:
      provider.name ?? (provider.from === undefined ? defaultName(provider.plugin) : ALL_PROVIDERS),
    models,
    ...(isAsked && prices !== undefined ? { prices } : {}),
    calls: provider.calls ?? {},
  };
}

function resolveEpochs(epochs: BenchmarkConfig['epochs']): ResolvedBenchmarkConfig['epochs'] {
  const { count, reducer = 'mean' } = typeof epochs === 'object' ? epochs : { count: epochs ?? 1 };
  return { count, reducer };
}

/** Name of a provider that stands for all providers of a replayed run. */
export const ALL_PROVIDERS = '*';

/** Names are columns of the results, or identify a case. */
export function rejectTwice(
  path: string,
  named: readonly { readonly name: string }[],
  key = '.name',
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of named.entries()) {
    if (seen.has(name)) {
      const place = `${path}[${index}]${key}`;
      throw new ConfigError(
        'CONFIG_INVALID',
        place,
        `Cannot read "${place}": the name ${JSON.stringify(name)} is used twice`,
      );
    }
    seen.add(name);
  }
}
