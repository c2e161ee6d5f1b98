import type { Route } from '../server/route.js';

/** What the editor and the visual builder ask of the server. */
export const AUTHOR_ROUTES: readonly Route[] = [];
