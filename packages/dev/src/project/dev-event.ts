import type { PluginType } from '@testbench/types';

import type { DevProblem } from './build-project.js';
import type { RecordChange, ScoreTotals } from './compare-outcomes.js';
import type { GoldenFileOutcome } from './golden-files.js';
import type { RecordOutcome } from './score-records.js';

/** Events while a project is watched. Times are in milliseconds. */
export type DevEvent =
  /** Watching starts. */
  | { readonly type: 'watching'; readonly path: string; readonly folder: string }
  /** A relevant file was saved, created or removed. */
  | { readonly type: 'change'; readonly files: readonly string[] }
  | {
      readonly type: 'build';
      readonly name: string;
      readonly version: string;
      readonly pluginType: PluginType;
      readonly language: string;
      readonly size: number;
      /** The module is identical, byte for byte, to the previous one. */
      readonly isSame: boolean;
      readonly warnings: readonly DevProblem[];
      readonly durationMs: number;
    }
  /** There is no module; the next one is compared with the last successful one. */
  | {
      readonly type: 'build-failed';
      readonly code: string;
      readonly message: string;
      readonly problems: readonly DevProblem[];
      readonly durationMs: number;
    }
  /** The module was built, but its host refused it, or it refused its configuration. */
  | { readonly type: 'load-failed'; readonly error: unknown }
  /** Results of the golden files, if there are any. */
  | {
      readonly type: 'tests';
      readonly files: readonly GoldenFileOutcome[];
      readonly inputs: number;
      readonly failed: number;
      readonly durationMs: number;
    }
  /** Results of the first records of the data set. */
  | {
      readonly type: 'scores';
      readonly totals: ScoreTotals;
      /** Totals of the previous build; undefined the first time. */
      readonly before: ScoreTotals | undefined;
      /** At most 50. */
      readonly changes: readonly RecordChange[];
      /** Number of changed records. */
      readonly changed: number;
      /** The first record whose call failed. */
      readonly firstFailure: RecordOutcome | undefined;
      readonly durationMs: number;
    }
  /** The data set cannot be used. */
  | { readonly type: 'dataset-failed'; readonly error: unknown }
  /** A message for the user. */
  | { readonly type: 'notice'; readonly message: string }
  /** Everything is done, and the loop waits for the next change. */
  | { readonly type: 'idle'; readonly ok: boolean; readonly durationMs: number };
