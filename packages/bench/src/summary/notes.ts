import type { PlannedDataset } from '../plan/plan.js';
import type { ClusterBy, Clusters } from './clusters.js';
import { MAX_GROUPS } from './limits.js';
import type { RunFacts, StatisticsNote, SystemReport } from './run-summary.js';

/** Note on a run that lacks rows. */
export function incompleteNote({ run, isComplete, records, dataset }: RunFacts): StatisticsNote[] {
  if (isComplete) return [];
  const message = `${run} has the rows of ${records} of ${dataset.records} records so far`;
  return [{ code: 'RUN_INCOMPLETE', message }];
}

/** Note on a sample that asked for more records than there are. */
export function sampleNote({ records, sample }: PlannedDataset): StatisticsNote[] {
  const { n } = (sample ?? {}) as { readonly n?: unknown };
  if (typeof n !== 'number' || n <= records) return [];
  const message = `A sample of ${n} records was asked for, and the run has ${records}`;
  return [{ code: 'SAMPLE_SHORT', message }];
}

/** Note on how records were clustered, if they were. */
export function clusterNote(
  by: ClusterBy,
  clusters: Clusters | undefined,
  records: number,
): StatisticsNote[] {
  if (clusters !== undefined) {
    const message = `Records are clustered by ${clusters.by}: ${clusters.count} clusters of ${records} records`;
    return [{ code: 'CLUSTERED', message }];
  }
  if (by === 'auto' || by === 'none') return [];
  const message = `Records cannot be clustered by ${by}: they lack it, or each has its own; they count as independent`;
  return [{ code: 'CLUSTERS_MISSING', message }];
}

/** Models favour their own answers: such scores always carry a warning. */
export function selfJudgedNote(
  systems: readonly Pick<SystemReport, 'model' | 'selfJudged'>[],
): StatisticsNote[] {
  const names = new Map<string, Set<string>>();
  for (const { model, selfJudged } of systems) {
    for (const { evaluator } of selfJudged) {
      names.set(evaluator, (names.get(evaluator) ?? new Set()).add(model));
    }
  }
  return [...names].map(([evaluator, models]) => ({
    code: 'SELF_JUDGED',
    message: `${evaluator} asks the tested model itself about answers of ${[...models].join(', ')}: models favour their own answers`,
  }));
}

/** Evaluators that records name themselves are in the rows, but not in any mean. */
export function recordEvaluatorsNote(names: ReadonlySet<string>): StatisticsNote[] {
  if (names.size === 0) return [];
  const shown = [...names].slice(0, 5).join(', ');
  const more = names.size > 5 ? ` and ${names.size - 5} more` : '';
  return [
    {
      code: 'RECORD_EVALUATORS',
      message: `Records name evaluators of their own (${shown}${more}): their scores count in those records alone; they have no mean here, and no score of the whole set`,
    },
  ];
}

/** Note that there are more groups than are listed. */
export function groupsNote(groups: number): StatisticsNote[] {
  if (groups <= MAX_GROUPS) return [];
  const message = `There are ${groups} groups, of which the first ${MAX_GROUPS} are listed`;
  return [{ code: 'GROUPS_CUT', message }];
}
