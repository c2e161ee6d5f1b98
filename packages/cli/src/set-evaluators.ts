import type { SetEvaluators } from '@testbench/bench/aggregate';
import type { StoredRun } from '@testbench/bench/results';
import type { Baseline, SetComparisonOptions, StatisticsNote } from '@testbench/bench/statistics';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import { findAsNeeded } from './project-plugins.js';
import { scriptCompiler } from './script-modules.js';

/** What is compared. */
export interface ComparedRuns {
  readonly before: StoredRun | Baseline;
  readonly after: StoredRun;
  /** A gate must not let through what it could not look at. */
  readonly isGate: boolean;
}

/**
 * Does something with the evaluators of sums of a run, such as BLEU, which are asked for scores of whole sets. Nothing is loaded if no
 * evaluator is of sums.
 *
 * @param compared Undefined if nothing is compared.
 * @param work Gets undefined where there are none, and what a reader should know.
 * @throws {PluginError} For a gate: an evaluator does not load, or is not what it was.
 */
export async function withSetEvaluators<Result>(
  io: CliIo,
  compared: ComparedRuns | undefined,
  work: (
    evaluators: SetComparisonOptions | undefined,
    notes: readonly StatisticsNote[],
  ) => Promise<Result>,
): Promise<Result> {
  if (compared === undefined) return await work(undefined, []);
  const { before, after, isGate } = compared;
  const hasSets = 'type' in before ? before.sums !== undefined : mayHaveSets(before);
  if (!hasSets || !mayHaveSets(after)) return await work(undefined, []);
  // Most comparisons need no plugin, nor what loads them.
  const { openSetEvaluators } = await import('@testbench/bench/aggregate');
  let opened: SetEvaluators;
  try {
    // What the project has installed: a run that is looked at, maybe a stranger's, must not name a registry that is asked.
    const findPlugin = findAsNeeded(io, { json: false }, new Set());
    opened = await openSetEvaluators(after, { compileScript: scriptCompiler(io), findPlugin });
  } catch (error) {
    if (isGate || !PluginError.is(error)) throw error;
    const message = `Scores of whole sets are not compared, since an evaluator of ${after.run} cannot be loaded: ${error.message}`;
    return await work(undefined, [{ code: 'SET_NOT_COMPARED', message }]);
  }
  await using evaluators = opened;
  const { system, plugins, once } = evaluators;
  return await work({ system, plugins, once, signal: io.signal }, []);
}

/** The summary of a run that was finished says whether an evaluator is of sums; of another run nobody knows. */
function mayHaveSets({ summary }: StoredRun): boolean {
  return summary === undefined || (Array.isArray(summary.sets) && summary.sets.length > 0);
}
