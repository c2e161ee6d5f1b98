interface Watched {
  readonly listeners: Set<() => void>;
  readonly stop: () => void;
}

const watched = new WeakMap<AbortSignal, Watched>();

/**
 * Calls `listener` when the signal fires. However many calls share a signal, it gets one listener: Node warns of a leak from
 * eleven on.
 *
 * @param listener A function of its own for each call.
 * @returns Ends it.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  const entry = watched.get(signal) ?? watch(signal);
  entry.listeners.add(listener);
  return () => {
    entry.listeners.delete(listener);
    if (entry.listeners.size === 0) entry.stop();
  };
}

function watch(signal: AbortSignal): Watched {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const entry: Watched = {
    listeners,
    stop: () => {
      signal.removeEventListener('abort', tell);
      if (watched.get(signal) === entry) watched.delete(signal);
    },
  };
  signal.addEventListener('abort', tell);
  watched.set(signal, entry);
  return entry;
}
