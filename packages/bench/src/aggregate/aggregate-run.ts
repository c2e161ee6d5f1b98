import { type OptionReaders, readOptions } from '@testbench/types/config';

import { withoutUndefined } from '../config/without-undefined.js';
import type { CompileScript, FindPlugin } from '../plugins/locate-plugin.js';
import { groupRecords } from '../results/group-records.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import { RUN_OPTIONS } from '../run/run-options.js';
import type { BenchSystem } from '../run/stage.js';
import type { ClusterBy } from '../summary/clusters.js';
import { openSetEvaluators } from './open-set-evaluators.js';
import { ROW_CUTS, type RowCut } from './row-cuts.js';
import { type SetScore, type SetScoreOptions, scoreSets } from './set-scores.js';
import { SumBoard } from './sum-board.js';

/** How the sets of a stored run are scored. */
export interface AggregateRunOptions extends Pick<
  SetScoreOptions,
  'resamples' | 'seed' | 'confidence' | 'signal'
> {
  /** Which sets are scored. @default by prompt, provider and model */
  readonly cuts?: readonly RowCut[];
  /** How records are clustered, so that a bootstrap draws them together, as in a summary. @default 'auto' */
  readonly clusters?: ClusterBy;
  /** Where the evaluators are loaded; they are unloaded at the end. @default a new system */
  readonly system?: BenchSystem;
  /** Makes plugins of scripts, as the run's did. @default they are refused */
  readonly compileScript?: CompileScript;
  /** Finds named plugins, as for the run. @default only those of the package `@testbench/plugins` */
  readonly findPlugin?: FindPlugin;
}

const OPTIONS: OptionReaders<AggregateRunOptions> = {
  cuts: (node) => node.list().map((cut) => cut.callback<RowCut>()),
  clusters: (node) => node.text(),
  system: RUN_OPTIONS.system,
  compileScript: RUN_OPTIONS.compileScript,
  findPlugin: RUN_OPTIONS.findPlugin,
  resamples: (node) => node.wholeNumber(0, 1_000_000),
  seed: (node) => node.wholeNumber(0),
  confidence: (node) => node.number(0.5, 0.999_999),
  signal: (node) => node.signal(),
};

/**
 * Scores sets of a stored run with those of its evaluators whose metrics are sums; the others have only means. The rows are read once, and none is
 * kept. If an evaluator waits for a network, its sets have no intervals: it is called once for each.
 *
 * @param run A run, or its folder.
 * @returns One score per set, in the order of their first rows; empty if no evaluator uses sums.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`; `BENCH_PLAN_CHANGED` if a plugin has changed.
 * @throws {LoadError} An evaluator does not load.
 * @throws {ConfigError} An option is wrong.
 *
 * @example
 * ```ts no-run
 * import { aggregateRun, ROW_CUTS } from '@testbench/bench/aggregate';
 *
 * for (const { evaluator, labels, score } of await aggregateRun('runs/mt-0123456789ab', {
 *   cuts: [ROW_CUTS.system, ROW_CUTS.systemAndGroup],
 * })) {
 *   console.log(evaluator, labels, score?.value, score?.interval);
 * }
 * ```
 */
export async function aggregateRun(
  run: StoredRun | string,
  given?: AggregateRunOptions,
): Promise<SetScore[]> {
  const {
    cuts = [ROW_CUTS.system],
    resamples,
    ...how
  } = readOptions<AggregateRunOptions>(given, OPTIONS);
  const stored = typeof run === 'string' ? await readRun(run) : run;
  const [sets = []] = await aggregateParts(stored, [{ cuts, resamples }], how);
  return sets;
}

/** Sets that are scored in the same way. */
export interface AggregatePart {
  readonly cuts: readonly RowCut[];
  readonly resamples: number | undefined;
}

/**
 * Like {@link aggregateRun}, for several parts: the evaluators are loaded once, and the rows are read once.
 *
 * @returns The sets of each part.
 */
export async function aggregateParts(
  stored: StoredRun,
  parts: readonly AggregatePart[],
  options: Omit<AggregateRunOptions, 'cuts' | 'resamples'>,
): Promise<SetScore[][]> {
  const { clusters = 'auto', compileScript, findPlugin, ...asking } = options;
  await using opened = await openSetEvaluators(
    stored,
    withoutUndefined({ system: options.system, compileScript, findPlugin }),
  );
  const { system, plugins, once } = opened;
  const evaluators = Object.keys(plugins);
  if (evaluators.length === 0) return [];
  const boards = parts.map(({ cuts, resamples: asked }) => {
    // One that waits for a network is called once for each set, not a thousand times.
    const resamples = once.length > 0 ? 0 : asked;
    const board = new SumBoard({ evaluators, cuts, clusters, resampling: resamples !== 0 });
    return { board, resamples };
  });
  for await (const rows of groupRecords(stored.rows(), (row) => row)) {
    for (const { board } of boards) board.add(rows);
  }
  const scored: SetScore[][] = [];
  for (const { board, resamples } of boards) {
    const how = withoutUndefined({ ...asking, resamples });
    scored.push(await scoreSets(board, { ...how, system, plugins }));
  }
  return scored;
}
