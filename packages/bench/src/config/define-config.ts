import type { BenchmarkConfig } from './benchmark-config.js';

/**
 * Returns a configuration unchanged: for editors, which complete and check its keys in a script.
 *
 * @example
 * ```ts
 * import { defineConfig } from '@testbench/bench';
 *
 * export default defineConfig({
 *   name: 'sums',
 *   dataset: { path: 'sums.csv' },
 *   providers: [{ plugin: 'replay', models: ['a', 'b'] }],
 *   evaluators: [{ plugin: 'exact-match', threshold: 1 }],
 * });
 * ```
 */
export function defineConfig(config: BenchmarkConfig): BenchmarkConfig {
  return config;
}
