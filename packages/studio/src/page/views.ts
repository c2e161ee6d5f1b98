import type { ComponentType } from 'preact';

import type { PagePath } from '../pages.js';

/** Loads the component of each page, when it is opened. */
export const VIEWS: Readonly<Record<PagePath, () => Promise<ComponentType>>> = {
  '/': async () => (await import('./runs/run-list-page.js')).RunListPage,
  '/run': async () => (await import('./runs/run-page.js')).RunPage,
  '/compare': async () => (await import('./runs/compare-page.js')).ComparePage,
  '/score': async () => (await import('./runs/score-page.js')).ScorePage,
  '/labels': async () => (await import('./labels/label-page.js')).LabelPage,
  '/data': async () => (await import('./data/data-page.js')).DataPage,
  '/plugins': async () => (await import('./plugins/plugin-page.js')).PluginPage,
  '/analytics': async () => (await import('./analytics/analytics-page.js')).AnalyticsPage,
  '/editor': async () => (await import('../author/page/author-page.js')).AuthorPage,
};
