import { readRun } from '@testbench/bench/results';

import { numberOf, textOf } from '../server/read-query.js';
import type { Route } from '../server/route.js';
import type { StudioTools } from '../studio-options.js';
import type { RunLister } from './list-runs.js';
import type { Reports } from './read-report.js';
import { scoreAgain } from './score-again.js';
import { watchChanges, watchRun } from './watch-runs.js';

/** Routes of runs. */
export function runRoutes(
  lister: RunLister,
  reports: Reports,
  tools: StudioTools,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/runs',
      answer: ({ signal }) => ({ events: watchChanges(() => lister.list(), signal) }),
    },
    {
      method: 'GET',
      path: '/api/run',
      async answer({ project, query, signal }) {
        const folder = await project.find(textOf(query, 'run'));
        // Read here, so that an unreadable run is reported as an error.
        const { plan } = await readRun(folder);
        return { events: watchRun(folder, plan, signal) };
      },
    },
    {
      method: 'GET',
      path: '/api/report',
      async answer({ project, query }) {
        const { index, key } = await reports.read(project, query.getAll('run'));
        return { json: { index, key } };
      },
    },
    {
      method: 'GET',
      path: '/api/report/block',
      async answer({ query }) {
        const number = numberOf(query, 'block', 0, 1e6);
        return { bytes: await reports.block(textOf(query, 'key'), number), type: 'text/plain' };
      },
    },
    {
      method: 'GET',
      path: '/api/report/image',
      async answer({ query }) {
        const { bytes, mediaType } = await reports.image(
          textOf(query, 'key'),
          textOf(query, 'digest'),
        );
        return { bytes, type: mediaType };
      },
    },
    {
      method: 'POST',
      path: '/api/score',
      answer: async ({ project, body, signal }) => ({
        json: await scoreAgain(project, body, tools, signal),
      }),
    },
  ];
}
