import type { OutputInput } from '@testbench/core';

import type { BenchmarkConfig } from './benchmark-config.js';

/**
 * Every file that a run of a configuration reads, so that nothing is written over them.
 *
 * @param config With absolute paths, as `loadBenchmarkConfig` gives them.
 */
export function inputFiles(config: BenchmarkConfig): OutputInput[] {
  const { dataset, provider, transforms = [], evaluators, filter, policy } = config;
  const uses = [provider, ...transforms, ...evaluators, ...(filter === undefined ? [] : [filter])];
  return [
    { path: dataset.path, what: 'the data set' },
    ...uses.map(({ plugin }) => ({ path: plugin, what: 'a plugin' })),
    ...(policy === undefined ? [] : [{ path: policy, what: 'the policy' }]),
  ];
}
