import { createView, type PageIndex, PageStore, ReportView } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { getText, pathOf } from '../api.js';
import { Loading } from './states.js';
import { useLoaded } from './use-loaded.js';

/** The report of a run, or of two: the same as in the file, with rows loaded on demand. */
export function Report({ runs }: { readonly runs: readonly string[] }): JSX.Element {
  const loaded = useLoaded<{ index: PageIndex; key: string }>(pathOf('/api/report', { run: runs }));
  const { value } = loaded;
  const view = useMemo(() => {
    if (value === undefined) return undefined;
    const { index, key } = value;
    showSamePair(index);
    return createView(
      new PageStore(
        index,
        (block) => getText(pathOf('/api/report/block', { key, block })),
        (digest) => pathOf('/api/report/image', { key, digest }),
      ),
    );
  }, [value]);
  return view === undefined ? (
    <Loading loaded={loaded} what="the report" />
  ) : (
    <ReportView view={view} />
  );
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
