import { AUTHOR_ROUTES } from './author/routes.js';
import type { Route } from './server/route.js';

/** All that the page can ask of the server. */
export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/project',
    answer: ({ project }) => ({ json: { folder: project.folder } }),
  },
  ...AUTHOR_ROUTES,
];
