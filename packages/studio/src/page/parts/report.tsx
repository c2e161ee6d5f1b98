import {
  createView,
  type PageIndex,
  PageStore,
  ReportView,
  type View,
} from '@testbench/report/components';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { getJson, getText, pathOf } from '../api.js';
import { Problem, Waiting } from './states.js';

/** The report of a run, or of two: the same as in the file, with rows loaded on demand. */
export function Report({ runs }: { readonly runs: readonly string[] }): JSX.Element {
  const [view, setView] = useState<View>();
  const [error, setError] = useState<Error>();
  const path = pathOf('/api/report', { run: runs });
  useEffect(() => {
    const leaving = new AbortController();
    const load = async (): Promise<void> => {
      try {
        const { index, key } = await getJson<{ index: PageIndex; key: string }>(
          path,
          leaving.signal,
        );
        const read = (block: number): Promise<string> =>
          getText(pathOf('/api/report/block', { key, block }));
        showSamePair(index);
        setView(createView(new PageStore(index, read)));
      } catch (cause) {
        if (!leaving.signal.aborted) setError(cause as Error);
      }
    };
    void load();
    return () => leaving.abort();
  }, [path]);
  if (error !== undefined) return <Problem error={error} />;
  return view === undefined ? <Waiting what="the report" /> : <ReportView view={view} />;
}

/** For two runs, the matrix first shows one system before and after, not two systems of the first run. */
function showSamePair({ systems }: PageIndex): void {
  if (location.hash !== '') return;
  const [first] = systems;
  const same = systems.findIndex(
    ({ run, prompt, provider, model }) =>
      run === 1 && prompt === first?.prompt && provider === first.provider && model === first.model,
  );
  if (same > 1) history.replaceState(null, '', `#b=${same}`);
}
