import { join } from 'node:path';
import { estimateRun, loadBenchmarkConfig, PluginLocator, runBenchmark } from '@testbench/bench';
import { attestRun, verifyRun } from '@testbench/bench/attest';
import { analysePlugins } from '@testbench/bench/analytics';
import { aggregateRun, openSetEvaluators, scoreSets, SumBoard } from '@testbench/bench/aggregate';
import { Budget, CallCache, CallControl, PaidCalls } from '@testbench/bench/calls';
import { writeImportedRun } from '@testbench/bench/import';
import { openDataset } from '@testbench/bench/dataset';
import { calibrateJudges } from '@testbench/bench/judging';
import { createQueueExecutor, openFolderShare, runWorker } from '@testbench/bench-queue';
import { mergeShards, withShardRunner } from '@testbench/bench/shards';
import {
  createFolderRuns,
  exportRun,
  listFailures,
  ScoreBoard,
  showCase,
} from '@testbench/bench/results';
import {
  checkRequirements,
  compareRuns,
  makeBaseline,
  summariseRun,
} from '@testbench/bench/statistics';
import { importRuns } from '@testbench/interop';
import { createHtmlReporter } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';

import type { OptionRow } from './option-row.js';
import { folder, system, config } from './subjects.js';

const control = new CallControl();
const cache = await CallCache.open({ folder: join(folder, 'calls') });
const noRun = {
  name: 'none',
  tool: { name: 'none', version: '1.0.0' },
  digest: `sha256:${'0'.repeat(64)}`,
  provider: 'none',
  model: 'none',
  metrics: [],
  async *cases() {},
};
const noRows = { rows: async function* () {} };

/** `bench`, but for its configuration, `bench-queue` and `report`. */
export const BENCH_OPTIONS: Readonly<Record<string, OptionRow>> = {
  'bench/attest:AttestRunOptions': {
    base: { sign: () => new Uint8Array() },
    calls: { attestRun: (options) => attestRun(folder, options) },
  },
  'bench/attest:VerifyRunOptions': {
    calls: { verifyRun: (options) => verifyRun(folder, options) },
  },
  'bench/import:WriteImportedRunOptions': {
    base: { outputDir: '/nowhere' },
    calls: { writeImportedRun: (options) => writeImportedRun(noRun, options) },
  },
  'interop:ImportRunsOptions': {
    base: { outputDir: '/nowhere' },
    calls: { importRuns: (options) => importRuns('/nowhere', options).next() },
  },
  'bench:LocateOptions': {
    calls: { PluginLocator: (options) => new PluginLocator('/nowhere', options) },
  },
  'bench:RunOptions': { calls: { runBenchmark: (options) => runBenchmark(config, options) } },
  'bench-queue:QueueExecutorOptions': {
    base: { client: { multi() {}, eval() {} }, share: openFolderShare('/nowhere') },
    calls: { createQueueExecutor: (options) => createQueueExecutor(options) },
  },
  'bench-queue:QueueWorkerOptions': {
    base: {
      address: { url: 'nowhere' },
      share: openFolderShare('/nowhere'),
      workDir: '/nowhere',
      signal: AbortSignal.abort(),
    },
    calls: { runWorker: (options) => runWorker(options) },
  },
  'bench/shards:MergeShardsOptions': {
    calls: { mergeShards: (options) => mergeShards([], options) },
  },
  'bench/shards:ShardRunnerOptions': {
    calls: { withShardRunner: (options) => withShardRunner(config, options, async () => {}) },
  },
  'bench:EstimateOptions': { calls: { estimateRun: (options) => estimateRun(config, options) } },
  'bench/dataset:OpenDatasetOptions': {
    calls: {
      openDataset: (options) =>
        openDataset({ ...config.dataset, offset: 0, fields: { input: 'input' } }, options),
    },
  },
  'bench/results:BoardOptions': {
    base: { systems: [], evaluators: [] },
    calls: { ScoreBoard: (options) => new ScoreBoard(options) },
  },
  'bench/aggregate:SumBoardOptions': {
    base: { evaluators: [] },
    calls: { SumBoard: (options) => new SumBoard(options) },
  },
  'bench/aggregate:SetScoreOptions': {
    base: { system, plugins: {} },
    calls: { scoreSets: (options) => scoreSets(new SumBoard({ evaluators: [] }), options) },
  },
  'bench/aggregate:AggregateRunOptions': {
    calls: { aggregateRun: (options) => aggregateRun(join(folder, 'none'), options) },
  },
  'bench/results:CaseFilter': {
    calls: {
      listFailures: (filter) => listFailures(noRows, filter).next(),
      showCase: (filter) => showCase(noRows, filter).next(),
    },
  },
  'bench/results:FolderRunsOptions': {
    calls: { createFolderRuns: (options) => createFolderRuns(folder, options) },
  },
  'bench/analytics:AnalyseOptions': {
    calls: { analysePlugins: (options) => analysePlugins({}, options) },
  },
  'bench/judging:CalibrationOptions': {
    calls: { calibrateJudges: (options) => calibrateJudges([], [], options) },
  },
  'bench/results:ExportOptions': {
    calls: {
      exportRun: (options) => exportRun({} as never, join(folder, 'rows'), options),
    },
  },
  'bench/statistics:SummaryOptions': {
    calls: { summariseRun: (options) => summariseRun({} as never, options) },
  },
  'bench/statistics:CompareOptions': {
    calls: { compareRuns: (options) => compareRuns({} as never, {} as never, options) },
  },
  'bench/statistics:SetComparisonOptions': {
    prefix: 'sets.',
    base: { system: { executePluginBatch: async () => [] }, plugins: {} },
    calls: { compareRuns: (sets) => compareRuns({} as never, {} as never, { sets }) },
  },
  'bench/aggregate:OpenSetEvaluatorsOptions': {
    calls: { openSetEvaluators: (options) => openSetEvaluators({} as never, options) },
  },
  'bench/statistics:GateOptions': {
    prefix: 'gate.',
    calls: { compareRuns: (gate) => compareRuns({} as never, {} as never, { gate }) },
  },
  'bench/statistics:RequirementOptions': {
    calls: { checkRequirements: (options) => checkRequirements({ systems: [] } as never, options) },
  },
  'bench/statistics:BaselineOptions': {
    calls: { makeBaseline: (options) => makeBaseline({} as never, options) },
  },
  'report:HtmlReporterOptions': {
    calls: { createHtmlReporter: (options) => createHtmlReporter({ write() {} }, options) },
  },
  'report/runs:ReportRunsOptions': {
    calls: { reportRuns: (options) => reportRuns([{}] as never, [], options) },
  },
  'bench:LoadConfigOptions': {
    calls: { loadBenchmarkConfig: (options) => loadBenchmarkConfig('none.yaml', options) },
  },
  'bench/calls:BudgetOptions': { calls: { Budget: (options) => new Budget(options) } },
  'bench/calls:CallCacheOptions': {
    base: { folder: join(folder, 'calls') },
    calls: { 'CallCache.open': (options) => CallCache.open(options) },
  },
  'bench/calls:PruneOptions': { calls: { 'CallCache.prune': (options) => cache.prune(options) } },
  'bench/calls:CallControlOptions': {
    calls: { CallControl: (options) => new CallControl(options) },
  },
  'bench/calls:ControlledCallOptions': {
    calls: { 'CallControl.run': (options) => control.run(async () => 1, options) },
  },
  'bench/calls:PaidCallsOptions': {
    base: { control },
    calls: { PaidCalls: (options) => new PaidCalls(options) },
  },
};
