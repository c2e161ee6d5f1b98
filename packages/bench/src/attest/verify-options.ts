import type { OptionReaders } from '@testbench/types/config';
import type { Verifier } from '@testbench/types/stores';

import { RUN_OPTIONS, type RunOptions } from '../run/run-options.js';
import type { RowDifference } from './compare-rows.js';

/** Options of `verifyRun`. */
export interface VerifyRunOptions extends Pick<
  RunOptions,
  'system' | 'readers' | 'signal' | 'onProgress' | 'findPlugin'
> {
  /** Checks who signed the run, such as `createVerifier` of `@testbench/trust`. @default signatures are not checked */
  readonly verifier?: Verifier;
  /**
   * Where the data set is now: the path of its file, or of each of its files. Its digest must match the plan.
   *
   * @default where the run's configuration says
   */
  readonly dataset?: string | readonly string[];
  /** Paths of modules: an evaluator whose digest matches one of them is run with it, regardless of the path in the run's configuration. @default none */
  readonly modules?: readonly string[];
  /** Bundles besides the one in the run's folder, such as those attached to it in a store. @default none */
  readonly bundles?: readonly Uint8Array[];
  /** Called with each difference as it is found, including those not listed. Must not throw. */
  readonly onDifference?: (difference: RowDifference) => void;
}

/** Says whether rows were compared with the data set: see `RunVerification`. */
export type RecordComparison =
  | { readonly compared: true; readonly rows: number }
  | { readonly compared: false; readonly reason: string };

/** Readers of {@link VerifyRunOptions}. */
export const VERIFY_RUN_OPTIONS: OptionReaders<VerifyRunOptions> = {
  system: RUN_OPTIONS.system,
  readers: RUN_OPTIONS.readers,
  signal: RUN_OPTIONS.signal,
  onProgress: RUN_OPTIONS.onProgress,
  findPlugin: RUN_OPTIONS.findPlugin,
  verifier: (node) => node.implementation<Verifier>('verify'),
  bundles: (node) =>
    node.list().map((item) => {
      const { value } = item;
      return value instanceof Uint8Array ? value : item.reject('bytes');
    }),
  onDifference: (node) => node.callback(),
  dataset: (node) =>
    typeof node.value === 'string' ? node.text() : node.list().map((item) => item.text()),
  modules: (node) => node.list().map((item) => item.text()),
};
