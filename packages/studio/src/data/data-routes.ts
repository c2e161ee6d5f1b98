import { stat } from 'node:fs/promises';

import { MAX_PAGE_ROWS } from '../limits.js';
import { numberOf, textOf } from '../server/read-query.js';
import type { Route } from '../server/route.js';
import type { Datasets } from './read-records.js';

/** Routes of the data browser. */
export function dataRoutes(datasets: Datasets): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/datasets',
      async answer({ project, signal }) {
        const { datasets: found, isCut } = await project.scan(signal);
        const listed = await Promise.all(
          found.map(async (path) => {
            const { size, mtime } = await stat(path).catch(() => ({ size: 0, mtime: new Date(0) }));
            return { path: project.nameOf(path), bytes: size, writtenAt: mtime.toISOString() };
          }),
        );
        return { json: { datasets: listed, isCut } };
      },
    },
    {
      method: 'GET',
      path: '/api/dataset',
      async answer({ project, query, signal }) {
        const path = await project.findFile(textOf(query, 'path'));
        const from = numberOf(query, 'from', 0, 1e9);
        const count = numberOf(query, 'count', 50, MAX_PAGE_ROWS);
        const words = query.get('q') ?? '';
        return { json: await datasets.read(path, { from, count, words }, signal) };
      },
    },
  ];
}
