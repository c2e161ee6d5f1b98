// Bundles what runs in the page into texts: one module that exports the script and the styles. Nothing of it comes from a network when the page is opened.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Writes `dist/page.js`; the tests call it too, so that none runs with an older page. */
export async function buildPage() {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: { page: 'src/html/page/main.tsx', styles: 'src/html/page/styles.css' },
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
    conditions: ['@testbench/source'],
    legalComments: 'inline',
  });
  const textOf = (name) => outputFiles.find(({ path }) => path.endsWith(name)).text.trim();
  const lines = [
    `export const PAGE_SCRIPT = ${JSON.stringify(textOf('page.js'))};`,
    `export const PAGE_STYLES = ${JSON.stringify(textOf('styles.css'))};`,
  ];
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const file = join(folder, 'dist/page.js');
  // Renamed into place: another process may be reading the old one.
  writeFileSync(`${file}.${process.pid}`, `${lines.join('\n')}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage();
