import { ConfigError } from '@testbench/types/errors';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { isObject } from '../is-object.js';

type Settings = Readonly<Record<string, unknown>>;
/** An evaluator and its place in the configuration. */
interface JudgeUse {
  readonly path: string;
  readonly config: { readonly allowSelfJudging?: boolean };
  readonly stage: { readonly waits: boolean; readonly config: Settings };
}

/** Suffixes of model names that mark the newest version, or the version of a date. */
const SNAPSHOT = /[-@](?:latest|\d{8}|\d{4}-\d{2}-\d{2})$/;

/** Models that an evaluator asks, by its settings `model` and `panel`, and the place where each is named. */
export function judgeModels(settings: Settings): readonly { name: string; path: string }[] {
  const { model, panel } = settings;
  const found = typeof model === 'string' && model !== '' ? [{ name: model, path: 'model' }] : [];
  if (!Array.isArray(panel)) return found;
  for (const [index, judge] of panel.entries()) {
    const name: unknown = isObject(judge) ? judge['model'] : judge;
    if (typeof name === 'string') found.push({ name, path: `panel[${index}]` });
  }
  return found;
}

/**
 * True if two names mean the same model: case, a vendor prefix (`openai/gpt-4o`) and a date suffix (`gpt-4o-2024-08-06`) do not
 * matter, and neither does the server, because a copy of the tested model is the tested model.
 */
export function isSameModel(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .slice(name.lastIndexOf('/') + 1)
    .replace(SNAPSHOT, '');
}

/**
 * Refuses judges that are also tested: models favour their own answers.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, unless the evaluator has `allowSelfJudging`.
 */
export function rejectSelfJudging(
  { providers }: Pick<ResolvedBenchmarkConfig, 'providers'>,
  evaluators: readonly JudgeUse[],
): void {
  for (const { path, config, stage } of evaluators) {
    if (!stage.waits || config.allowSelfJudging === true) continue;
    for (const { name, path: place } of judgeModels(stage.config)) {
      const tested = testedAs(providers, name);
      if (tested === undefined) continue;
      const key = `${path}.config.${place}`;
      throw new ConfigError(
        'CONFIG_INVALID',
        key,
        `Cannot use "${key}": the judge ${JSON.stringify(name)} would judge itself, it is tested as ${JSON.stringify(tested)}; use another one, or set "${path}.allowSelfJudging: true", which the results will state`,
      );
    }
  }
}

/** Evaluators with judges that are also tested. */
export function selfJudgedEvaluators({
  providers,
  evaluators,
}: Pick<ResolvedBenchmarkConfig, 'providers' | 'evaluators'>): readonly string[] {
  return evaluators
    .filter(
      ({ allowSelfJudging, config = {} }) =>
        allowSelfJudging === true &&
        judgeModels(config).some(({ name }) => testedAs(providers, name) !== undefined),
    )
    .map(({ name }) => name);
}

function testedAs(providers: ResolvedBenchmarkConfig['providers'], judge: string) {
  for (const { models } of providers) {
    const found = models.find(({ name }) => isSameModel(name, judge));
    if (found !== undefined) return found.name;
  }
  return undefined;
}
