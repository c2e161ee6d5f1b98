import { pathToFileURL } from 'node:url';

import type { ScriptLoader } from '@testbench/bench';

/**
 * Runs configurations in TypeScript on every Node version that we support: Node 20 reads none, and later ones can only strip types, and do not resolve
 * `./other.js` to `./other.ts`. Uses jiti, because it is pure JavaScript: a compiler with its own binary would need an install script or a
 * package for each platform. It is imported only if there is a script.
 */
export const scriptLoader: ScriptLoader = {
  specificationVersion: 'v1',
  async load(path) {
    const { createJiti } = await import('jiti');
    // Nothing is kept on disk, nor for a second run in this process.
    const jiti = createJiti(pathToFileURL(path).href, { fsCache: false, moduleCache: false });
    return await jiti.import<Readonly<Record<string, unknown>>>(path);
  },
};
