import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';

import type { DataRecord } from '../data/records.js';
import { ARITHMETIC } from '../samples/arithmetic.js';
import type { AuthorHost, SaveReply, SaveRequest } from './author-host.js';
import { mountAuthor } from './mount-author.js';

const HOST: AuthorHost = {
  workerUrl: new URL('/assets/author-worker.js', location.origin),
  samples: [ARITHMETIC],
  async listDatasets() {
    const { datasets } = await ask<{ readonly datasets: readonly { readonly path: string }[] }>(
      '/api/datasets',
    );
    return datasets.map(({ path }) => path);
  },
  async readRecords(path, count) {
    const query = new URLSearchParams({ path, count: String(count) });
    const { records } = await ask<{ readonly records: readonly DataRecord[] }>(
      `/api/author/records?${query}`,
    );
    return records;
  },
  save: async (request) => await ask<SaveReply>('/api/author/projects', request),
};

/** The studio's page for writing metrics. */
export function AuthorPage(): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    mountAuthor(element.current!, HOST);
  }, []);
  return (
    <>
      <h1>Editor</h1>
      <div ref={element} />
    </>
  );
}

async function ask<Reply>(path: string, body?: SaveRequest): Promise<Reply> {
  const response = await fetch(
    path,
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
  );
  const answer = (await response.json()) as Reply & {
    readonly error?: { readonly code: string; readonly message: string };
  };
  if (answer.error === undefined) return answer;
  throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
}
