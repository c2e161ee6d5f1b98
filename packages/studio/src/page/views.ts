import type { ComponentType } from 'preact';

import type { PagePath } from '../pages.js';

/** Loads the component of each page, when it is opened. */
export const VIEWS: Readonly<Record<PagePath, () => Promise<ComponentType>>> = {
  '/': async () => (await import('./runs/run-list-page.js')).RunListPage,
};
