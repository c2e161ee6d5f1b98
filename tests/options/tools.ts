import { join } from 'node:path';
import { createPlugin } from '@testbench/create-plugin';
import { watchBenchmark, watchProject } from '@testbench/dev';
import { createAssertion, TestbenchProvider } from '@testbench/promptfoo';
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
} from '@testbench/sdk';
import { openServer } from '@testbench/http-server';
import { startPluginServer } from '@testbench/serve';
import { evaluate } from '@testbench/vitest';
import { startStudio } from '@testbench/studio';
import { createRunTelemetry, MetricsRegistry, startMetricsServer } from '@testbench/telemetry';

import type { OptionRow } from './option-row.js';
import { bytes, folder, host, system } from './subjects.js';

/** What authors and operators use: `sdk`, `script`, `create-plugin`, `dev`, `promptfoo`, `studio`, `telemetry`. */
export const TOOL_OPTIONS: Readonly<Record<string, OptionRow>> = {
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
  'promptfoo:AssertionOptions': {
    base: { plugin: 'none' },
    calls: { createAssertion: (options) => createAssertion(options) },
  },
  'promptfoo:ProviderOptions': {
    base: { plugin: 'none', model: 'none' },
    calls: { TestbenchProvider: (options) => new TestbenchProvider({ config: options }) },
  },
  'telemetry:RunTelemetryOptions': {
    calls: { createRunTelemetry: (options) => createRunTelemetry(options) },
  },
  'telemetry:MetricsServerOptions': {
    // An address that is not ours: with any options, the server does not start.
    base: { registry: new MetricsRegistry(), port: 0, host: '203.0.113.1' },
    calls: { startMetricsServer: (options) => startMetricsServer(options) },
  },
  'http-server:OpenServerOptions': {
    // An address that is not ours: with any options, the server does not start.
    base: {
      host: '203.0.113.1',
      port: 0,
      answer: () => {},
      maxSockets: 1,
      maxHeaderBytes: 1,
      headersTimeoutMs: 1,
      requestTimeoutMs: 1,
      keepAliveMs: 1,
    },
    calls: { openServer: (options) => openServer(options) },
  },
  'serve:PluginServerOptions': {
    base: { system, host: '203.0.113.1', allowedHosts: ['a.example'] },
    calls: { startPluginServer: (options) => startPluginServer(options) },
  },
  'serve:ServeLimits': {
    prefix: 'limits.',
    calls: {
      startPluginServer: (limits) =>
        startPluginServer({
          system,
          host: '203.0.113.1',
          allowedHosts: ['a.example'],
          limits,
        }),
    },
  },
  'vitest:EvaluateOptions': {
    // Without records no suite is made, with any options.
    base: { evaluators: ['none'] },
    calls: { evaluate: (options) => evaluate([], options) },
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
