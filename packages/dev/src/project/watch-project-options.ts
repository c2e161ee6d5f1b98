import type { Optimization, TestHostOptions } from '@testbench/sdk';
import type { OptionReaders } from '@testbench/types/config';

import type { DevEvent } from './dev-event.js';
import { readDataset, readOptimization } from './read-dev-options.js';
import type { DevDataset } from './score-records.js';

/** What is watched, and what is done after every change. */
export interface WatchProjectOptions {
  /** A script, or the folder of a plugin. @default the current folder */
  readonly project?: string;
  /** What AssemblyScript, Rust and C are optimised for. @default 'none', which builds soonest */
  readonly optimize?: Optimization;
  /** Files of expected outputs, as `checkGolden` reads them. @default every `golden*.jsonl` and `*.golden.jsonl` in the folder */
  readonly golden?: readonly string[];
  /** Records that are scored after each build. @default none */
  readonly dataset?: DevDataset;
  /** How the plugin is run: its configuration, permissions, limits and what answers its requests. */
  readonly host?: TestHostOptions;
  /** A file of JSON in the place of `host.config`, which is watched too. */
  readonly configFile?: string;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Hears what happens, in its order. */
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
