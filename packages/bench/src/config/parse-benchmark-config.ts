import { basename, extname, resolve } from 'node:path';

import { type Isolation, ISOLATIONS } from '@testbench/core';
import {
  ConfigError,
  type ConfigFields,
  ConfigNode,
  DEFAULT_LIMITS,
  type DirectoryPermission,
  type Permissions,
  type ResourceLimits,
} from '@testbench/types';

import {
  DATASET_FORMATS,
  type DatasetFormat,
  type EvaluatorConfig,
  type FilterConfig,
  type PluginConfig,
  type ResolvedBenchmarkConfig,
} from './benchmark-config.js';
import { withoutUndefined } from './without-undefined.js';

/** More than this in flight only costs memory: calls wait for threads, not for each other. */
const MAX_CONCURRENCY = 1024;

const CONFIG_KEYS = [
  'name',
  'description',
  'dataset',
  'provider',
  'transforms',
  'evaluators',
  'filter',
  'limits',
  'isolation',
  'policy',
  'concurrency',
  'failFast',
  'output',
] as const;
const DATASET_KEYS = ['path', 'format', 'offset', 'limit', 'fields'] as const;
const PLUGIN_KEYS = ['plugin', 'config', 'limits', 'permissions'] as const;
const LIMIT_KEYS = Object.keys(DEFAULT_LIMITS) as (keyof ResourceLimits)[];
const PERMISSION_KEYS = [
  'filesystem',
  'network',
  'envVars',
  'hostFunctions',
  'allowedDirs',
  'allowedHosts',
  'allowedEnv',
  'allowedHostFunctions',
] as const;
const ACCESSES = ['read-only', 'read-write'] as const;
/** What the bench itself puts into an evaluator's input, and no field of a record may replace. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set(['output', 'record']);
/** What the bench itself puts into a provider's input. */
const RESERVED_PARAMETERS: ReadonlySet<string> = new Set(['model', 'prompt', 'record']);
const FORMAT_BY_ENDING: Readonly<Record<string, DatasetFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
};

/**
 * Checks a benchmark's configuration and fills in what it leaves out.
 *
 * Nothing is read from disk: whether a file exists turns out when the benchmark runs.
 *
 * @param value A parsed JSON or YAML document, or a {@link BenchmarkConfig} made in code.
 * @param baseDirectory Where relative paths start. @default the working directory
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
 *
 * @example
 * ```ts
 * import { parseBenchmarkConfig } from '@testbench/bench';
 *
 * const config = parseBenchmarkConfig(
 *   {
 *     name: 'sums',
 *     dataset: { path: 'sums.csv' },
 *     provider: { plugin: 'replay.wasm', models: ['a'] },
 *     evaluators: [{ plugin: 'exact-match.wasm' }],
 *   },
 *   '/data',
 * );
 * config.dataset.format; // => 'csv'
 * config.dataset.path; // => '/data/sums.csv'
 * config.evaluators[0]?.name; // => 'exact-match'
 * ```
 */
export function parseBenchmarkConfig(
  value: unknown,
  baseDirectory: string = process.cwd(),
): ResolvedBenchmarkConfig {
  const root = new ConfigNode(value).fields(CONFIG_KEYS);
  const config = {
    name: readName(root.required('name')),
    description: root.optional('description')?.text(),
    dataset: readDataset(root.required('dataset'), baseDirectory),
    provider: readProvider(root.required('provider'), baseDirectory),
    transforms: (root.optional('transforms')?.list() ?? []).map((node) =>
      readPlugin(node, baseDirectory),
    ),
    evaluators: readEvaluators(root.required('evaluators'), baseDirectory),
    filter: maybe(root.optional('filter'), (node) => readFilter(node, baseDirectory)),
    limits: maybe(root.optional('limits'), readLimits),
    isolation: maybe(root.optional('isolation'), readIsolation),
    policy: maybe(root.optional('policy'), (node) => resolve(baseDirectory, node.text())),
    concurrency: maybe(root.optional('concurrency'), readConcurrency),
    failFast: root.optional('failFast')?.boolean() ?? false,
    output: maybe(root.optional('output'), (node) => resolve(baseDirectory, node.text())),
  };
  return withoutUndefined(config);
}

function readName(node: ConfigNode): string {
  const name = node.text();
  // It becomes the name of a folder.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) {
    node.reject('letters, digits, ".", "_" or "-", at most 128, the first a letter or digit');
  }
  return name;
}

function readDataset(node: ConfigNode, base: string): ResolvedBenchmarkConfig['dataset'] {
  const dataset = node.fields(DATASET_KEYS);
  const path = resolve(base, dataset.required('path').text());
  const fields = dataset.optional('fields')?.fields(['input', 'expected']);
  return withoutUndefined({
    path,
    format: readFormat(dataset.optional('format'), path, dataset.required('path')),
    offset: dataset.optional('offset')?.wholeNumber(0) ?? 0,
    limit: dataset.optional('limit')?.wholeNumber(1),
    fields: withoutUndefined({
      input: fields?.optional('input')?.text() ?? 'input',
      expected: fields?.optional('expected')?.text(),
    }),
  });
}

function readFormat(
  node: ConfigNode | undefined,
  path: string,
  pathNode: ConfigNode,
): DatasetFormat {
  if (node === undefined) {
    const format = FORMAT_BY_ENDING[extname(path).toLowerCase()];
    return (
      format ?? pathNode.reject('a name ending in .jsonl, .ndjson or .csv, or "format" beside it')
    );
  }
  const format = DATASET_FORMATS.find((known) => known === node.value);
  return format ?? node.reject(DATASET_FORMATS.map((known) => `"${known}"`).join(' or '));
}

function readProvider(node: ConfigNode, base: string): ResolvedBenchmarkConfig['provider'] {
  const provider = node.fields([...PLUGIN_KEYS, 'models', 'parameters']);
  const modelsNode = provider.required('models');
  const nodes = modelsNode.list();
  if (nodes.length === 0) modelsNode.reject('at least one model');
  const models = nodes.map((model) => model.text());
  rejectTwice(nodes, models);
  const parametersNode = provider.optional('parameters');
  const parameters = parametersNode?.object();
  for (const key of Object.keys(parameters ?? {})) {
    if (RESERVED_PARAMETERS.has(key)) {
      throw new ConfigError(
        'CONFIG_INVALID',
        `${parametersNode!.path}.${key}`,
        `Cannot read "${parametersNode!.path}": "${key}" is set for every call and cannot be changed`,
      );
    }
  }
  return withoutUndefined({ ...readPluginFields(provider, base), models, parameters });
}

function readEvaluators(node: ConfigNode, base: string): ResolvedBenchmarkConfig['evaluators'] {
  const nodes = node.list();
  if (nodes.length === 0) node.reject('at least one evaluator');
  const evaluators = nodes.map((item) => {
    const keys = item.fields([...PLUGIN_KEYS, 'name', 'fields']);
    const plugin = readPluginFields(keys, base);
    return withoutUndefined({
      ...plugin,
      name: keys.optional('name')?.text() ?? basename(plugin.plugin, '.wasm'),
      fields: maybe(keys.optional('fields'), readEvaluatorFields),
    });
  });
  rejectTwice(
    nodes.map((item) => new ConfigNode(item.value, `${item.path}.name`)),
    evaluators.map((evaluator) => evaluator.name),
  );
  return evaluators;
}

function readEvaluatorFields(node: ConfigNode): NonNullable<EvaluatorConfig['fields']> {
  const entries = Object.entries(node.object()).map(([name, path]) => {
    const entry = new ConfigNode(path, `${node.path}.${name}`);
    if (RESERVED_FIELDS.has(name)) {
      throw new ConfigError(
        'CONFIG_INVALID',
        entry.path,
        `Cannot read "${node.path}": "${name}" is set for every call and cannot be changed`,
      );
    }
    return [name, entry.text()] as const;
  });
  return Object.fromEntries(entries);
}

function readFilter(node: ConfigNode, base: string): FilterConfig {
  const keys = node.fields([...PLUGIN_KEYS, 'droppedTexts']);
  return withoutUndefined({
    ...readPluginFields(keys, base),
    droppedTexts: keys.optional('droppedTexts')?.boolean(),
  });
}

function readPlugin(node: ConfigNode, base: string): PluginConfig {
  return readPluginFields(node.fields(PLUGIN_KEYS), base);
}

/** The part that every use of a plugin has, of an object whose keys were checked already. */
function readPluginFields(
  fields: ConfigFields<(typeof PLUGIN_KEYS)[number]>,
  base: string,
): PluginConfig {
  return withoutUndefined({
    plugin: resolve(base, fields.required('plugin').text()),
    config: fields.optional('config')?.object(),
    limits: maybe(fields.optional('limits'), readLimits),
    permissions: maybe(fields.optional('permissions'), (node) => readPermissions(node, base)),
  });
}

function readLimits(node: ConfigNode): Partial<ResourceLimits> {
  const limits = node.fields(LIMIT_KEYS);
  return withoutUndefined(
    Object.fromEntries(LIMIT_KEYS.map((key) => [key, limits.optional(key)?.wholeNumber(1)])),
  );
}

function readPermissions(node: ConfigNode, base: string): Permissions {
  const permissions = node.fields(PERMISSION_KEYS);
  const texts = (key: (typeof PERMISSION_KEYS)[number]): string[] | undefined =>
    permissions
      .optional(key)
      ?.list()
      .map((item) => item.text());
  return withoutUndefined({
    filesystem: permissions.optional('filesystem')?.boolean(),
    network: permissions.optional('network')?.boolean(),
    envVars: permissions.optional('envVars')?.boolean(),
    hostFunctions: permissions.optional('hostFunctions')?.boolean(),
    allowedDirs: permissions
      .optional('allowedDirs')
      ?.list()
      .map((item) => readDirectory(item, base)),
    allowedHosts: texts('allowedHosts'),
    allowedEnv: texts('allowedEnv'),
    allowedHostFunctions: texts('allowedHostFunctions'),
  });
}

/** A directory for reading, or an object that says more. A relative path starts where all others do. */
function readDirectory(node: ConfigNode, base: string): DirectoryPermission {
  if (typeof node.value === 'string') return resolve(base, node.text());
  const directory = node.fields(['path', 'access']);
  const accessNode = directory.required('access');
  const access = ACCESSES.find((known) => known === accessNode.value);
  return {
    path: resolve(base, directory.required('path').text()),
    access: access ?? accessNode.reject('"read-only" or "read-write"'),
  };
}

function readIsolation(node: ConfigNode): Isolation {
  const isolation = ISOLATIONS.find((known) => known === node.value);
  return isolation ?? node.reject(ISOLATIONS.map((known) => `"${known}"`).join(' or '));
}

function readConcurrency(node: ConfigNode): number {
  const concurrency = node.wholeNumber(1);
  if (concurrency > MAX_CONCURRENCY) node.reject(`at most ${MAX_CONCURRENCY}`);
  return concurrency;
}

function rejectTwice(nodes: readonly ConfigNode[], names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    const { path } = nodes[index]!;
    throw new ConfigError(
      'CONFIG_INVALID',
      path,
      `Cannot read "${path}": the name ${JSON.stringify(name)} is used twice`,
    );
  }
}

function maybe<T>(node: ConfigNode | undefined, read: (node: ConfigNode) => T): T | undefined {
  return node === undefined ? undefined : read(node);
}
