import { setTimeout } from 'node:timers/promises';

import { readRun } from '@testbench/bench/results';
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
export async function* watchRun(folder: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const watch = new RunWatch(folder);
  const { plan } = await readRun(folder);
  const totalRecords = plan.dataset.records;
  const casesPerRecord = casesOf(plan);
  let before = '';
  while (!signal.aborted) {
    const state = await watch.look();
    const isComplete = state.records >= totalRecords;
    const event = { ...state, isComplete, totalRecords, casesPerRecord };
    const text = JSON.stringify(event);
    if (text !== before) yield event;
    before = text;
    await pause(signal);
  }
}

/** Yields a list of runs each time it has changed. */
export async function* watchList<Item>(
  list: () => Promise<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  let before = '';
  while (!signal.aborted) {
    const started = performance.now();
    try {
      const found = await list();
      const text = JSON.stringify(found);
      if (text !== before) yield found;
      before = text;
    } catch (error) {
      if (signal.aborted) return;
      // For example, a run that is being moved; the next scan decides.
      if (!PluginError.is(error)) throw error;
    }
    // A large project takes longer to scan: nine tenths of the time are left for other work.
    await pause(signal, 9 * (performance.now() - started));
  }
}

async function pause(signal: AbortSignal, atLeastMs = 0): Promise<void> {
  await setTimeout(Math.max(WATCH_EVERY_MS, atLeastMs), undefined, { signal }).catch(
    () => undefined,
  );
}
