import { readAnalytics } from '../analytics/read-analytics.js';
import { StudioError } from '../errors.js';
import type { Route } from '../server/route.js';
import type { StudioTools } from '../studio-options.js';
import { readGallery } from './gallery.js';

/** Routes of the gallery and of plugin statistics. */
export function pluginRoutes({ registries }: StudioTools): readonly Route[] {
  const open = () => {
    if (registries !== undefined) return registries;
    throw new StudioError(
      'STUDIO_NOT_FOUND',
      'Cannot ask a registry: the studio was started without',
    );
  };
  return [
    {
      method: 'GET',
      path: '/api/plugins',
      answer: async ({ project, signal }) => ({
        json: { ...(await readGallery(project, signal)), hasRegistries: registries !== undefined },
      }),
    },
    {
      // Not GET: it uses the network, so a link must not be able to trigger it.
      method: 'POST',
      path: '/api/plugins/offered',
      async answer({ body, signal }) {
        const words = body.fields(['words']).optional('words')?.text() ?? '';
        return { json: { plugins: await open().search(words, signal) } };
      },
    },
    {
      method: 'POST',
      path: '/api/plugins/claims',
      async answer({ body, signal }) {
        const fields = body.fields(['name', 'version', 'registry']);
        const registry = fields.optional('registry')?.text();
        const named = {
          name: fields.required('name').text(),
          version: fields.required('version').text(),
          ...(registry !== undefined && { registry }),
        };
        return { json: await open().claims(named, signal) };
      },
    },
    {
      method: 'GET',
      path: '/api/analytics',
      async answer({ project, signal }) {
        const { runs } = await project.scan(signal);
        return { json: await readAnalytics(runs, signal) };
      },
    },
  ];
}
