import { AUTHOR_ROUTES } from './author/routes.js';
import { dataRoutes } from './data/data-routes.js';
import { Datasets } from './data/read-records.js';
import { labelRoutes } from './labels/label-routes.js';
import { LabelStore } from './labels/label-store.js';
import { pluginRoutes } from './plugins/plugin-routes.js';
import type { Project } from './project/project.js';
import { RunLister } from './runs/list-runs.js';
import { Reports } from './runs/read-report.js';
import { runRoutes } from './runs/run-routes.js';
import type { Route } from './server/route.js';
import type { StudioTools } from './studio-options.js';

/** All routes that the page can use, and a function that closes the resources they keep open. */
export function openRoutes(
  project: Project,
  tools: StudioTools,
): { readonly routes: readonly Route[]; close(): Promise<void> } {
  const datasets = new Datasets();
  const routes: readonly Route[] = [
    { method: 'GET', path: '/api/project', answer: () => ({ json: { folder: project.folder } }) },
    ...runRoutes(new RunLister(project), new Reports(), tools),
    ...dataRoutes(datasets),
    ...pluginRoutes(tools),
    ...labelRoutes(new LabelStore(project)),
    ...AUTHOR_ROUTES,
  ];
  return { routes, close: () => datasets.close() };
}
