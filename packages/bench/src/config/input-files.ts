import type { OutputInput } from '@testbench/core/files';

import { isPattern, STANDARD_INPUT } from '../dataset/source/find-sources.js';
import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { isStoreReference, parsePluginName } from './plugin-name.js';
import { pluginReferences } from './plugin-references.js';

/**
 * Every file that a run of a configuration reads, so that none of them is overwritten.
 *
 * The files of a pattern are not among them: `files` of the open data set lists those.
 */
export function inputFiles(config: ResolvedBenchmarkConfig): OutputInput[] {
  const { dataset, prompts, policy } = config;
  const modules = pluginReferences(config).filter(
    (plugin) => parsePluginName(plugin) === undefined && !isStoreReference(plugin),
  );
  const files = prompts.flatMap(({ file }) => (file === undefined ? [] : [file]));
  return [
    ...dataFiles(dataset.path).map((path) => ({ path, what: 'the data set' })),
    ...files.map((path) => ({ path, what: 'a prompt' })),
    ...modules.map((path) => ({ path, what: 'a plugin' })),
    ...(policy === undefined ? [] : [{ path: policy, what: 'the policy' }]),
  ];
}

function dataFiles(path: ResolvedBenchmarkConfig['dataset']['path'] = []): readonly string[] {
  const paths = typeof path === 'string' ? [path] : path;
  return paths.filter((one) => one !== STANDARD_INPUT && !isPattern(one));
}
