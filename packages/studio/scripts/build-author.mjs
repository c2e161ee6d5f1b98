// Bundles the editor's worker, and the playground: editor and visual builder as files for any static server. Nothing comes from a network.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

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

const OPTIONS = {
  absWorkingDir: folder,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome123', 'firefox128', 'safari17.5'],
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'inline',
  logLevel: 'error',
  plugins: [SDK_TEXTS],
};

/** Writes the worker into a folder; its dependencies must be built. Returns the file's name. */
export async function buildWorker(target) {
  const name = 'author-worker';
  await build({
    ...OPTIONS,
    plugins: [SDK_TEXTS, ABSENT_MODULES],
    entryPoints: { [name]: 'src/author/worker/main.ts' },
    outdir: target,
  });
  return `${name}.js`;
}

/** Writes `dist/playground`: `index.html`, its script and styles, and the worker. */
export async function buildPlayground() {
  const target = join(folder, 'dist/playground');
  mkdirSync(target, { recursive: true });
  await build({
    ...OPTIONS,
    entryPoints: {
      playground: 'src/author/playground/main.ts',
      styles: 'src/author/playground/playground.css',
    },
    entryNames: '[name]',
    outdir: target,
  });
  await buildWorker(target);
  copyFileSync(join(folder, 'src/author/playground/index.html'), join(target, 'index.html'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPlayground();
