import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  estimateRun,
  loadBenchmarkConfig,
  parseBenchmarkConfig,
  PluginLocator,
  runBenchmark,
  scoreRun,
} from '@testbench/bench';
import { attestRun, verifyRun } from '@testbench/bench/attest';
import { analysePlugins } from '@testbench/bench/analytics';
import { aggregateRun, openSetEvaluators, scoreSets, SumBoard } from '@testbench/bench/aggregate';
import { Budget, CallCache, CallControl, PaidCalls } from '@testbench/bench/calls';
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
import { type CustomPlugin, type Plugin, PluginSystem } from '@testbench/core';
import { recordHost } from '@testbench/core/analytics';
import { findOutputPlace, OutputFile, writeOutput } from '@testbench/core/files';
import { createPlugin } from '@testbench/create-plugin';
import { watchBenchmark, watchProject } from '@testbench/dev';
import {
  createEnvSecrets,
  createFileStateStores,
  createHostBinding,
  createHostEffects,
  createMemorySecrets,
  createMemoryStateStore,
  readAuthorities,
} from '@testbench/host';
import { createFileAccess } from '@testbench/host/files';
import { createHttpClient } from '@testbench/host/http';
import { permissionsFor, PluginManager } from '@testbench/manager';
import { observePlugins } from '@testbench/manager/opentelemetry';
import { attachMeter, meterModule } from '@testbench/metering';
import { discoverPlugins } from '@testbench/registry';
import { PluginCatalogue } from '@testbench/registry/catalogue';
import {
  findPlugin,
  installPlugins,
  outdatedPlugins,
  pinPlugin,
  publishPlugin,
  RegistryMap,
  uninstallPlugins,
  updatePlugins,
  watchUpdates,
} from '@testbench/registry/install';
import { createMemoryStore } from '@testbench/registry/stores';
import { listRepositories, openRegistry } from '@testbench/registry-oci';
import { createHtmlReporter } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';
import { compilePlugin, meterPlugin, ModuleCache, PluginInstance } from '@testbench/runtime';
import {
  admitModule,
  checkModule,
  PolicyGrants,
  PermissionSet,
  requireReadable,
} from '@testbench/sandbox';
import { buildScript, createScriptCompiler } from '@testbench/script';
import {
  assertUsage,
  buildPlugin,
  checkGolden,
  checkPlugin,
  createTestHost,
  recordedHttp,
  runAuthorTests,
  runGolden,
  type TestHost,
} from '@testbench/sdk';
import {
  bootstrapInterval,
  clusteredDifference,
  clusteredInterval,
  meanInterval,
  newcombeInterval,
  pairedDifference,
  proportionInterval,
  randomSwaps,
  resample,
  welchTest,
  wilcoxonTest,
} from '@testbench/statistics';
import {
  kendallCorrelation,
  pearsonCorrelation,
  spearmanCorrelation,
} from '@testbench/statistics/agreement';
import { calibrationError } from '@testbench/statistics/classification';
import {
  detectableDifference,
  detectableProportion,
  requiredRecords,
  requiredRecordsForMcNemar,
  requiredRecordsForProportions,
} from '@testbench/statistics/power';
import { eloRatings, winRates } from '@testbench/statistics/ranking';
import { startStudio } from '@testbench/studio';
import { createRunTelemetry, MetricsRegistry, startMetricsServer } from '@testbench/telemetry';
import { assemble, guestWat } from '@testbench/test-kit';
import {
  createVerifier,
  listClaims,
  parseTrustRules,
  type SigningKey,
  signRelease,
  verifyBundle,
} from '@testbench/trust';

type Options = Readonly<Record<string, unknown>>;

/** The functions that take an options type, and the messages about its keys. */
export interface OptionRow {
  /** Prefix of the options in the path of an error, with a dot at the end. @default at the root */
  readonly prefix?: string;
  /** The required options. @default {} */
  readonly base?: Options;
  readonly calls: Readonly<Record<string, (options: never) => unknown>>;
  /** Keys that may have any value, or whose errors report something other than the path of the key; with the reason. */
  readonly others?: Readonly<Record<string, string>>;
}

const bytes = assemble(guestWat());
const folder = mkdtempSync(join(tmpdir(), 'testbench-options-'));
const input = { data: null };
const manager = new PluginManager();
const system = new PluginSystem({ isolation: 'inline' });
const plugin: Plugin = await system.loadPluginFromBytes('guest', bytes);
const host: TestHost = await createTestHost(bytes, { isolation: 'inline' });
const binding = createHostBinding({ pluginId: 'guest' });
const compiled = await compilePlugin(bytes, { maxMemoryBytes: 2 ** 22 });
const instance = new PluginInstance(compiled, { host: binding });
const metered = new WebAssembly.Module(meterModule(bytes).bytes);
const permissions = new PermissionSet();
const policy = { imports: {}, maxMemoryBytes: 2 ** 22 };
const ownPlugin: CustomPlugin = {
  metadata: { name: 'own', version: '1.0.0', pluginType: 'custom' },
  run: () => 1,
};
const config = {
  name: 'none',
  dataset: { path: 'none.csv' },
  provider: { plugin: 'none.wasm', models: ['a'] },
  evaluators: [{ plugin: 'none.wasm' }],
};
const project = { folder, registries: new RegistryMap({ registries: {} }) };
const control = new CallControl();
const cache = await CallCache.open({ folder: join(folder, 'calls') });
const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'a', version: '1.0.0' };
const noRows = { rows: async function* () {} };
const openMetered = (): WebAssembly.Instance => new WebAssembly.Instance(metered);

export async function closeAll(): Promise<void> {
  await manager.close();
  await system.close();
  await host.close();
  rmSync(folder, { recursive: true });
}

/** Rows by the names that {@link exportedTypes} gives. */
export const OPTION_TYPES: Readonly<Record<string, OptionRow>> = {
  'types:ResourceLimits': {
    prefix: 'limits.',
    calls: {
      PluginManager: (limits) => new PluginManager({ limits }),
      PluginSystem: (limits) => new PluginSystem({ limits }),
      'PluginManager.load': (limits) => manager.load(bytes, { limits }),
      PluginInstance: (limits) => new PluginInstance(compiled, { host: binding, limits }),
      createTestHost: (limits) => createTestHost(bytes, { limits }),
      parseBenchmarkConfig: (limits) => parseBenchmarkConfig({ ...config, limits }),
    },
  },
  'types:Permissions': {
    prefix: 'permissions.',
    calls: {
      PermissionSet: (granted) => new PermissionSet(granted),
      'PluginManager.load': (granted) => manager.load(bytes, { permissions: granted }),
      createTestHost: (granted) => createTestHost(bytes, { permissions: granted }),
    },
  },
  'trust:VerifierOptions': {
    base: { rules: parseTrustRules({}) },
    calls: {
      createVerifier: (options) => createVerifier(options),
      listClaims: (options) => listClaims(artifact, [], options),
    },
  },
  'bench/attest:AttestRunOptions': {
    base: { sign: () => new Uint8Array() },
    calls: { attestRun: (options) => attestRun(folder, options) },
  },
  'bench/attest:VerifyRunOptions': {
    calls: { verifyRun: (options) => verifyRun(folder, options) },
  },
  'trust:VerifyBundleOptions': {
    base: { artifact: artifact.digest },
    calls: { verifyBundle: (options) => verifyBundle(bytes, options) },
  },
  'trust:SignOptions': {
    calls: { signRelease: (options) => signRelease(artifact, {} as SigningKey, options) },
  },
  'types/stores:VerifyArtifactOptions': {
    calls: {
      'Verifier.verify': (options) =>
        createVerifier({ rules: parseTrustRules({}) }).verify(artifact, [], options),
    },
  },
  'types/stores:Secret': {
    prefix: 'secrets.A.',
    base: { value: '0123456789', hosts: ['api.example.com'] },
    calls: { createMemorySecrets: (secret) => createMemorySecrets({ A: secret }) },
  },
  'sandbox:AdmissionCaps': {
    prefix: 'caps.',
    calls: {
      requireReadable: (caps) => requireReadable(bytes, caps),
      checkModule: (caps) => checkModule(bytes, { ...policy, caps }),
      PluginManager: (caps) => new PluginManager({ caps }),
    },
  },
  'sandbox:FeatureSet': {
    prefix: 'features.',
    calls: {
      checkModule: (features) => checkModule(bytes, { ...policy, features }),
      PluginManager: (features) => new PluginManager({ features }),
    },
  },
  'sandbox:AdmissionOptions': {
    base: policy,
    calls: {
      checkModule: (options) => checkModule(bytes, options),
      admitModule: (options) => admitModule(bytes, options),
    },
  },
  'sandbox:PolicyEntry': {
    prefix: 'policy.plugins[0].',
    base: { name: 'a', digest: 'any', permissions: {} },
    calls: {
      PolicyGrants: (entry) => new PolicyGrants([entry]),
      PluginManager: (entry) => new PluginManager({ policy: { plugins: [entry] } }),
    },
  },
  'sandbox:DirectoryGrant': {
    prefix: 'permissions.allowedDirs[0].',
    base: { path: '/data', access: 'read-only' },
    calls: {
      PermissionSet: (entry) => new PermissionSet({ filesystem: true, allowedDirs: [entry] }),
    },
  },
  'metering:MeterOptions': { calls: { meterModule: (options) => meterModule(bytes, options) } },
  'metering:CostTable': {
    prefix: 'costs.',
    calls: { meterModule: (costs) => meterModule(bytes, { costs }) },
  },
  'metering:MeterHandler': {
    prefix: 'handler.',
    base: { onSlice: () => 'continue' },
    calls: { attachMeter: (handler) => attachMeter(openMetered(), handler) },
  },
  'statistics:IntervalOptions': {
    calls: {
      welchTest: (options) => welchTest([1, 0], [0, 1], options),
      newcombeInterval: (options) =>
        newcombeInterval({ successesA: 1, nA: 2, successesB: 1, nB: 2 }, options),
      pearsonCorrelation: (options) => pearsonCorrelation([1, 2], [2, 1], options),
      spearmanCorrelation: (options) => spearmanCorrelation([1, 2], [2, 1], options),
      kendallCorrelation: (options) => kendallCorrelation([1, 2], [2, 1], options),
      proportionInterval: (options) => proportionInterval(1, 2, options),
      winRates: (options) => winRates([], options),
    },
  },
  'statistics/ranking:EloOptions': { calls: { eloRatings: (options) => eloRatings([], options) } },
  'statistics:MeanIntervalOptions': {
    calls: {
      meanInterval: (options) => meanInterval([1, 2], options),
      pairedDifference: (options) => pairedDifference([1, 2], [2, 1], options),
    },
  },
  'statistics:ClusteredOptions': {
    calls: {
      clusteredInterval: (options) => clusteredInterval([1, 2], ['a', 'b'], options),
      clusteredDifference: (options) => clusteredDifference([1, 2], [2, 1], ['a', 'b'], options),
    },
  },
  'statistics:BootstrapOptions': {
    base: { resamples: [[0]] },
    calls: { bootstrapInterval: (options) => bootstrapInterval({ values: [1] }, options) },
  },
  'statistics:ResampleOptions': { calls: { resample: (options) => resample(2, options) } },
  'statistics:SwapOptions': { calls: { randomSwaps: (options) => randomSwaps(2, options) } },
  'statistics:WilcoxonOptions': {
    calls: { wilcoxonTest: (options) => wilcoxonTest([1, 2], [2, 1], options) },
  },
  'statistics/classification:CalibrationOptions': {
    calls: { calibrationError: (options) => calibrationError([0.5], [1], options) },
  },
  'statistics/power:PowerOptions': {
    calls: {
      requiredRecords: (options) => requiredRecords({ test: 'paired_mean', sd: 1 }, 1, options),
      detectableDifference: (options) =>
        detectableDifference({ test: 'paired_mean', sd: 1 }, 9, options),
      requiredRecordsForProportions: (options) =>
        requiredRecordsForProportions({ p1: 0.1, p2: 0.5 }, options),
      detectableProportion: (options) => detectableProportion(0.1, 99, options),
      requiredRecordsForMcNemar: (options) =>
        requiredRecordsForMcNemar({ p10: 0.1, p01: 0.2 }, options),
    },
  },
  'runtime:CompileOptions': {
    base: { maxMemoryBytes: 65_536 },
    calls: { compilePlugin: (options) => compilePlugin(bytes, options) },
  },
  'runtime:MeteringForm': {
    base: { maxMemoryPages: 1, resettable: false },
    calls: { meterPlugin: (form) => meterPlugin(bytes, form) },
  },
  'runtime:ModuleCacheOptions': { calls: { ModuleCache: (options) => new ModuleCache(options) } },
  'runtime:InstanceOptions': {
    base: { host: binding },
    calls: { PluginInstance: (options) => new PluginInstance(compiled, options) },
  },
  'runtime:InstanceCallOptions': {
    calls: {
      readMetadata: (options) => instance.readMetadata(options),
      init: (options) => instance.init({}, options),
      initAsync: (options) => instance.initAsync({}, options),
      execute: (options) => instance.execute(input, options),
      executeAsync: (options) => instance.executeAsync(input, options),
      executeRaw: (options) => instance.executeRaw('{}', options),
      shutdown: (options) => instance.shutdown(options),
      shutdownAsync: (options) => instance.shutdownAsync(options),
      health: (options) => instance.health(options),
      healthAsync: (options) => instance.healthAsync(options),
    },
  },
  'host:HostBindingOptions': {
    base: { pluginId: 'guest' },
    calls: { createHostBinding: (options) => createHostBinding(options) },
  },
  'host:HostEffectsOptions': {
    calls: { createHostEffects: (options) => createHostEffects(options) },
  },
  'host/files:FileAccessOptions': {
    base: { permissions },
    calls: { createFileAccess: (options) => createFileAccess(options) },
  },
  'host:StateQuota': {
    prefix: 'quota.',
    calls: {
      createMemoryStateStore: (quota) => createMemoryStateStore(quota),
      createFileStateStores: (quota) => createFileStateStores(folder, quota),
    },
  },
  'host:EnvSecret': {
    prefix: 'secrets.A.',
    base: { hosts: ['api.example.com'] },
    calls: {
      createEnvSecrets: (secret) => createEnvSecrets({ A: secret }),
      PluginManager: (secret) => new PluginManager({ policy: { secrets: { A: secret } } }),
    },
  },
  'host:CertificateAuthority': {
    prefix: 'certificateAuthorities[0].',
    base: { hosts: ['api.example.com'], ca: '' },
    calls: {
      readAuthorities: (authority) => readAuthorities([authority]),
      PluginManager: (authority) => new PluginManager({ certificateAuthorities: [authority] }),
    },
  },
  'host/http:HttpClientOptions': {
    base: { permissions },
    calls: { createHttpClient: (options) => createHttpClient(options) },
  },
  'host/http:ConnectorOptions': {
    base: { permissions },
    calls: { createHttpClient: (options) => createHttpClient(options) },
  },
  'manager:PluginManagerOptions': {
    calls: { PluginManager: (options) => new PluginManager(options) },
  },
  'manager:LoadPluginOptions': {
    calls: {
      'PluginManager.load': (options) => manager.load(bytes, options),
      'PluginSystem.loadPlugin': (options) => system.loadPlugin('none.wasm', options),
      'PluginSystem.loadPluginFromBytes': (options) =>
        system.loadPluginFromBytes('new', bytes, options),
    },
    others: { config: 'what JSON cannot hold is LOAD_INIT_FAILED, as what the plugin refuses' },
  },
  'manager:RegisterPluginOptions': {
    calls: {
      'PluginManager.register': (options) => manager.register(ownPlugin, options),
      'PluginSystem.registerPlugin': (options) => system.registerPlugin(ownPlugin, options),
    },
    others: { config: 'what JSON cannot hold is LOAD_INVALID_CONFIG' },
  },
  'manager:ReloadOptions': {
    calls: {
      'PluginManager.reload': (options) => manager.reload('guest', bytes, options),
      'PluginManager.watch': (options) => manager.watch('guest', options),
      'PluginSystem.reloadPlugin': (options) => system.reloadPlugin('guest', bytes, options),
      'PluginSystem.watchPlugin': (options) => system.watchPlugin('guest', options),
      'Plugin.reload': (options) => plugin.reload(bytes, options),
    },
  },
  'manager:GoldenInput': {
    prefix: 'golden[0].',
    base: { input, check: () => true },
    calls: {
      'PluginManager.reload': (golden) => manager.reload('guest', bytes, { golden: [golden] }),
    },
  },
  'manager:BatchOptions': {
    calls: {
      'PluginManager.executeBatch': (options) => manager.executeBatch('guest', [input], options),
      'PluginSystem.executePluginBatch': (options) =>
        system.executePluginBatch('guest', [input], options),
    },
  },
  'manager:ExecuteOptions': {
    calls: {
      'PluginManager.execute': (options) => manager.execute('guest', input, options),
      'PluginManager.executePipeline': (options) =>
        manager.executePipeline([{ id: 'guest', data: ['1'], gives: 'verdict' }], [], options),
      'PluginManager.executeStream': (options) => manager.executeStream('guest', input, options),
      'PluginSystem.executePlugin': (options) => system.executePlugin('guest', input, options),
      'PluginSystem.executePipeline': (options) =>
        system.executePipeline([{ id: 'guest', data: ['1'], gives: 'verdict' }], [], options),
      'PluginSystem.executePluginStream': (options) =>
        system.executePluginStream('guest', input, options),
    },
  },
  'manager:PluginPolicy': {
    prefix: 'policy.',
    calls: {
      PluginManager: (given) => new PluginManager({ policy: given }),
      permissionsFor: (given) => permissionsFor(given, { name: 'a', digest: 'any' }),
    },
    others: { secrets: 'their paths begin at "secrets", as for secrets of an embedder' },
  },
  'manager/opentelemetry:ObserveOptions': {
    calls: { observePlugins: (options) => observePlugins(manager.events, options) },
  },
  'registry:DiscoverOptions': {
    calls: { discoverPlugins: (options) => discoverPlugins([], options) },
  },
  'registry-oci:ListRepositoriesOptions': {
    calls: { listRepositories: (options) => listRepositories({ host: 'localhost:1' }, options) },
  },
  'registry-oci:RegistryOptions': { calls: { openRegistry: (options) => openRegistry(options) } },
  'registry/catalogue:CatalogueOptions': {
    calls: { 'PluginCatalogue.open': (options) => PluginCatalogue.open(options) },
  },
  'registry/install:RegistryMapOptions': {
    base: { registries: {} },
    calls: { RegistryMap: (options) => new RegistryMap(options) },
  },
  'registry/install:ProjectOptions': {
    base: project,
    calls: { outdatedPlugins: (options) => outdatedPlugins(options) },
  },
  'registry/install:InstallOptions': {
    base: project,
    calls: { installPlugins: (options) => installPlugins(options) },
  },
  'registry/install:UpdateOptions': {
    base: project,
    calls: { updatePlugins: (options) => updatePlugins(options) },
  },
  'registry/install:NamedPluginsOptions': {
    base: { ...project, plugins: [] },
    calls: { uninstallPlugins: (options) => uninstallPlugins(options) },
  },
  'registry/install:PinOptions': {
    base: { ...project, plugin: 'none' },
    calls: { pinPlugin: (options) => pinPlugin(options) },
  },
  'registry/install:PublishOptions': {
    base: { store: createMemoryStore(), bytes },
    calls: { publishPlugin: (options) => publishPlugin(options) },
  },
  'registry/install:FindPluginOptions': {
    base: { registries: project.registries, cacheFolder: '/nowhere' },
    calls: { findPlugin: (options) => findPlugin('none', options) },
  },
  'registry/install:WatchUpdatesOptions': {
    base: { ...project, onOutdated: () => {} },
    calls: { watchUpdates: (options) => watchUpdates(options) },
  },
  'types/stores:StoreOptions': {
    calls: { 'PluginStore.list': (options) => createMemoryStore().list('none', options) },
  },
  'core:PluginSystemOptions': {
    calls: { PluginSystem: (options) => new PluginSystem(options) },
  },
  'core:LoadOptionsOf': {
    calls: { 'PluginSystem.loadPlugin': (options) => system.loadPlugin('none.wasm', options) },
    others: { config: 'what JSON cannot hold is LOAD_INIT_FAILED, as what the plugin refuses' },
  },
  'core:CallOptions': {
    calls: {
      'Plugin.execute': (options) => plugin.execute(null, options),
      'Plugin.stream': (options) => plugin.stream(null, options).next(),
      'Plugin.batch': (options) => plugin.batch([null], options),
    },
  },
  'core/files:OutputOptions': {
    calls: { findOutputPlace: (options) => findOutputPlace(join(folder, 'out'), options) },
  },
  'core/files:OutputInput': {
    prefix: 'inputs[0].',
    base: { path: 'none', what: 'a file' },
    calls: {
      findOutputPlace: (given) => findOutputPlace(join(folder, 'out'), { inputs: [given] }),
    },
  },
  'core/files:OutputFileOptions': {
    calls: {
      'OutputFile.open': (options) => OutputFile.open(join(folder, 'out'), options),
      writeOutput: (options) => writeOutput(join(folder, 'out'), '', options),
    },
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
  'bench:BenchmarkConfig': {
    base: config,
    calls: {
      parseBenchmarkConfig: (given) => parseBenchmarkConfig(given),
      runBenchmark: (given) => runBenchmark(given),
    },
  },
  'bench/dataset:DatasetConfig': {
    prefix: 'dataset.',
    base: config.dataset,
    calls: { parseBenchmarkConfig: (dataset) => parseBenchmarkConfig({ ...config, dataset }) },
  },
  'bench/dataset:FieldsConfig': {
    prefix: 'dataset.fields.',
    calls: {
      parseBenchmarkConfig: (fields) =>
        parseBenchmarkConfig({ ...config, dataset: { ...config.dataset, fields } }),
    },
  },
  'bench/dataset:SampleConfig': {
    prefix: 'dataset.sample.',
    base: { n: 1 },
    calls: {
      parseBenchmarkConfig: (sample) =>
        parseBenchmarkConfig({ ...config, dataset: { ...config.dataset, sample } }),
    },
  },
  'bench/dataset:ShuffleConfig': {
    prefix: 'dataset.shuffle.',
    calls: {
      parseBenchmarkConfig: (shuffle) =>
        parseBenchmarkConfig({ ...config, dataset: { ...config.dataset, shuffle } }),
    },
  },
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
  'bench:ScoreRunConfig': {
    base: { evaluators: [{ plugin: 'none.wasm' }] },
    calls: { scoreRun: (scoring) => scoreRun(folder, scoring) },
  },
  'bench:ProviderConfig': {
    prefix: 'provider.',
    base: config.provider,
    calls: { parseBenchmarkConfig: (provider) => parseBenchmarkConfig({ ...config, provider }) },
  },
  'bench:LoadConfigOptions': {
    calls: { loadBenchmarkConfig: (options) => loadBenchmarkConfig('none.yaml', options) },
  },
  'bench:ReporterConfig': {
    prefix: 'reporters[0].',
    base: { format: 'html' },
    calls: {
      parseBenchmarkConfig: (reporter) =>
        parseBenchmarkConfig({ ...config, reporters: [reporter] }),
    },
  },
  'bench:BudgetsConfig': {
    prefix: 'budgets.',
    calls: { parseBenchmarkConfig: (budgets) => parseBenchmarkConfig({ ...config, budgets }) },
  },
  'bench:SpendingConfig': {
    prefix: 'budgets.judge.',
    calls: {
      parseBenchmarkConfig: (judge) => parseBenchmarkConfig({ ...config, budgets: { judge } }),
    },
  },
  'bench:EpochsConfig': {
    prefix: 'epochs.',
    base: { count: 1 },
    calls: { parseBenchmarkConfig: (epochs) => parseBenchmarkConfig({ ...config, epochs }) },
  },
  'bench:PromptConfig': {
    prefix: 'prompts[0].',
    calls: {
      parseBenchmarkConfig: (prompt) => parseBenchmarkConfig({ ...config, prompts: [prompt] }),
    },
  },
  'bench:CallsConfig': {
    prefix: 'provider.calls.',
    calls: {
      parseBenchmarkConfig: (calls) =>
        parseBenchmarkConfig({ ...config, provider: { ...config.provider, calls } }),
    },
  },
  'bench:ModelConfig': {
    prefix: 'provider.models[0].',
    base: { name: 'a' },
    calls: {
      parseBenchmarkConfig: (model) =>
        parseBenchmarkConfig({ ...config, provider: { ...config.provider, models: [model] } }),
    },
  },
  'bench:PriceConfig': {
    prefix: 'provider.models[0].price.',
    base: { input: 1, output: 1 },
    calls: {
      parseBenchmarkConfig: (price) =>
        parseBenchmarkConfig({
          ...config,
          provider: { ...config.provider, models: [{ name: 'a', price }] },
        }),
    },
  },
  'bench:PluginConfig': {
    prefix: 'transforms[0].',
    base: { plugin: 'none.wasm' },
    calls: {
      parseBenchmarkConfig: (transform) =>
        parseBenchmarkConfig({ ...config, transforms: [transform] }),
    },
  },
  'bench:EvaluatorConfig': {
    prefix: 'evaluators[0].',
    base: { plugin: 'none.wasm' },
    calls: {
      parseBenchmarkConfig: (evaluator) =>
        parseBenchmarkConfig({ ...config, evaluators: [evaluator] }),
    },
  },
  'bench:FilterConfig': {
    prefix: 'filter.',
    base: { plugin: 'none.wasm' },
    calls: { parseBenchmarkConfig: (filter) => parseBenchmarkConfig({ ...config, filter }) },
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
  'dev:WatchProjectOptions': {
    base: { signal: AbortSignal.abort(), onEvent: () => {}, project: join(folder, 'none') },
    calls: { watchProject: (options) => watchProject(options) },
  },
  'dev:DevDataset': {
    prefix: 'dataset.',
    base: { path: 'none.jsonl' },
    calls: {
      watchProject: (dataset) =>
        watchProject({
          signal: AbortSignal.abort(),
          onEvent: () => {},
          project: join(folder, 'none'),
          dataset,
        }),
    },
  },
  'dev:WatchBenchmarkOptions': {
    base: { signal: AbortSignal.abort(), onEvent: () => {}, config: join(folder, 'none') },
    calls: { watchBenchmark: (options) => watchBenchmark(options) },
  },
  'core/analytics:RecordHostOptions': {
    base: { folder: join(folder, 'hosts') },
    calls: { recordHost: (options) => recordHost(manager as never, options) },
  },
  'telemetry:RunTelemetryOptions': {
    calls: { createRunTelemetry: (options) => createRunTelemetry(options) },
  },
  'telemetry:MetricsServerOptions': {
    // An address that is not ours: with any options, the server does not start.
    base: { registry: new MetricsRegistry(), port: 0, host: '203.0.113.1' },
    calls: { startMetricsServer: (options) => startMetricsServer(options) },
  },
  'studio:StudioOptions': {
    // With any options, it does not start.
    base: { folder: join(folder, 'none') },
    calls: { startStudio: (options) => startStudio(options) },
  },
  'sdk:RunGoldenOptions': {
    calls: { runGolden: (options) => runGolden(host, join(folder, 'none.jsonl'), options) },
  },
  'sdk:BuildPluginOptions': {
    base: { directory: folder },
    calls: { buildPlugin: (options) => buildPlugin(options) },
  },
  'script:ScriptCompilerOptions': {
    calls: { createScriptCompiler: (options) => createScriptCompiler(options) },
  },
  'script:BuildScriptOptions': {
    base: { path: folder },
    calls: { buildScript: (options) => buildScript(options) },
  },
  'sdk:CheckPluginOptions': {
    calls: { checkPlugin: (options) => checkPlugin(Uint8Array.of(0), options) },
  },
  'sdk:AuthorTestOptions': {
    calls: { runAuthorTests: (options) => runAuthorTests(Uint8Array.of(0), options) },
  },
  'sdk:TestHostOptions': {
    calls: { createTestHost: (options) => createTestHost(bytes, options) },
  },
  'sdk:TestCallOptions': { calls: { 'TestHost.call': (options) => host.call({}, options) } },
  'sdk:GoldenOptions': {
    calls: { checkGolden: (options) => checkGolden(host, join(folder, 'none.jsonl'), options) },
  },
  'sdk:RecordedHttpOptions': {
    calls: { recordedHttp: (options) => recordedHttp(join(folder, 'none.jsonl'), options) },
  },
  'sdk:UsageBudget': {
    prefix: 'budget.',
    calls: {
      assertUsage: (budget) =>
        assertUsage({ metadata: { fuelUsed: 1, memoryUsedBytes: 1 } } as never, budget),
    },
  },
  'create-plugin:CreatePluginOptions': {
    base: { directory: join(folder, 'plugin') },
    calls: { createPlugin: (options) => createPlugin(options) },
  },
};

/** Types whose names sound like options, and why they are not options. */
export const NO_OPTION_TYPES: Readonly<Record<string, string>> = {
  'bench:ResolvedBenchmarkConfig': 'what parseBenchmarkConfig returns',
  'bench/dataset:ResolvedDatasetConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedEvaluatorConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedModelConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedPromptConfig': 'what parseBenchmarkConfig returns',
  'bench:ResolvedProviderConfig': 'what parseBenchmarkConfig returns',
  'sandbox:AllowedImports': 'a table of names, read as `imports` of AdmissionOptions',
  'sdk:HttpHandler': 'a function',
  'types/stores:DatasetReadOptions': 'what a reader of data sets is called with',
  'wasm:Limits': 'what a decoded module says of a memory or a table',
};
