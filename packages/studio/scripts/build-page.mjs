// Bundles the browser code into dist/assets: files that the studio's server serves. Nothing comes from a network.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { buildWorker, SDK_TEXTS } from './build-author.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const target = join(folder, 'dist/assets');

/** Files of the page by the name under which the server serves them; a worker takes one more line. */
const ENTRIES = {
  main: 'src/page/main.ts',
  styles: 'src/page/styles.css',
};

/** Writes `dist/assets`; browser tests also call it, so that they never run with an outdated page. */
export async function buildPage() {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ENTRIES,
    outdir: target,
    chunkNames: 'part-[hash]',
    write: false,
    bundle: true,
    // Each page loads its own part when it is opened: other pages do not load the editor's compiler.
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    conditions: ['@testbench/source'],
    legalComments: 'inline',
    logLevel: 'error',
    plugins: [SDK_TEXTS],
  });
  mkdirSync(target, { recursive: true });
  const written = new Set(outputFiles.map(({ path }) => relative(target, path)));
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    // Renamed into place: another process may be reading the old one.
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  written.add(await buildWorker(target));
  for (const name of readdirSync(target)) {
    if (!written.has(name)) rmSync(join(target, name), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage();
