import type { StoredRun } from '@testbench/bench/results';

import { reportRuns } from '../runs/report-runs.js';
import type { ReporterFactory } from '../reporter.js';

/** Returns the text that a reporter writes about runs. */
export async function renderReport(
  factory: ReporterFactory,
  ...runs: readonly StoredRun[]
): Promise<string> {
  let text = '';
  const reporter = await factory({
    write(part) {
      text += part;
    },
  });
  await reportRuns(runs, [reporter]);
  return text;
}
