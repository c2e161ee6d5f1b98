import { canonicalJson } from '../plan/canonical-json.js';
import { type Clusters, type ClusterBy } from '../summary/clusters.js';
import { clusterNote, groupsNote, incompleteNote } from '../summary/notes.js';
import type { StatisticsNote } from '../summary/run-summary.js';
import type { UnadjustedComparison } from './compare-metric.js';
import type { ComparedSide } from './compared-side.js';
import type { PairedRecords } from './pair-records.js';

/** Caveats of a comparison. */
export function comparisonNotes(
  a: ComparedSide,
  b: ComparedSide,
  facts: {
    readonly paired: PairedRecords;
    readonly metrics: readonly UnadjustedComparison[];
    readonly by: ClusterBy;
    readonly clusters: Clusters | undefined;
  },
): StatisticsNote[] {
  const { paired, metrics, by, clusters } = facts;
  const names = new Set(metrics.map(({ metric }) => metric));
  return [
    ...incompleteNote(a.table.facts),
    ...(a.table === b.table ? [] : incompleteNote(b.table.facts)),
    ...dataNote(a, b),
    ...recordsNote(a, b, paired),
    ...evaluatorNotes(a, b, [...names]),
    ...epochsNote(a, b),
    ...scoresNote(metrics),
    ...clusterNote(by, clusters, paired.records.count),
    ...groupsNote(paired.records.groups.pool.size),
  ];
}

function dataNote(a: ComparedSide, b: ComparedSide): StatisticsNote[] {
  if (a.table.facts.dataset.digest === b.table.facts.dataset.digest) return [];
  const message = 'The data sets differ: records of the same id are taken to be the same';
  return [{ code: 'DATA_DIFFERS', message }];
}

function recordsNote(
  a: ComparedSide,
  b: ComparedSide,
  { records }: PairedRecords,
): StatisticsNote[] {
  const left = a.table.records.count - records.count;
  const right = b.table.records.count - records.count;
  if (left === 0 && right === 0) return [];
  const message = `${left} records are in a alone, and ${right} in b alone: they are left out`;
  return [{ code: 'RECORDS_UNPAIRED', message }];
}

/** A changed evaluator does not measure the same thing. */
function evaluatorNotes(
  a: ComparedSide,
  b: ComparedSide,
  metrics: readonly string[],
): StatisticsNote[] {
  return metrics.flatMap((metric) => {
    const [left, right] = [a, b].map(({ plan }) => plan.evaluators.find(({ as }) => as === metric));
    if (left === undefined || right === undefined) return [];
    const changed = [
      ...(left.digest === right.digest ? [] : ['module']),
      ...(canonicalJson(left.config) === canonicalJson(right.config) ? [] : ['configuration']),
      ...(left.threshold === right.threshold ? [] : ['threshold']),
    ];
    if (changed.length === 0) return [];
    const message = `The evaluator ${JSON.stringify(metric)} is not the same in both (${changed.join(' and ')}): a difference may be its own`;
    return [{ code: 'EVALUATOR_DIFFERS', message }];
  });
}

function epochsNote({ table: a }: ComparedSide, { table: b }: ComparedSide): StatisticsNote[] {
  const [left, right] = [a, b].map(
    ({ facts: { epochs } }) => `${epochs.reducer} of ${epochs.count}`,
  );
  if (left === right) return [];
  const message = `Scores of a record are the ${left} in a, and the ${right} in b`;
  return [{ code: 'EPOCHS_DIFFER', message }];
}

/** If the errors differ, only the cases that both have are compared. */
function scoresNote(metrics: readonly UnadjustedComparison[]): StatisticsNote[] {
  const left = metrics.reduce((most, { onlyA }) => Math.max(most, onlyA), 0);
  const right = metrics.reduce((most, { onlyB }) => Math.max(most, onlyB), 0);
  if (left === 0 && right === 0) return [];
  const message = `Only records with a score in both are compared: at most ${left} in a and ${right} in b are left out, because of errors or filters`;
  return [{ code: 'SCORES_MISSING', message }];
}
