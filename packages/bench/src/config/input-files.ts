import type { OutputInput } from '@testbench/core';

import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { parsePluginName } from './plugin-types.js';

/** Every file that a run of a configuration reads, so that nothing is written over them. */
export function inputFiles(config: ResolvedBenchmarkConfig): OutputInput[] {
  const { dataset, prompts, providers, transforms, evaluators, filters, policy } = config;
  const modules = [...providers, ...transforms, ...evaluators, ...filters]
    .map(({ plugin }) => plugin)
    .filter((plugin) => parsePluginName(plugin) === undefined);
  const files = prompts.flatMap(({ file }) => (file === undefined ? [] : [file]));
  return [
    { path: dataset.path, what: 'the data set' },
    ...files.map((path) => ({ path, what: 'a prompt' })),
    ...modules.map((path) => ({ path, what: 'a plugin' })),
    ...(policy === undefined ? [] : [{ path: policy, what: 'the policy' }]),
  ];
}
