import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { AggregatingSystem } from '../aggregate/set-scores.js';
import type { Clusters } from '../summary/clusters.js';

/** How scores of whole sets, such as BLEU, are compared: which evaluators compute them, and how often sets are resampled. */
export interface SetComparisonOptions {
  /** Where the evaluators of sums are loaded. */
  readonly system: AggregatingSystem;
  /** Id of the loaded plugin, by name of the evaluator in the rows. Its metadata must say `aggregate: "sums"`. */
  readonly plugins: Readonly<Record<string, string>>;
  /** Evaluators that are called once for each set, because they wait for a network: then there is no interval and no test. @default none */
  readonly once?: readonly string[];
  /** Resamples of the paired bootstrap that gives the interval; 0 for none. @default 1000 */
  readonly resamples?: number;
  /** Swaps of the randomization test; 0 for none. @default 10000 */
  readonly swaps?: number;
  /** The same seed draws the same samples on every machine. @default 0 */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** The settings for comparing sets. */
export interface SetSetting {
  readonly options: SetComparisonOptions;
  readonly confidence: number;
  readonly clusters: Clusters | undefined;
}

const OPTIONS: OptionReaders<SetComparisonOptions> = {
  system: (node) => node.implementation('executePluginBatch'),
  plugins: (node) => node.object() as Record<string, string>,
  once: (node) => node.list().map((name) => name.text()),
  resamples: (node) => node.wholeNumber(0, 1_000_000),
  swaps: (node) => node.wholeNumber(0, 1_000_000),
  seed: (node) => node.wholeNumber(0),
  signal: (node) => node.signal(),
};

/** @throws {ConfigError} An option is wrong. */
export function readSetOptions(given: unknown, path: string): SetComparisonOptions {
  return readOptions<SetComparisonOptions>(given, OPTIONS, path, ['system', 'plugins']);
}
