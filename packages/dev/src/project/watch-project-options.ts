import type { Optimization, TestHostOptions } from '@testbench/sdk';
import type { OptionReaders } from '@testbench/types/config';

import type { DevEvent } from './dev-event.js';
import { readDataset, readOptimization } from './read-dev-options.js';
import type { DevDataset } from './score-records.js';

/** What is watched, and what is done after each change. */
export interface WatchProjectOptions {
  /** A script, or the folder of a plugin. @default the current folder */
  readonly project?: string;
  /** What AssemblyScript, Rust and C are optimised for. @default 'none', the fastest build */
  readonly optimize?: Optimization;
  /** Files of expected outputs, in the format of `checkGolden`. @default every `golden*.jsonl` and `*.golden.jsonl` in the folder */
  readonly golden?: readonly string[];
  /** Records that are scored after each build. @default none */
  readonly dataset?: DevDataset;
  /** How the plugin is run: its configuration, permissions, limits and the answers to its requests. */
  readonly host?: TestHostOptions;
  /** A JSON file used instead of `host.config`; it is watched, too. */
  readonly configFile?: string;
  /** Stops watching. */
  readonly signal: AbortSignal;
  /** Called for each event, in order. */
  readonly onEvent: (event: DevEvent) => void;
}

/** Readers of {@link WatchProjectOptions}. */
export const WATCH_PROJECT_OPTIONS: OptionReaders<WatchProjectOptions> = {
  project: (node) => node.text(),
  optimize: readOptimization,
  golden: (node) => node.list().map((path) => path.text()),
  dataset: readDataset,
  configFile: (node) => node.text(),
  // Checked by the test host.
  host: (node) => node.object(),
  signal: (node) => node.signal(),
  onEvent: (node) => node.callback(),
};
