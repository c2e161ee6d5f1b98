import { fileURLToPath } from 'node:url';

/** What `scripts/build-page.mjs` wrote: the same from `src` and from `dist`, each of which holds this in its own first level. */
export const PAGE_FOLDER = fileURLToPath(new URL('../dist/assets/', import.meta.url));
