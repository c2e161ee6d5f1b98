import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { aggregateParts } from '../aggregate/aggregate-run.js';
import { ROW_CUTS } from '../aggregate/row-cuts.js';
import type { SetScore } from '../aggregate/set-scores.js';
import type {
  EvaluatorConfig,
  ResolvedBenchmarkConfig,
  Scripted,
} from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { BenchError } from '../errors.js';
import { isObject } from '../is-object.js';
import { finishPlan } from '../plan/make-plan.js';
import type { PlanContent } from '../plan/plan.js';
import { Prompt } from '../prompts/prompt.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { CaseRun, withAttachments } from './evaluate-record.js';
import type { ProviderStage } from './load-pipeline.js';
import { type PreparedRun, withPreparedRun } from './prepare-run.js';
import { readRunConfig } from './resume-run.js';
import { readFields } from './row-draft.js';
import { MAX_GROUP_SETS } from './set-tally.js';
import type { RunCase } from './run-cases.js';
import type { EvaluateRecord } from './run-loop.js';
import { RUN_OPTIONS, type RunOptions } from './run-options.js';
import { executeRun, type RunResult } from './run-plan.js';

/** How stored answers are scored. */
export interface ScoreRunConfig {
  /** As in a configuration; relative paths are resolved against the working directory. */
  readonly evaluators: readonly Scripted<EvaluatorConfig>[];
  /**
   * `append`: scores of the run stay, except those of evaluators with the same name. `replace`: only the new ones are kept.
   * @default 'append'
   */
  readonly mode?: 'append' | 'replace';
}

const SCORING: OptionReaders<ScoreRunConfig> = {
  evaluators: (node) => node.list().map(({ value }) => value as Scripted<EvaluatorConfig>),
  mode: (node) => node.oneOf(['append', 'replace']),
};

/**
 * Scores the answers of a run with other evaluators. No model is called, and no provider is loaded. The rows go to a new run next to
 * it, with the plan that would have produced them; the old run stays. If the new run already has these scores, nothing is done.
 *
 * @param folder Folder of a complete run.
 * @throws {BenchError} `BENCH_PLAN_CHANGED` if the data set has changed, if the run is not complete, or if it has filters, which
 *   remove texts; and the errors of `runPlan`.
 * @throws {ConfigError} An evaluator or an option is wrong.
 * @throws {LoadError} An evaluator does not load.
 */
export async function scoreRun(
  folder: string,
  scoring: ScoreRunConfig,
  given?: RunOptions,
): Promise<RunResult> {
  const options = readOptions<RunOptions>(given, RUN_OPTIONS);
  const { evaluators, mode = 'append' } = readOptions<ScoreRunConfig>(scoring, SCORING, '', [
    'evaluators',
  ]);
  const stored = await readRun(folder);
  checkScorable(stored);
  const before = await readRunConfig(stored);
  const config = parseBenchmarkConfig({ ...before, evaluators });
  const fresh = new Set(config.evaluators.map(({ name }) => name));
  const isKept = (name: string): boolean => mode === 'append' && !fresh.has(name);
  const keptSets = await keptSetsOf(stored, isKept, options);
  return await withPreparedRun(
    config,
    options,
    async (run) => {
      const merged = { ...mergeRun(run, stored, before, isKept), keptSets };
      // The run itself has these scores: rows being read must not be removed to be made again.
      const isItself = merged.plan.digest === stored.digest;
      const how = isItself ? { ...options, retryFailed: false } : options;
      return await executeRun(merged, how, scoreStored(stored));
    },
    { answers: false },
  );
}

function checkScorable({ path, plan, isComplete }: StoredRun): void {
  const state = isComplete
    ? plan.filters.length > 0 && 'its filters have taken texts away; run the configuration again'
    : 'it is not complete; resume it first';
  if (state === false) return;
  throw new BenchError(
    'BENCH_PLAN_CHANGED',
    `Cannot score run ${JSON.stringify(path)} again: ${state}`,
    { file: path },
  );
}

/** The run that would have had these scores: the answers as planned before, and the evaluators of both. */
function mergeRun(
  run: PreparedRun,
  { path, plan: before }: StoredRun,
  earlier: ResolvedBenchmarkConfig,
  isKept: (evaluator: string) => boolean,
): PreparedRun {
  const { digest, attachments } = run.plan.content.dataset;
  if (attachments?.digest !== before.dataset.attachments?.digest) {
    throw new BenchError(
      'BENCH_PLAN_CHANGED',
      `Cannot score run ${JSON.stringify(path)} again: the attachments of its records were changed, added or removed since`,
      { file: path },
    );
  }
  if (digest !== before.dataset.digest) {
    throw new BenchError(
      'BENCH_PLAN_CHANGED',
      `Cannot score run ${JSON.stringify(path)} again: its data set had the digest ${before.dataset.digest}, and has ${digest} now`,
      { file: path },
    );
  }
  const isPlanned = new Set(before.evaluators.map(({ as }) => as));
  const content: PlanContent = {
    ...before,
    evaluators: [
      ...before.evaluators.filter(({ as }) => isKept(as)),
      ...run.plan.content.evaluators,
    ],
  };
  const config = {
    ...run.config,
    evaluators: [
      // An imported run without scores has an evaluator in its configuration alone.
      ...earlier.evaluators.filter(({ name }) => isKept(name) && isPlanned.has(name)),
      ...run.config.evaluators,
    ],
  };
  return { ...run, config, plan: finishPlan(content, config) };
}

/**
 * Whole-set scores of the evaluators that stay: like their rows, they do not change. They are read from the run's summary; if it
 * is missing, they are computed from the rows again, provided that the evaluators still load.
 */
async function keptSetsOf(
  stored: StoredRun,
  isKept: (evaluator: string) => boolean,
  { system, compileScript, findPlugin, signal, onNotice }: RunOptions,
): Promise<SetScore[]> {
  const { summary, plan } = stored;
  if (summary !== undefined) return keptOf(summary.sets, isKept);
  if (!plan.evaluators.some(({ as }) => isKept(as))) return [];
  const how = withoutUndefined({ system, compileScript, findPlugin, signal });
  try {
    const parts = [
      { cuts: [ROW_CUTS.system], resamples: undefined },
      { cuts: [ROW_CUTS.systemAndGroup], resamples: 0 },
    ];
    const [whole = [], byGroup = []] = await aggregateParts(stored, parts, how);
    return keptOf([...whole, ...(byGroup.length > MAX_GROUP_SETS ? [] : byGroup)], isKept);
  } catch (error) {
    if (!PluginError.is(error) || signal?.aborted === true) throw error;
    onNotice?.(
      `Scores of whole sets of the evaluators that stay are left out: the run has no summary, and ${error.message}`,
    );
    return [];
  }
}

/** A summary comes from a file: entries that are not set scores are left to the readers of the new summary. */
function keptOf(sets: unknown, isKept: (evaluator: string) => boolean): SetScore[] {
  if (!Array.isArray(sets)) return [];
  return (sets as readonly SetScore[]).filter(
    (set) => isObject(set) && typeof set.evaluator === 'string' && isKept(set.evaluator),
  );
}

/** Scores the answers of stored rows, record by record in the order of both runs. */
export function scoreStored(stored: StoredRun): EvaluateRecord {
  const rows = stored.rows();
  let next: IteratorResult<ResultRow> | undefined;
  return async (sample) => {
    const found: ResultRow[] = [];
    for (;;) {
      next ??= await rows.next();
      if (next.done === true) break;
      if (next.value.index === sample.index) found.push(next.value);
      // Records of segments that this run already has are skipped.
      else if (found.length > 0) break;
      next = undefined;
    }
    return async (options) => {
      const scoring = options.pipeline.evaluators.map((evaluator) => ({
        evaluator,
        fields: readFields(evaluator, sample),
      }));
      return await withAttachments(sample, async (files) => {
        const again = found.map((row) =>
          new CaseRun(sample, options, caseOf(row), scoring, files).scoreAgain(row),
        );
        const scored = await Promise.all(again);
        await options.keepImages?.(files, scored);
        return scored;
      });
    };
  };
}

/** Only the names are needed if a case already has an answer. */
function caseOf({ prompt, provider, model, epoch }: ResultRow): RunCase {
  return {
    prompt: new Prompt(prompt, {}),
    provider: { config: { name: provider } } as ProviderStage,
    model: { name: model, parameters: {} },
    epoch,
  };
}
