import type { Route } from '../server/route.js';
import { MAX_SAVE_BYTES } from './limits.js';
import { readSaveOrder } from './save/read-save-request.js';
import { saveProject } from './save/save-project.js';

/** Builds take all of a processor; they come one after the other. */
let saving: Promise<unknown> = Promise.resolve();

/** What the editor and the visual builder ask of the server. */
export const AUTHOR_ROUTES: readonly Route[] = [
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
