import { fileURLToPath } from 'node:url';

/** The output of `scripts/build-page.mjs`. The path is the same from `src` and from `dist`, because this file is at the top level of both. */
export const PAGE_FOLDER = fileURLToPath(new URL('../dist/assets/', import.meta.url));
