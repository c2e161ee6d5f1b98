// Bundles the editor's worker, and the playground: editor and visual builder as files for any static server. Nothing comes from a network.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleForBrowsers, publishFolder } from '../../../scripts/lib/bundle-for-browsers.mjs';
import { collectModule } from '../../../scripts/lib/sdk-reference/typescript.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const library = join(folder, '../../plugins-sdk');

/** Reads the sources of the library, as users install them. */
function readLibrary() {
  const names = readdirSync(join(library, 'assembly'), { recursive: true })
    .map((name) => `assembly/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(
    ['index.ts', ...names.toSorted()].map((name) => [
      name,
      readFileSync(join(library, name), 'utf8'),
    ]),
  );
}

const VIRTUAL = {
  'virtual:sdk-sources': () => ['SDK_SOURCES', readLibrary()],
  'virtual:sdk-declarations': () => [
    'SDK_DECLARATIONS',
    Object.fromEntries(collectModule(join(library, 'index.ts'))),
  ],
};

/** Provides the library's sources and declarations as modules. */
export const SDK_TEXTS = {
  name: 'sdk-texts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }));
    onLoad({ filter: /^virtual:/, namespace: 'virtual' }, ({ path }) => {
      const [name, value] = VIRTUAL[path]();
      return { contents: `export const ${name} = ${JSON.stringify(value)};` };
    });
  },
};

/**
 * Empties the modules of Node that the compiler and its optimizer import after they checked for Node. For the worker only, and only these: any other
 * module of Node must fail the build.
 */
const ABSENT_MODULES = {
  name: 'absent-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:fs|module|path|url)$/ }, ({ path }) => ({
      path,
      namespace: 'absent',
      sideEffects: false,
    }));
    onLoad({ filter: /^/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Name under which pages load the worker. */
export const WORKER_FILE = 'author-worker.js';

/** Bundles the worker for a folder; its dependencies must be built. */
export async function bundleWorker(target) {
  return await bundleForBrowsers({
    absWorkingDir: folder,
    entryPoints: { 'author-worker': 'src/author/worker/main.ts' },
    outdir: target,
    format: 'esm',
    plugins: [SDK_TEXTS, ABSENT_MODULES],
  });
}

/** Writes `dist/playground`: `index.html`, its script and styles, and the worker. */
async function buildPlayground() {
  const target = join(folder, 'dist/playground');
  const page = await bundleForBrowsers({
    absWorkingDir: folder,
    entryPoints: {
      playground: 'src/author/playground/main.ts',
      styles: 'src/author/playground/playground.css',
    },
    outdir: target,
    format: 'esm',
    plugins: [SDK_TEXTS],
  });
  const document = {
    path: join(target, 'index.html'),
    contents: readFileSync(join(folder, 'src/author/playground/index.html')),
  };
  publishFolder(target, [document, ...page, ...(await bundleWorker(target))]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPlayground();
