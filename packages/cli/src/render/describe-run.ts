import type { StoredRun } from '@testbench/bench/results';

/** A run as JSON. */
export function describeRun({
  path,
  run,
  digest,
  plan,
  records,
  isComplete,
  writtenAt,
  summary,
}: StoredRun): object {
  return {
    run,
    path,
    digest,
    name: plan.name,
    records,
    totalRecords: plan.dataset.records,
    isComplete,
    writtenAt: writtenAt.toISOString(),
    failedCases: summary?.failedCases ?? null,
  };
}
