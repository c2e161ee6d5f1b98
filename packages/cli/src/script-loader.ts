import { pathToFileURL } from 'node:url';

import type { ScriptLoader } from '@testbench/bench';

/**
 * Runs configurations in TypeScript on every Node that we support: Node 20 reads none, and later ones only what can be cut out, and no
 * `./other.js` that is `./other.ts`. By jiti, because it is JavaScript throughout: a compiler with a binary of its own would need an install script or a
 * package for each platform. It is imported when there is a script.
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
