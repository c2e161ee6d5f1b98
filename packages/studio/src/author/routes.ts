import type { Route } from '../server/route.js';
import { numberOf, textOf } from '../server/read-query.js';
import { readRecords } from './data/read-records.js';
import { DEFAULT_RECORDS, MAX_RECORDS, MAX_SAVE_BYTES } from './limits.js';
import { readSaveOrder } from './save/read-save-request.js';
import { saveProject } from './save/save-project.js';

/** A build uses a whole processor, so builds run one after another. */
let saving: Promise<unknown> = Promise.resolve();

/** Routes of the editor and the visual builder. */
export const AUTHOR_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/author/records',
    async answer({ project, query, signal }) {
      const path = await project.findFile(textOf(query, 'path'));
      const count = numberOf(query, 'count', DEFAULT_RECORDS, MAX_RECORDS);
      return { json: { records: await readRecords(path, count, signal) } };
    },
  },
  {
    method: 'POST',
    path: '/api/author/projects',
    maxBodyBytes: MAX_SAVE_BYTES,
    async answer({ project, body, signal }) {
      const order = readSaveOrder(body);
      const saved = saving.then(() => saveProject(project.folder, order, signal));
      saving = saved.catch(() => undefined);
      return { json: await saved };
    },
  },
];
