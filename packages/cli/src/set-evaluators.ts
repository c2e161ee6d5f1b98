import type { SetEvaluators } from '@testbench/bench/aggregate';
import type { StoredRun } from '@testbench/bench/results';
import type { Baseline, SetComparisonOptions, StatisticsNote } from '@testbench/bench/statistics';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import { findAsNeeded } from './project-plugins.js';
import { scriptCompiler } from './script-modules.js';

/** The runs that are compared. */
export interface ComparedRuns {
  readonly before: StoredRun | Baseline;
  readonly after: StoredRun;
  /** A gate must not pass what it could not check. */
  readonly isGate: boolean;
}

/**
 * Runs work with the evaluators of a run that score whole sets, such as BLEU. Nothing is loaded if no
 * evaluator is of sums.
 *
 * @param compared Undefined if nothing is compared.
 * @param work Receives undefined if there are none, and notes for the reader.
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
  // Most comparisons need neither a plugin nor the code that loads it.
  const { openSetEvaluators } = await import('@testbench/bench/aggregate');
  let opened: SetEvaluators;
  try {
    // Only installed plugins: a run that may be untrusted must not choose which registry is contacted.
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

/** The summary of a finished run says whether an evaluator aggregates; for other runs this is unknown. */
function mayHaveSets({ summary }: StoredRun): boolean {
  return summary === undefined || (Array.isArray(summary.sets) && summary.sets.length > 0);
}
