import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readRun, type StoredRun } from '@testbench/bench/results';
import { PluginError } from '@testbench/types/errors';

import { MAX_LISTED_RUNS } from '../limits.js';
import type { Project } from '../project/project.js';
import { type RunState, RunWatch } from './run-state.js';

/** A run in the list. */
export interface ListedRun {
  /** Its folder, relative to the project; pages refer to it by this path. */
  readonly path: string;
  readonly name: string;
  readonly digest: string;
  readonly state: RunState;
  readonly totalRecords: number;
  /** Number of rows per record. */
  readonly casesPerRecord: number;
  readonly isComplete: boolean;
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  /** Set once it is finished. */
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
interface BrokenRun {
  readonly path: string;
  readonly problem: string;
}

/** The list of a project's runs, as sent to the page. */
export interface RunList {
  /** Most recently written first. */
  readonly runs: readonly ListedRun[];
  readonly broken: readonly BrokenRun[];
  /** True if the scan was cut off. */
  readonly isCut: boolean;
}

/** Lists the runs of a project; the data of a run is cached until its files change, since the list is requested every second. */
export class RunLister {
  readonly #project: Project;
  /** By folder. */
  readonly #known = new Map<string, KnownRun>();
  #looking: Promise<RunList> | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Simultaneous callers share one scan: rows in progress are counted once. */
  async list(): Promise<RunList> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return await this.#looking;
  }

  async #look(): Promise<RunList> {
    const found = await this.#project.scan();
    const folders = new Set(found.runs);
    for (const folder of this.#known.keys()) if (!folders.has(folder)) this.#known.delete(folder);
    const runs: ListedRun[] = [];
    const broken: BrokenRun[] = [];
    for (const folder of found.runs.slice(0, MAX_LISTED_RUNS)) {
      const path = this.#project.nameOf(folder);
      try {
        const known: KnownRun = this.#known.get(folder) ?? { watch: new RunWatch(folder) };
        this.#known.set(folder, known);
        runs.push(describe(path, await readAgain(folder, known), await known.watch.look()));
      } catch (error) {
        if (!PluginError.is(error)) throw error;
        broken.push({ path, problem: error.message });
      }
    }
    runs.sort((one, other) => (one.state.writtenAt < other.state.writtenAt ? 1 : -1));
    return { runs, broken, isCut: found.isCut || found.runs.length > MAX_LISTED_RUNS };
  }
}

/** What is kept of a run between two lists. */
interface KnownRun {
  readonly watch: RunWatch;
  /** State of its files, and what was read from them in this state. */
  read?: { readonly key: string; readonly run: StoredRun };
}

/** Reads a run unless its files are as they were. */
async function readAgain(folder: string, known: KnownRun): Promise<StoredRun> {
  const facts = await Promise.all(
    ['manifest.json', 'plan.json', 'summary.json'].map(async (name) => {
      const { mtimeMs, size, ino } = await stat(join(folder, name)).catch(() => NOTHING);
      return [mtimeMs, size, ino];
    }),
  );
  const key = JSON.stringify(facts);
  if (known.read?.key !== key) known.read = { key, run: await readRun(folder) };
  return known.read.run;
}

const NOTHING = { mtimeMs: 0, size: 0, ino: 0 };

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

/** Number of rows of a finished record. */
export function casesOf({ prompts, providers, epochs }: StoredRun['plan']): number {
  const models = providers.reduce((sum, provider) => sum + provider.models.length, 0);
  return prompts.length * models * epochs.count;
}
