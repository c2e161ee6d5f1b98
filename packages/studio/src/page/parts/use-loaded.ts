import { useEffect, useState } from 'preact/hooks';

import { getJson } from '../api.js';

/** The requested value, or the error; both undefined while loading. */
export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly error: Error | undefined;
}

/** Fetches JSON from the server whenever the path changes. */
export function useLoaded<Value>(path: string | undefined): Loaded<Value> {
  const [state, setState] = useState<{ value?: Value; error?: Error; path?: string }>({});
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
  }, [path]);
  const isCurrent = state.path === path;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
  };
}

/** Receives the server's events for as long as the component is mounted. */
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
      // A browser gives up after an answer that is not a stream, without saying why.
      if (source.readyState === EventSource.CLOSED) {
        getJson(path).catch((cause: unknown) => setError(cause as Error));
      }
    });
    return () => source.close();
  }, [path]);
  return { value, error };
}
