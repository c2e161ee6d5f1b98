// Bundles the browser code into dist/assets: files that the studio's server serves. Nothing comes from a network.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleForBrowsers, publishFolder } from '../../../scripts/lib/bundle-for-browsers.mjs';
import { bundleWorker, SDK_TEXTS, WORKER_FILE } from './build-author.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const target = join(folder, 'dist/assets');

/** Files of the page by the name under which the server serves them; a worker takes one more line. */
const ENTRIES = {
  main: 'src/page/main.ts',
  styles: 'src/page/styles.css',
};

/**
 * Writes `dist/assets`; tests also call it, so that they never run with an outdated page.
 *
 * @param withWorker Also writes the editor's worker, for which its dependencies must be built; otherwise an existing one stays.
 */
export async function buildPage(withWorker) {
  const page = await bundleForBrowsers({
    absWorkingDir: folder,
    entryPoints: ENTRIES,
    outdir: target,
    chunkNames: 'part-[hash]',
    // Each page loads its own part when it is opened: other pages do not load the editor.
    splitting: true,
    format: 'esm',
    conditions: ['@testbench/source'],
    plugins: [SDK_TEXTS],
  });
  const worker = withWorker ? await bundleWorker(target) : [];
  publishFolder(target, [...page, ...worker], [WORKER_FILE]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(true);
