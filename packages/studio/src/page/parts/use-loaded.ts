import { useEffect, useState } from 'preact/hooks';

import { getJson } from '../api.js';

/** What was asked for, or what went wrong; both undefined while it is on the way. */
export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly error: Error | undefined;
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => void;
}

/** Asks the server for JSON whenever the path changes. */
export function useLoaded<Value>(path: string | undefined): Loaded<Value> {
  const [state, setState] = useState<{ value?: Value; error?: Error; path?: string }>({});
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    const leaving = new AbortController();
    getJson<Value>(path, leaving.signal).then(
      (value) => setState({ value, path }),
      (error: unknown) => {
        if (!leaving.signal.aborted) setState({ error: error as Error, path });
      },
    );
    return () => leaving.abort();
  }, [path, times]);
  const isCurrent = state.path === path;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    reload: () => setTimes(times + 1),
  };
}

/** Hears what the server tells, for as long as the component is there. */
export function useEvents<Value>(path: string | undefined): Loaded<Value> {
  const [value, setValue] = useState<Value>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    if (path === undefined) return undefined;
    const source = new EventSource(path);
    source.addEventListener('message', ({ data }) => {
      setValue(JSON.parse(String(data)) as Value);
      setError(undefined);
    });
    source.addEventListener('error', () => {
      setError(new Error('The studio does not answer. Is it still running?'));
      // A browser gives up after an answer that is no stream, and says nothing of why.
      if (source.readyState === EventSource.CLOSED) {
        getJson(path).catch((cause: unknown) => setError(cause as Error));
      }
    });
    return () => source.close();
  }, [path]);
  return { value, error, reload: () => undefined };
}
