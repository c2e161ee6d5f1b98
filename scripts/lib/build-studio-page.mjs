// Before tests that start a studio: bundles its page from the sources. vitest calls it as the set-up of their projects.
import { buildPage } from '../../packages/studio/scripts/build-page.mjs';

const BUILT = Symbol.for('testbench.studio-page');

/** Builds it once for all projects of a run: each of them imports this file again. */
export default async function setup() {
  globalThis[BUILT] ??= buildPage();
  await globalThis[BUILT];
}
