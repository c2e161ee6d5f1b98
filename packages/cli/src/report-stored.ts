import type { StoredRun } from '@testbench/bench/results';
import type { Reporter } from '@testbench/report';
import { reportRuns, type ReportRunsOptions } from '@testbench/report/runs';

import type { CliIo } from './cli-io.js';
import { escapeText } from './render/escape-text.js';
import { withSetEvaluators } from './set-evaluators.js';

/** Passes runs to reporters, with comparisons of their models, including scores of whole sets. */
export async function reportStored(
  io: CliIo,
  runs: readonly StoredRun[],
  reporters: readonly Reporter[],
  options: Pick<ReportRunsOptions, 'summary'> = {},
): Promise<void> {
  const [before, after] = [runs[0]!, runs.at(-1)!];
  const hasPair = runs.length === 2 || countSystems(before) > 1;
  const compared = hasPair ? { before, after, isGate: false } : undefined;
  await withSetEvaluators(io, compared, async (sets, notes) => {
    for (const { message } of notes) io.stderr.write(`${escapeText(message)}\n`);
    await reportRuns(runs, reporters, {
      ...options,
      signal: io.signal,
      ...(sets !== undefined && { comparison: { sets } }),
    });
  });
}

function countSystems({ plan: { prompts, providers } }: StoredRun): number {
  return prompts.length * providers.reduce((sum, { models }) => sum + models.length, 0);
}
