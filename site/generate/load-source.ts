import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build, type Plugin } from 'esbuild';

/** What is imported only when it is called, such as the work of a command, stays out. */
const WITHOUT_DYNAMIC_IMPORTS: Plugin = {
  name: 'without-dynamic-imports',
  setup(bundle) {
    bundle.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/**
 * Imports a module of a package from its sources, so that tables which a package keeps to itself can be shown.
 *
 * @param root The root of the repository.
 * @param path Relative to it.
 */
export async function loadSource(root: string, path: string): Promise<Record<string, unknown>> {
  const folder = join(root, 'site', 'build', 'sources');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${path.replaceAll(/\W+/g, '-')}.mjs`);
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@testbench/source'],
    plugins: [WITHOUT_DYNAMIC_IMPORTS],
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)) as Record<string, unknown>;
}
