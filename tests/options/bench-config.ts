import { parseBenchmarkConfig, runBenchmark, scoreRun } from '@testbench/bench';

import type { OptionRow } from './option-row.js';
import { folder, config } from './subjects.js';

/** The configuration of `bench`. */
export const BENCH_CONFIG_OPTIONS: Readonly<Record<string, OptionRow>> = {
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
  'bench/dataset:AttachmentConfig': {
    prefix: 'dataset.attachments[0].',
    base: { field: 'image' },
    calls: {
      parseBenchmarkConfig: (attachment) =>
        parseBenchmarkConfig({
          ...config,
          dataset: { ...config.dataset, attachments: [attachment] },
        }),
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
  'bench:ScoreRunConfig': {
    base: { evaluators: [{ plugin: 'none.wasm' }] },
    calls: { scoreRun: (scoring) => scoreRun(folder, scoring) },
  },
  'bench:ProviderConfig': {
    prefix: 'provider.',
    base: config.provider,
    calls: { parseBenchmarkConfig: (provider) => parseBenchmarkConfig({ ...config, provider }) },
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
  'bench:ToolConfig': {
    prefix: 'tools[0].',
    base: { name: 'add', plugin: 'none.wasm' },
    calls: { parseBenchmarkConfig: (tool) => parseBenchmarkConfig({ ...config, tools: [tool] }) },
  },
  'bench:ConversationConfig': {
    prefix: 'conversation.',
    calls: {
      parseBenchmarkConfig: (conversation) => parseBenchmarkConfig({ ...config, conversation }),
    },
  },
  'bench:UserConfig': {
    prefix: 'conversation.user.',
    base: { plugin: 'none.wasm', model: 'm', instructions: 'Ask.' },
    calls: {
      parseBenchmarkConfig: (user) => parseBenchmarkConfig({ ...config, conversation: { user } }),
    },
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
};
