// Bundles the code of the page into texts: one module that exports the script and the styles. The opened page loads nothing from a network.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes `dist/page.js`; the tests call it too, so that none runs with an outdated page.
 *
 * @param withPlugins Also writes `dist/page-with-plugins.js`, for which core must be built.
 */
export async function buildPage(withPlugins) {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: {
      page: 'src/html/page/main.ts',
      ...(withPlugins ? { 'page-with-plugins': 'src/html/page/main-with-plugins.ts' } : {}),
      styles: 'src/html/page/styles.css',
    },
    outdir: 'out',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'inline',
    logLevel: 'error',
  });
  const textOf = (name) =>
    outputFiles.find(({ path }) => path.endsWith(`/${name}`))?.text.trim() ?? '';
  write('page', { PAGE_SCRIPT: textOf('page.js'), PAGE_STYLES: textOf('styles.css') });
  if (withPlugins) write('page-with-plugins', { PAGE_SCRIPT: textOf('page-with-plugins.js') });
}

function write(name, texts) {
  const lines = Object.entries(texts).map(
    ([key, text]) => `export const ${key} = ${JSON.stringify(text)};\n`,
  );
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const file = join(folder, 'dist', `${name}.js`);
  // Renamed atomically: another process may be reading the old file.
  writeFileSync(`${file}.${process.pid}`, lines.join(''));
  renameSync(`${file}.${process.pid}`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(true);
