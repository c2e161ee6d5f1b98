import { fileURLToPath } from 'node:url';

/** Editor and visual builder as files, from the build of `@testbench/studio`; the site has them at `/playground/`. */
export const PLAYGROUND = fileURLToPath(
  new URL('../../packages/studio/dist/playground', import.meta.url),
);
