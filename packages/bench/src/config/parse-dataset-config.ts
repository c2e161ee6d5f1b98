import { ConfigNode } from '@testbench/types/config';

import type { ResolvedDatasetConfig } from './dataset-config.js';
import { DATASET } from './dataset-type.js';

/**
 * Checks the `dataset` of a configuration, and fills in defaults. Nothing is read from disk.
 *
 * @param value A `DatasetConfig`.
 * @param baseDirectory Where relative paths start. @default the working directory
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
 *
 * @example
 * ```ts
 * import { parseDatasetConfig } from '@testbench/bench/dataset';
 *
 * const { path, shuffle } = parseDatasetConfig({ path: '*.jsonl', shuffle: true }, '/data');
 * path; // => '/data/*.jsonl'
 * shuffle; // => { seed: 0 }
 * ```
 */
export function parseDatasetConfig(
  value: unknown,
  baseDirectory: string = process.cwd(),
): ResolvedDatasetConfig {
  return DATASET.read(new ConfigNode(value, 'dataset'), { baseDirectory });
}
