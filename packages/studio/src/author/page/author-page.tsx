import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { getJson, pathOf, postJson } from '../../page/api.js';
import type { DataRecord } from '../data/records.js';
import { ARITHMETIC } from '../samples/arithmetic.js';
import type { SavedProject } from '../save/save-project.js';
import { AuthorApp } from './author-app.js';
import type { AuthorHost } from './author-host.js';
import { createAuthorStore } from './author-store.js';

const HOST: AuthorHost = {
  workerUrl: new URL('/assets/author-worker.js', location.origin),
  samples: [ARITHMETIC],
  async listDatasets() {
    const { datasets } = await getJson<{
      readonly datasets: readonly { readonly path: string }[];
    }>('/api/datasets');
    return datasets.map(({ path }) => path);
  },
  async readRecords(path, count) {
    const { records } = await getJson<{ readonly records: readonly DataRecord[] }>(
      pathOf('/api/author/records', { path, count }),
    );
    return records;
  },
  save: async (request) => await postJson<SavedProject>('/api/author/projects', request),
};

/** The studio's page for writing metrics. */
export function AuthorPage(): JSX.Element {
  const store = useMemo(() => createAuthorStore(HOST), []);
  return (
    <>
      <h1>Editor</h1>
      <AuthorApp store={store} />
    </>
  );
}
