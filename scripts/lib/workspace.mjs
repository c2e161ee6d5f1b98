import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, without a trailing slash. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Reads a JSON file. */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Folders of output. */
const OUTPUT = new Set(['node_modules', 'dist', 'build', 'coverage', 'reference']);

/**
 * The files below a folder whose names match, without output.
 *
 * @param {string} folder Relative to the root, like the result.
 * @param {RegExp} name
 * @returns {string[]}
 */
export function filesBelow(folder, name) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return OUTPUT.has(entry.name) ? [] : filesBelow(path, name);
    return entry.isFile() && name.test(entry.name) ? [path] : [];
  });
}

/**
 * Lists the workspace's packages, without the root.
 *
 * Reads only the `- folder` and `- folder/*` lines of pnpm-workspace.yaml, so that it works before
 * anything is installed.
 */
export function workspacePackages(base = root) {
  const text = readFileSync(join(base, 'pnpm-workspace.yaml'), 'utf8');
  const list = /^packages:\n((?: +- .+\n)+)/m.exec(text);
  const patterns = list === null ? [] : list[1].match(/[^\s-]\S*/g);
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    if (!existsSync(join(base, parent))) return [];
    return readdirSync(join(base, parent)).map((name) => `${parent}/${name}`);
  });
  return folders
    .filter((folder) => existsSync(join(base, folder, 'package.json')))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((folder) => ({ folder, manifest: readJson(join(base, folder, 'package.json')) }));
}
