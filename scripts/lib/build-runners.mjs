// Before any test: bundles the code for threads and child processes from the sources, so that a test never runs code
// built from other sources. vitest calls it as its global set-up.
import { join } from 'node:path';

import { build } from 'esbuild';

import { buildPage } from '../../packages/report/scripts/build-page.mjs';
import { publishFile } from './bundle-for-browsers.mjs';
import { root } from './workspace.mjs';

/** The files, by the folder in which a package looks for them when it runs from its sources. */
const RUNNERS = {
  // The last one is for custom isolations.
  'packages/manager': [
    'runner/thread-main',
    'runner/process-main',
    'runner/prepare-main',
    'runner',
  ],
  // Runs in processes that a test kills.
  'packages/host': ['state/file-state-stores'],
  'packages/registry': ['catalogue/plugin-catalogue', 'install/index', 'stores/index'],
  'packages/bench': ['calls/call-cache', 'dataset/formats/parquet-child'],
  'packages/sdk': ['check/check-thread'],
};

export default async function setup() {
  await buildPage();
  for (const [folder, files] of Object.entries(RUNNERS)) {
    const { outputFiles } = await build({
      absWorkingDir: join(root, folder),
      entryPoints: files.map((file) => `src/${file}.ts`),
      outbase: 'src',
      outdir: 'build',
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@testbench/source'],
    });
    for (const { path, contents } of outputFiles) publishFile(path, contents);
  }
}
