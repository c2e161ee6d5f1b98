import { MAX_PREPARING_THREADS, RUNNER_IDLE_MS } from '../limits.js';
import type { PreparingThread } from './preparing-thread.js';

/** Idle threads of managers that were closed. */
const spares: PreparingThread[] = [];
let timer: NodeJS.Timeout | undefined;

/**
 * Keeps a thread for another manager of this process, for a while: starting one takes three times as long as reading most modules. No data
 * of one module is left in it for the next, and no plugin code ever runs in it.
 */
export function keepSpare(thread: PreparingThread): void {
  if (thread.dead || spares.length >= MAX_PREPARING_THREADS) {
    thread.end();
    return;
  }
  spares.push(thread);
  timer ??= setTimeout(endSpares, RUNNER_IDLE_MS).unref();
}

/** Takes a kept thread, if there is one. */
export function takeSpare(): PreparingThread | undefined {
  let thread = spares.pop();
  while (thread?.dead === true) thread = spares.pop();
  return thread;
}

function endSpares(): void {
  timer = undefined;
  for (const thread of spares.splice(0)) thread.end();
}
