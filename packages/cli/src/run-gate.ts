import { resolve } from 'node:path';

import { readRun } from '@testbench/bench/results';
import {
  type Baseline,
  checkRequirements,
  compareRuns,
  type GateResult,
  readBaseline,
  type RequirementOptions,
  SET_PREFIX,
  summariseRun,
} from '@testbench/bench/statistics';

import type { CliIo } from './cli-io.js';
import { readRequirements } from './requirements.js';
import { withSetEvaluators } from './set-evaluators.js';
import { UsageError } from './usage-error.js';

/** Requirements set by the flags of a command that runs cases. */
export interface RunGateFlags {
  readonly failUnder: readonly string[] | undefined;
  readonly lowerBound: boolean;
  readonly baseline: string | undefined;
}

/** What a run must reach by its end. */
export interface RunGate {
  readonly requirements: RequirementOptions | undefined;
  readonly baseline: Baseline | undefined;
}

/**
 * Reads the requirements of a run before it starts: a misspelt metric must not cost a run.
 *
 * @param evaluators Of the coming run; undefined if not known yet.
 * @returns undefined if there are no requirements.
 * @throws {UsageError} A flag is wrong, or the metric will not exist.
 * @throws {BenchError} The baseline cannot be read.
 */
export async function readRunGate(
  flags: RunGateFlags,
  command: string,
  cwd: string,
  evaluators?: readonly { readonly name: string }[],
): Promise<RunGate | undefined> {
  const { failUnder, lowerBound, baseline } = flags;
  const requirements = readRequirements({ failUnder, lowerBound, maxErrors: undefined }, command);
  if (evaluators !== undefined) {
    const known = [...evaluators.map(({ name }) => name), 'score', 'passed'];
    for (const metric of Object.keys(requirements?.failUnder ?? {})) {
      // Metrics of whole sets are not known before the evaluator was called.
      if (known.includes(metric) || metric.startsWith(SET_PREFIX)) continue;
      throw new UsageError(
        `--fail-under names ${JSON.stringify(metric)}, and the run has ${known.map((name) => JSON.stringify(name)).join(', ')}`,
        command,
      );
    }
  }
  if (requirements === undefined && baseline === undefined) return undefined;
  return {
    requirements,
    baseline: baseline === undefined ? undefined : await readBaseline(resolve(cwd, baseline)),
  };
}

/**
 * Checks a finished run against its requirements.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE`: the run has no records or metrics of the baseline; `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function checkRunGate(
  path: string,
  { requirements, baseline }: RunGate,
  io: CliIo,
): Promise<GateResult> {
  const run = await readRun(path);
  const checks: GateResult['checks'][number][] = [];
  if (baseline !== undefined) {
    const compared = { before: baseline, after: run, isGate: true };
    const { gate } = await withSetEvaluators(io, compared, (sets) =>
      compareRuns(baseline, run, { gate: {}, ...(sets && { sets }) }),
    );
    checks.push(...(gate?.checks ?? []));
  }
  if (requirements !== undefined) {
    checks.push(...checkRequirements(await summariseRun(run), requirements).checks);
  }
  return { passed: checks.every(({ passed }) => passed), checks };
}
