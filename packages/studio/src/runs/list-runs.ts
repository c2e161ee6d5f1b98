import { readRun, type StoredRun } from '@testbench/bench/results';
import { PluginError } from '@testbench/types/errors';

import { MAX_LISTED_RUNS } from '../limits.js';
import type { Project } from '../project/project.js';
import { type RunState, RunWatch } from './run-state.js';

/** A run in the list. */
export interface ListedRun {
  /** Its folder from the project's on: what pages name it by. */
  readonly path: string;
  readonly name: string;
  readonly digest: string;
  readonly state: RunState;
  readonly totalRecords: number;
  /** Rows of one record. */
  readonly casesPerRecord: number;
  readonly isComplete: boolean;
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  /** Once it was finished. */
  readonly failedCases?: number;
  readonly durationMs?: number;
  readonly scores?: readonly {
    readonly model: string;
    readonly prompt: string;
    readonly evaluator: string;
    readonly mean: number | null;
    readonly n: number;
  }[];
}

/** A run that cannot be read. */
export interface BrokenRun {
  readonly path: string;
  readonly problem: string;
}

/** All runs of a project, those first that were written last. */
export async function listProjectRuns(
  project: Project,
  signal: AbortSignal,
): Promise<{ readonly runs: ListedRun[]; readonly broken: BrokenRun[]; readonly isCut: boolean }> {
  const found = await project.scan(signal);
  const runs: ListedRun[] = [];
  const broken: BrokenRun[] = [];
  for (const folder of found.runs.slice(0, MAX_LISTED_RUNS)) {
    signal.throwIfAborted();
    const path = project.nameOf(folder);
    try {
      runs.push(describe(path, await readRun(folder), await new RunWatch(folder).look()));
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      broken.push({ path, problem: error.message });
    }
  }
  runs.sort((one, other) => (one.state.writtenAt < other.state.writtenAt ? 1 : -1));
  return { runs, broken, isCut: found.isCut || found.runs.length > MAX_LISTED_RUNS };
}

function describe(path: string, run: StoredRun, state: RunState): ListedRun {
  const { plan, digest, isComplete, summary } = run;
  const models = plan.providers.flatMap(({ models: all }) => all.map(({ name }) => name));
  return {
    path,
    name: plan.name,
    digest,
    state,
    totalRecords: plan.dataset.records,
    casesPerRecord: casesOf(plan),
    isComplete,
    models,
    evaluators: plan.evaluators.map(({ as }) => as),
    ...(summary !== undefined && {
      failedCases: summary.failedCases,
      durationMs: summary.measured.durationMs,
      scores: summary.scores.map(({ model, prompt, evaluator, mean, n }) => ({
        model,
        prompt,
        evaluator,
        mean,
        n,
      })),
    }),
  };
}

/** Rows that one record has when it is done. */
export function casesOf({ prompts, providers, epochs }: StoredRun['plan']): number {
  const models = providers.reduce((sum, provider) => sum + provider.models.length, 0);
  return prompts.length * models * epochs.count;
}
