import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { isPattern } from '../dataset/source/find-sources.js';
import { canonicalJson } from '../plan/canonical-json.js';
import { PluginLocator } from '../plugins/locate-plugin.js';
import type { StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { withPreparedRun } from '../run/prepare-run.js';
import { readRunConfig } from '../run/resume-run.js';
import type { RunOptions } from '../run/run-options.js';
import { executeRun } from '../run/run-plan.js';
import { scoreStored } from '../run/score-run.js';
import { compareRecords } from './compare-records.js';
import { compareRows, type RowDifference } from './compare-rows.js';
import { damagedRun } from './damaged-run.js';
import { findObstacle, type NotRunAgain, readModules } from './deterministic.js';
import { MAX_LISTED_DIFFERENCES } from './limits.js';
import type { RecordComparison, VerifyRunOptions } from './verify-options.js';

/** The outcome of running evaluators again. */
export interface Again {
  readonly runAgain: readonly string[];
  readonly notRunAgain: readonly NotRunAgain[];
  readonly rows: number;
  readonly rowsWithoutAnswer: number;
  readonly records: RecordComparison;
}

/** All are counted; the first of them are kept. */
export class Differences {
  readonly listed: RowDifference[] = [];
  count = 0;
  readonly #tell: ((difference: RowDifference) => void) | undefined;

  constructor(tell: ((difference: RowDifference) => void) | undefined) {
    this.#tell = tell;
  }

  add(difference: RowDifference): void {
    this.count += 1;
    if (this.listed.length < MAX_LISTED_DIFFERENCES) this.listed.push(difference);
    this.#tell?.(difference);
  }
}

/** Compares rows with the data set, and scores recorded answers again. */
export async function runAgain(
  run: StoredRun,
  options: VerifyRunOptions,
  withFuel: boolean,
  differences: Differences,
): Promise<Again> {
  const config = withDataset(await readRunConfig(run), options.dataset);
  const state = await findDatasetState(config, options.dataset);
  if (state !== undefined) {
    return {
      runAgain: [],
      notRunAgain: run.plan.evaluators.map(({ as }) => ({ evaluator: as, reason: state })),
      rows: 0,
      rowsWithoutAnswer: 0,
      records: { compared: false, reason: state },
    };
  }
  const compared = await compareRecords(run, config, options, (one) => differences.add(one));
  const records: RecordComparison = { compared: true, rows: compared };
  const notRunAgain: NotRunAgain[] = [];
  const evaluators = [];
  const ownEvaluators = config.dataset.fields.evaluators !== undefined;
  const locator = new PluginLocator(config.pluginsDir, { findPlugin: options.findPlugin });
  const modules = await readModules(options.modules);
  for (const planned of run.plan.evaluators) {
    const own = config.evaluators.find(({ name }) => name === planned.as);
    const path = modules.get(planned.digest);
    const found = own === undefined || path === undefined ? own : { ...own, plugin: path };
    const reason = ownEvaluators
      ? 'its records name evaluators of their own'
      : await findObstacle(planned, found, locator);
    if (reason === undefined) evaluators.push(found!);
    else notRunAgain.push({ evaluator: planned.as, reason });
  }
  if (evaluators.length === 0) {
    return { runAgain: [], notRunAgain, rows: 0, rowsWithoutAnswer: 0, records };
  }
  const again = await compare(run, { ...config, evaluators }, options, withFuel, differences);
  return { ...again, notRunAgain, records };
}

function withDataset(
  config: ResolvedBenchmarkConfig,
  path: VerifyRunOptions['dataset'],
): ResolvedBenchmarkConfig {
  if (path === undefined) return config;
  const place = typeof path === 'string' ? resolve(path) : path.map((one) => resolve(one));
  return { ...config, dataset: { ...config.dataset, path: place } };
}

async function compare(
  run: StoredRun,
  config: ResolvedBenchmarkConfig,
  { system, readers, signal, onProgress, findPlugin }: VerifyRunOptions,
  withFuel: boolean,
  differences: Differences,
): Promise<Omit<Again, 'notRunAgain' | 'records'>> {
  const names = config.evaluators.map(({ name }) => name);
  let rows = 0;
  let rowsWithoutAnswer = 0;
  const recorded = run.rows();
  const runOptions: RunOptions = {
    ...withoutUndefined({ system, readers, signal, onProgress, findPlugin }),
    async onRow(row: ResultRow) {
      const before = (await recorded.next()).value as ResultRow | undefined;
      if (before === undefined)
        throw damagedRun(run, 'it has fewer rows than its data set has cases');
      if (before.failure !== undefined || before.output === undefined) {
        rowsWithoutAnswer += 1;
        return;
      }
      rows += 1;
      for (const difference of compareRows(before, row, names, withFuel)) {
        differences.add(difference);
      }
    },
  };
  try {
    await withPreparedRun(
      onlyScoring(config, run),
      runOptions,
      async (prepared) => {
        checkPlan(run, prepared.plan.content, names);
        await executeRun(prepared, runOptions, scoreStored(run));
      },
      { answers: false },
    );
    if (!(await recorded.next()).done)
      throw damagedRun(run, 'it has more rows than its data set has cases');
  } finally {
    await recorded.return(undefined);
  }
  return { runAgain: names, rows, rowsWithoutAnswer };
}

/** The configuration is untrusted: it writes nothing, grants nothing, and its plugins run in a separate process. */
function onlyScoring(
  config: ResolvedBenchmarkConfig,
  { plan }: StoredRun,
): ResolvedBenchmarkConfig {
  const { outputDir: _outputDir, policy: _policy, ...rest } = config;
  return {
    ...rest,
    prompts: plan.prompts,
    filters: [],
    isolation: 'process',
    failFast: false,
    cache: 'off',
  };
}

/** The plan is signed; the configuration next to it is not. */
function checkPlan(run: StoredRun, found: StoredRun['plan'], names: readonly string[]): void {
  if (canonicalJson(found.dataset) !== canonicalJson(run.plan.dataset)) {
    throw damagedRun(run, 'its configuration of the data set is not that of its plan');
  }
  for (const name of names) {
    const now = found.evaluators.find(({ as }) => as === name);
    const then = run.plan.evaluators.find(({ as }) => as === name);
    if (canonicalJson(now) !== canonicalJson(then)) {
      throw damagedRun(run, `its configuration of ${JSON.stringify(name)} is not that of its plan`);
    }
  }
}

/** The reason why the data set cannot be read, in words; undefined if it can. */
async function findDatasetState(
  { dataset: { path } }: ResolvedBenchmarkConfig,
  given: VerifyRunOptions['dataset'],
): Promise<string | undefined> {
  for (const one of typeof path === 'string' ? [path] : (path ?? [])) {
    // A device has no end, and opening a pipe waits for a writer.
    const found = await stat(resolve(one)).catch(() => undefined);
    if (found?.isFile() === true) continue;
    if (found !== undefined) return `the data set ${JSON.stringify(one)} is no regular file`;
    if (!isPattern(one)) return `the data set is not at ${JSON.stringify(one)}`;
    // An untrusted pattern could search the whole disk.
    if (given === undefined) return `the data set is named by a pattern, ${JSON.stringify(one)}`;
  }
  return undefined;
}
