import { PluginSystem } from '@testbench/core';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { SetComparisonOptions } from '../compare/set-options.js';
import type { CompileScript, FindPlugin } from '../plugins/locate-plugin.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import { readRunConfig } from '../run/resume-run.js';
import { loadPipeline } from '../run/load-pipeline.js';
import { RUN_OPTIONS } from '../run/run-options.js';
import type { BenchSystem } from '../run/stage.js';
import { aggregatingStages, withoutPermissions } from './aggregating-stages.js';

/** Options for opening the evaluators of a run. */
export interface OpenSetEvaluatorsOptions {
  /** Where they are loaded; they are unloaded at the end. @default a new system */
  readonly system?: BenchSystem;
  /** Makes plugins of scripts, as the run's did. @default they are refused */
  readonly compileScript?: CompileScript;
  /** Finds named plugins, as for the run. @default only those of the package `@testbench/plugins` */
  readonly findPlugin?: FindPlugin;
}

const OPTIONS: OptionReaders<OpenSetEvaluatorsOptions> = {
  system: RUN_OPTIONS.system,
  compileScript: RUN_OPTIONS.compileScript,
  findPlugin: RUN_OPTIONS.findPlugin,
};

/** The loaded evaluators of sums of a run: what `sets` of `CompareOptions` takes. */
export interface SetEvaluators
  extends Pick<Required<SetComparisonOptions>, 'system' | 'plugins' | 'once'>, AsyncDisposable {}

/**
 * Loads the evaluators of a stored run whose metrics are sums, so that scores of whole sets can be compared. They get no permissions.
 *
 * @param run A run, or its folder.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`; `BENCH_PLAN_CHANGED` if a plugin has changed.
 * @throws {LoadError} An evaluator does not load.
 * @throws {ConfigError} An option is wrong.
 *
 * @example
 * ```ts no-run
 * import { openSetEvaluators } from '@testbench/bench/aggregate';
 * import { readRun } from '@testbench/bench/results';
 * import { compareRuns } from '@testbench/bench/statistics';
 *
 * const [before, after] = [await readRun('runs/before'), await readRun('runs/after')];
 * await using evaluators = await openSetEvaluators(after);
 * const { system, plugins, once } = evaluators;
 * const { pairs } = await compareRuns(before, after, { sets: { system, plugins, once } });
 * console.log(pairs[0]?.corpus[0]?.difference);
 * ```
 */
export async function openSetEvaluators(
  run: StoredRun | string,
  given?: OpenSetEvaluatorsOptions,
): Promise<SetEvaluators> {
  const {
    system: shared,
    compileScript,
    findPlugin,
  } = readOptions<OpenSetEvaluatorsOptions>(given, OPTIONS);
  const stored = typeof run === 'string' ? await readRun(run) : run;
  const config = await readRunConfig(stored);
  // A run's folder must not decide that a module runs in this thread.
  const isolation = config.isolation === 'process' ? 'process' : 'thread';
  const own = shared === undefined ? new PluginSystem({ isolation }) : undefined;
  const system = shared ?? own!;
  try {
    // Answers and decisions of filters are already stored.
    const pipeline = await loadPipeline(system, withoutPermissions(config), {
      answers: false,
      compileScript,
      findPlugin,
    });
    const close = async (): Promise<void> => {
      await pipeline.unload();
      await own?.[Symbol.asyncDispose]();
    };
    try {
      const stages = aggregatingStages(pipeline, stored);
      return {
        system,
        plugins: Object.fromEntries(stages.map(({ name, id }) => [name, id])),
        once: stages.filter(({ waits }) => waits).map(({ name }) => name),
        [Symbol.asyncDispose]: close,
      };
    } catch (error) {
      await pipeline.unload();
      throw error;
    }
  } catch (error) {
    await own?.[Symbol.asyncDispose]();
    throw error;
  }
}
