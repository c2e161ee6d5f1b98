interface Entry {
  readonly listener: () => void;
}

interface Watched {
  readonly entries: Set<Entry>;
  readonly stop: () => void;
}

/** Signals with waiters. */
const watched = new WeakMap<AbortSignal, Watched>();

/**
 * Calls a function once when a signal fires; never for a signal that has already fired.
 *
 * Thousands of calls may have the same signal, and an engine warns of a leak at the eleventh listener. So each signal gets one,
 * which calls the others.
 *
 * @param listener Must not throw.
 * @returns A function that removes the listener.
 *
 * @example
 * ```ts
 * import { onAbort } from '@testbench/types';
 *
 * const controller = new AbortController();
 * const seen: string[] = [];
 * onAbort(controller.signal, () => seen.push('first'));
 * const end = onAbort(controller.signal, () => seen.push('second'));
 * end();
 * controller.abort();
 * seen; // => ['first']
 * ```
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => {};
  const { entries, stop } = watched.get(signal) ?? watch(signal);
  const entry = { listener };
  entries.add(entry);
  return () => {
    if (entries.delete(entry) && entries.size === 0) stop();
  };
}

function watch(signal: AbortSignal): Watched {
  const entries = new Set<Entry>();
  const fire = (): void => {
    for (const entry of entries) entry.listener();
  };
  const stop = (): void => {
    signal.removeEventListener('abort', fire);
    watched.delete(signal);
  };
  signal.addEventListener('abort', fire);
  watched.set(signal, { entries, stop });
  return { entries, stop };
}
