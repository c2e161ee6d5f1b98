import { calibrateJudges } from '@testbench/bench/judging';
import { readRun } from '@testbench/bench/results';

import { textOf } from '../server/read-query.js';
import type { Route } from '../server/route.js';
import type { LabelStore } from './label-store.js';
import { listCases } from './list-cases.js';

/** Routes of human labels, and of how far judges agree with them. */
export function labelRoutes(labels: LabelStore): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/labels',
      answer: async ({ query }) => ({ json: await labels.read(textOf(query, 'run')) }),
    },
    {
      method: 'POST',
      path: '/api/labels',
      async answer({ body }) {
        const fields = body.fields(['run', 'label']);
        const run = fields.required('run').text();
        return { json: await labels.add(run, fields.required('label')) };
      },
    },
    {
      method: 'GET',
      path: '/api/cases',
      async answer({ project, query, signal }) {
        const folder = await project.find(textOf(query, 'run'));
        return { json: await listCases(await readRun(folder), query, signal) };
      },
    },
    {
      method: 'GET',
      path: '/api/agreement',
      async answer({ project, query }) {
        const run = textOf(query, 'run');
        const stored = await readRun(await project.find(run));
        const found = await labels.read(run);
        const threshold = query.get('threshold');
        const calibration = await calibrateJudges(stored.rows(), found.labels, {
          maxDisagreements: 50,
          ...(threshold !== null && { threshold: Number(threshold) }),
        });
        return { json: { file: found.file, calibration } };
      },
    },
  ];
}
