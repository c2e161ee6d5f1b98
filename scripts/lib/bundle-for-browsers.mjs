// Bundles for browsers: of the report, and of the studio's pages, which consist of the report's parts.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { build } from 'esbuild';

/**
 * Bundles code and styles in memory.
 *
 * @param options Further options of esbuild: folder, entries, output folder and format.
 * @returns The files, with absolute paths.
 */
export async function bundleForBrowsers(options) {
  const { outputFiles } = await build({
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'inline',
    logLevel: 'error',
    ...options,
  });
  return outputFiles;
}

/** Writes a file, and renames it into place: another process may be reading the old one. */
export function publishFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/**
 * Writes the files of a folder, and removes all others: names contain digests.
 *
 * @param kept Names of files that stay as they are.
 */
export function publishFolder(folder, files, kept = []) {
  for (const { path, contents } of files) publishFile(path, contents);
  const names = new Set([...files.map(({ path }) => relative(folder, path)), ...kept]);
  for (const name of readdirSync(folder)) {
    if (!names.has(name)) rmSync(join(folder, name), { recursive: true });
  }
}
