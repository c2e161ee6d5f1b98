// Bundles the code of the page into texts: one module that exports the script and the styles. The opened page loads nothing from a network.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleForBrowsers, publishFile } from '../../../scripts/lib/bundle-for-browsers.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes `dist/page.js`; the tests call it too, so that none runs with an outdated page.
 *
 * @param withPlugins Also writes `dist/page-with-plugins.js`, for which core must be built.
 */
export async function buildPage(withPlugins) {
  const files = await bundleForBrowsers({
    absWorkingDir: folder,
    entryPoints: {
      page: 'src/html/page/main.ts',
      ...(withPlugins ? { 'page-with-plugins': 'src/html/page/main-with-plugins.ts' } : {}),
      styles: 'src/html/page/styles.css',
    },
    outdir: 'out',
    format: 'iife',
  });
  const textOf = (name) => files.find(({ path }) => path.endsWith(`/${name}`))?.text.trim() ?? '';
  write('page', { PAGE_SCRIPT: textOf('page.js'), PAGE_STYLES: textOf('styles.css') });
  if (withPlugins) write('page-with-plugins', { PAGE_SCRIPT: textOf('page-with-plugins.js') });
}

function write(name, texts) {
  const lines = Object.entries(texts).map(
    ([key, text]) => `export const ${key} = ${JSON.stringify(text)};\n`,
  );
  publishFile(join(folder, 'dist', `${name}.js`), lines.join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(true);
