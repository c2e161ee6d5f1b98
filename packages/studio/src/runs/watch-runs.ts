import { setTimeout } from 'node:timers/promises';

import type { StoredRun } from '@testbench/bench/results';
import { PluginError } from '@testbench/types/errors';

import { WATCH_EVERY_MS } from '../limits.js';
import { casesOf } from './list-runs.js';
import { type RunState, RunWatch } from './run-state.js';

/** The state of a run, sent when it changes. */
export interface RunEvent extends RunState {
  readonly isComplete: boolean;
  readonly totalRecords: number;
  /** Number of rows per record. */
  readonly casesPerRecord: number;
}

/** Watches a run until the signal fires, whether it is written by this process or another one. */
export async function* watchRun(
  folder: string,
  plan: StoredRun['plan'],
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const watch = new RunWatch(folder);
  const totalRecords = plan.dataset.records;
  const casesPerRecord = casesOf(plan);
  const look = async (): Promise<RunEvent> => {
    const state = await watch.look();
    return { ...state, isComplete: state.records >= totalRecords, totalRecords, casesPerRecord };
  };
  yield* watchChanges(look, signal);
}

/** Looks again and again, and yields what is found each time it has changed. */
export async function* watchChanges<Found>(
  look: () => Promise<Found>,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  let before = '';
  while (!signal.aborted) {
    const started = performance.now();
    let found: Found | undefined;
    try {
      found = await look();
    } catch (error) {
      if (signal.aborted) return;
      // For example, a run that is being moved; the next look decides.
      if (!PluginError.is(error)) throw error;
    }
    // A large project takes longer to scan: nine tenths of the time are left for other work.
    const pauseMs = Math.max(WATCH_EVERY_MS, 9 * (performance.now() - started));
    const text = JSON.stringify(found);
    if (found !== undefined && text !== before) {
      before = text;
      yield found;
    }
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
