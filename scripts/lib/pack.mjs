import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { runTool, tail } from './run.mjs';
import { root, workspacePackages } from './workspace.mjs';

/**
 * Packs every public package as it would be published.
 *
 * @param folder Where the archives go, each in a separate folder; created if it is missing.
 * @returns For each package its folder in the workspace, its manifest there, and the path of its archive.
 */
export async function packPackages(folder) {
  const packed = [];
  for (const { folder: source, manifest } of workspacePackages()) {
    if (manifest.private === true) continue;
    const target = join(folder, source.replaceAll('/', '-'));
    mkdirSync(target, { recursive: true });
    const { code, output } = await runTool('pnpm', ['pack', '--pack-destination', target], {
      cwd: join(root, source),
    });
    const name = readdirSync(target).find((entry) => entry.endsWith('.tgz'));
    if (code !== 0 || name === undefined) {
      throw new Error(`Cannot pack ${source}: pnpm ended with ${code}\n${tail(output)}`);
    }
    packed.push({ folder: source, manifest, archive: join(target, name) });
  }
  return packed;
}

/** What a reader of a published package may import: its name, and its subpaths except for files, such as package.json. */
export function importNames({ name, exports }) {
  return Object.keys(exports)
    .filter((path) => !/\.(?:css|json)$|\*/.test(path))
    .map((path) => name + path.slice(1));
}
