import { join } from 'node:path';

import { findOutputPlace, type OutputInput } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';

import { keepMadeImages } from '../attachments/keep-made-images.js';
import { ImageKeeper } from '../attachments/kept-images.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { inputFiles } from '../config/input-files.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { BenchError } from '../errors.js';
import { comparePlans } from '../plan/compare-plans.js';
import { describeChanges } from '../plan/describe-changes.js';
import type { Plan } from '../plan/plan.js';
import type { BenchmarkSummary } from '../results/benchmark-summary.js';
import type { ResultRow } from '../results/result-row.js';
import { parseSummary } from '../results/summary-shape.js';
import { guardWriting } from '../results/store/guard-files.js';
import { EarlierRows } from './earlier-rows.js';
import { BatchEvaluator } from './evaluate-batch.js';
import { evaluateRecord } from './evaluate-record.js';
import { missingFolders } from '../missing-folders.js';
import { PaidStages } from './paid-stages.js';
import { type PreparedRun, withPreparedRun } from './prepare-run.js';
import { checkSegments, newestOther, type OpenRun, openRun, removeEmptyRun } from './run-folder.js';
import { type EvaluateRecord, runRecords } from './run-loop.js';
import { RUN_OPTIONS, type RunOptions } from './run-options.js';
import { fillRun } from './fill-run.js';
import { stageEnd } from './plugin-summaries.js';
import { RunTally } from './run-tally.js';
import { beginShard, formatShardDocument, type ShardFacts } from '../shards/shard-document.js';
import { factsOf, ShardFactsSum } from '../shards/shard-facts.js';
import { shareBudgets } from '../shards/share-budgets.js';
import { shardRange } from '../shards/shard.js';

/** How often progress is reported while waiting for calls. */
const PROGRESS_MS = 1000;

/** The result of a run. */
export interface RunResult {
  readonly plan: Plan;
  readonly summary: BenchmarkSummary;
  /** False if more cases lack a score than `maxErrors` of the options or the configuration allows. */
  readonly ok: boolean;
}

/**
 * Runs a plan: each record with each prompt, model and epoch, through providers, transforms, evaluators and filters.
 *
 * Records stream in and rows stream out, so memory does not grow with their number. Rows are kept in `<outputDir>/<name>-<digest>`, in
 * segments that are complete or absent: a killed run continues after the last of them, and a finished run only
 * repeats failed cases. A failed call is counted, and the run continues. A plan that differs from the newest run of its name
 * only in having more prompts, models, epochs or records reuses the existing rows.
 *
 * @param what A plan of `planRun`, whose plugins and data set must not have changed since; or a configuration, which is planned first.
 * @throws {ConfigError} The configuration or an option is wrong, or a plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} See its codes; `BENCH_PLAN_CHANGED` if a given plan is no longer the same.
 */
export async function runPlan(
  what: Plan | BenchmarkConfig,
  given?: RunOptions,
): Promise<RunResult> {
  const options = readOptions<RunOptions>(given, RUN_OPTIONS);
  const plan = isPlan(what) ? what : undefined;
  const config = parseBenchmarkConfig(plan?.config ?? what);
  if (config.outputDir !== undefined) await checkOutputDir(config.outputDir);
  return await withPreparedRun(config, options, async (run) => {
    if (plan !== undefined && plan.digest !== run.plan.digest) throw planChanged(plan, run.plan);
    return await executeRun(run, options);
  });
}

/**
 * Plans and runs a configuration, as `runPlan` does.
 *
 * @returns The result of the run.
 */
export async function runBenchmark(
  config: BenchmarkConfig,
  options?: RunOptions,
): Promise<BenchmarkSummary> {
  return (await runPlan(config, options)).summary;
}

/** Checks, before anything is loaded, whether a run could be written; changes nothing. */
async function checkOutputDir(outputDir: string): Promise<void> {
  await guardWriting(outputDir, () =>
    findOutputPlace(join(outputDir, 'run', 'manifest.json'), { makeFolder: true }),
  );
}

/** The error for a run or plan that has changed. */
export function planChanged(before: Plan, after: Plan): BenchError {
  const changes = describeChanges(comparePlans(before.content, after.content));
  return new BenchError(
    'BENCH_PLAN_CHANGED',
    `Cannot go on with ${JSON.stringify(before.run)}: ${changes}; run the configuration again, which starts a new run`,
  );
}

function isPlan(what: Plan | BenchmarkConfig): what is Plan {
  return typeof what === 'object' && what !== null && 'content' in what && 'digest' in what;
}

/** Asks all cases of a record, except those whose rows are reused. */
function evaluateWith(earlier: EarlierRows | undefined): EvaluateRecord {
  return async (sample) => {
    const known = await earlier?.of(sample);
    return (options) => evaluateRecord(sample, options, known);
  };
}

/** Rows that were already made elsewhere. */
export interface MadeRows {
  /** Copies them into the run. */
  fill(open: OpenRun): Promise<void>;
  /** Facts from the processes that made them. */
  readonly facts: readonly ShardFacts[];
}

/**
 * Runs a prepared plan.
 *
 * @param evaluate Makes the rows of a record. @default asks all its cases
 * @param made Rows that already exist.
 */
export async function executeRun(
  prepared: PreparedRun,
  options: RunOptions,
  evaluate?: EvaluateRecord,
  made?: MadeRows,
): Promise<RunResult> {
  const { shard, hooks } = options;
  const { plan } = prepared;
  const whole = { from: 0, to: prepared.dataset.count };
  const range = shard === undefined ? whole : shardRange(shard, whole.to);
  const run = shard === undefined ? prepared : shareBudgets(prepared, range);
  const { config } = run;
  const startedAt = new Date();
  const place = { run: plan.run, plan: plan.digest, ...range };
  const kind = shard === undefined ? 'run' : 'shard';
  const files = run.dataset.files.map((path) => ({ path, what: 'the data set' }));
  const inputs = [...inputFiles(config), ...files, ...(options.inputs ?? [])];
  PaidStages.checkPrices(run);
  const missing = [config.cacheDir, config.outputDir].flatMap((folder) =>
    folder === undefined ? [] : missingFolders(folder),
  );
  const begun = shard && beginShard(plan, shard, run.dataset.formats);
  const open =
    config.outputDir === undefined
      ? undefined
      : await openRun(plan, config.outputDir, inputs, begun);
  const facts = new ShardFactsSum(run.denials);
  for (const known of made?.facts ?? []) facts.add(known);
  let tally: RunTally | undefined;
  let failure: unknown;
  hooks?.onEvent({ ...place, type: `${kind}-start`, timestampMs: startedAt.getTime() });
  let paid: PaidStages | undefined;
  let isDone = false;
  let beat: NodeJS.Timeout | undefined;
  try {
    tellSample(run, options);
    if (open !== undefined) {
      await guardWriting(open.path, async () => await run.dataset.saveAttachmentDigests?.());
      await tellRepairs(open, options);
      await made?.fill(open);
    }
    const { onNotice, callGate: gate, executor } = options;
    paid = await PaidStages.open(run, { path: open?.path, onNotice, gate });
    tellInterrupted(paid, options);
    await using earlier =
      open === undefined || evaluate !== undefined
        ? undefined
        : await takeOver(run, open, inputs, options);
    // Rows made elsewhere are reported when they come, and added up in order, which is later.
    const { onProgress: _, ...silent } = options;
    const telling = executor === undefined ? options : silent;
    const tallied = new RunTally(run, telling, paid, { range, facts });
    tally = tallied;
    const onRecord = (
      rows: readonly ResultRow[],
      isEarlier: boolean,
    ): Promise<void> | undefined => {
      hooks?.onEvent({ ...place, type: 'record-end', rows, isEarlier });
      return tallied.add(rows, isEarlier);
    };
    const images =
      open === undefined || config.dataset.attachments === undefined
        ? undefined
        : await ImageKeeper.open(open.path);
    if (executor === undefined) {
      if (paid.maxCalls !== undefined) {
        // A model may think for minutes, during which no record finishes.
        beat = setInterval(() => tallied.tell(), PROGRESS_MS).unref();
      }
      const batches =
        evaluate === undefined && earlier === undefined
          ? BatchEvaluator.for(run, run.system)
          : undefined;
      await runRecords({
        keepImages: images?.keep,
        run,
        range,
        writer: open?.writer,
        evaluate: evaluate ?? evaluateWith(earlier),
        evaluateBatch: batches && ((samples, how) => batches.evaluate(samples, how)),
        paid,
        signal: options.signal,
        onRecord,
      });
    } else {
      const keepMade = images && keepMadeImages(images, run.dataset);
      const afterwards = async (kept: Promise<void>, rows: readonly ResultRow[]): Promise<void> => {
        await kept;
        await onRecord(rows, true);
      };
      await fillRun(run, open, {
        ...options,
        executor,
        onRecord(rows) {
          const kept = keepMade?.(rows);
          return kept === undefined ? onRecord(rows, true) : afterwards(kept, rows);
        },
        onFacts: (found) => facts.add(found),
        failedRows: () => tallied.counts.failedRows,
      });
    }
    // Scores that need the whole set are left to the merge.
    const sets = begun === undefined ? await tally.scoreSets() : undefined;
    const summary = await keepMeasured(tally.summary(open?.path, sets), open, tally, paid);
    const { timeMs } = summary.measured;
    if (begun === undefined) {
      await open?.writer.writeDocument('summary', `${JSON.stringify(summary, undefined, 2)}\n`);
    } else {
      const done = factsOf(startedAt, timeMs, paid.interrupted, run.denials);
      await open?.writer.writeDocument('shard', formatShardDocument({ ...begun, done }));
    }
    for (const plugin of hooks === undefined ? [] : summary.plugins) {
      hooks?.onEvent({ ...place, ...stageEnd(plugin, timeMs) });
    }
    isDone = true;
    return { plan, summary, ok: summary.failedCases <= (options.maxErrors ?? config.maxErrors) };
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    clearInterval(beat);
    hooks?.onEvent({
      ...place,
      type: `${kind}-end`,
      timestampMs: Date.now(),
      durationMs: Date.now() - startedAt.getTime(),
      ...(tally?.counts ?? { rows: 0, failedRows: 0 }),
      ...(failure === undefined ? {} : { error: failure }),
    });
    paid?.close(isDone);
    await open?.writer.close();
    const isEmpty = open?.isResumed === false && open.writer.segments.length === 0;
    // A run that its user ended can be continued, and its user was told so.
    const isRefused = !isDone && options.signal?.aborted !== true;
    if (isEmpty && isRefused && paid?.hasPaid !== true) await removeEmptyRun(open.path, missing);
  }
}

/** A run of which nothing was left to do keeps what was measured when it was done. */
async function keepMeasured(
  summary: BenchmarkSummary,
  open: OpenRun | undefined,
  tally: RunTally,
  paid: PaidStages,
): Promise<BenchmarkSummary> {
  if (open?.isResumed !== true || tally.hasMade || paid.hasPaid) return summary;
  const text = await open.writer.document('summary');
  if (text === undefined) return summary;
  try {
    const { measured } = parseSummary(text, summary.plan, open.path);
    return { ...summary, measured };
  } catch (error) {
    // A damaged summary is replaced.
    if (error instanceof BenchError) return summary;
    throw error;
  }
}

/** A sample of more records than there are is the whole data set, not a sample. */
function tellSample({ config, dataset }: PreparedRun, { onNotice = () => {} }: RunOptions): void {
  const { sample, offset, limit } = config.dataset;
  const { count } = dataset;
  // Fewer records may be what the user asked for.
  if (sample === undefined || sample.n <= count || offset > 0 || limit !== undefined) return;
  onNotice(
    `a sample of ${sample.n} records is asked for, and the data set has ${count}: all of them are taken`,
  );
}

function tellInterrupted({ interrupted }: PaidStages, { onNotice = () => {} }: RunOptions): void {
  if (interrupted === 0) return;
  onNotice(
    interrupted === 1
      ? '1 paid call was under way when the earlier process ended; it is not known whether it was answered, and it is made again'
      : `${interrupted} paid calls were under way when the earlier process ended; it is not known whether they were answered, and they are made again`,
  );
}

async function tellRepairs(open: OpenRun, options: RunOptions): Promise<void> {
  const { onNotice = () => {}, retryFailed = true } = options;
  const { writer } = open;
  for (const repair of writer.repairs) onNotice(repair);
  const failed = await checkSegments(open, retryFailed);
  if (failed > 0 && retryFailed) {
    onNotice(
      failed === 1
        ? '1 case that lacks a score is run again'
        : `${failed} cases that lack a score are run again`,
    );
  }
  const [last] = writer.segments.slice(-1);
  if (last !== undefined) {
    const records = writer.segments.reduce((sum, { from, to }) => sum + to - from, 0);
    onNotice(records === 1 ? '1 record is already there' : `${records} records are already there`);
  }
}

/** Finds the newest other run of the same name: reports what changed, and reuses the rows that it can. */
async function takeOver(
  run: PreparedRun,
  open: OpenRun,
  inputs: readonly OutputInput[],
  { onNotice = () => {}, executor }: RunOptions,
): Promise<EarlierRows | undefined> {
  const { config, plan } = run;
  const earlier = await newestOther(plan, config.outputDir ?? '', inputs);
  if (earlier === undefined) return undefined;
  const changes = comparePlans(earlier.plan, plan.content);
  if (!open.isResumed) {
    onNotice(
      `the plan differs from that of ${JSON.stringify(earlier.run)}: ${describeChanges(changes)}; a new run is started`,
    );
  }
  // An executor makes all rows.
  if (executor !== undefined) return undefined;
  const rows = EarlierRows.open(earlier, plan);
  if (rows !== undefined && !open.isResumed) {
    onNotice(`rows of ${JSON.stringify(earlier.run)} are taken over`);
  }
  return rows;
}
