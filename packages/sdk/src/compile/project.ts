import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { BuildError } from './build-error.js';

/** Languages that {@link buildPlugin} compiles. */
export type PluginLanguage = 'assemblyscript' | 'rust' | 'c';

/** The project to build. */
export interface Project {
  readonly language: PluginLanguage;
  /** The file that is named in a message about the whole plugin, relative to the folder. */
  readonly entry: string;
}

const KINDS: readonly (readonly [marker: string, project: Project])[] = [
  ['assembly/index.ts', { language: 'assemblyscript', entry: 'assembly/index.ts' }],
  ['Cargo.toml', { language: 'rust', entry: 'src/lib.rs' }],
  ['src/plugin.c', { language: 'c', entry: 'src/plugin.c' }],
];

/** The files by which {@link buildPlugin} recognises a project. */
export const PROJECT_MARKERS: readonly string[] = KINDS.map(([marker]) => marker);

/**
 * Determines a project's language from its files.
 *
 * @param directory Absolute path of the project.
 * @param entry The AssemblyScript file to build, if it is not `assembly/index.ts`.
 * @throws {BuildError} `BUILD_NO_PROJECT`.
 */
export function recognizeProject(directory: string, entry?: string): Project {
  if (entry !== undefined) {
    if (existsSync(join(directory, entry))) return { language: 'assemblyscript', entry };
    throw new BuildError('BUILD_NO_PROJECT', `Cannot build "${directory}": it has no ${entry}`);
  }
  const found = KINDS.find(([marker]) => existsSync(join(directory, marker)));
  if (found !== undefined) return found[1];
  const state = existsSync(directory) ? 'it has' : 'there is';
  throw new BuildError(
    'BUILD_NO_PROJECT',
    `Cannot build "${directory}": ${state} no ${PROJECT_MARKERS.slice(0, -1).join(', ')} or ${PROJECT_MARKERS.at(-1)}; write the plugin there, ` +
      'or begin with `npm create @testbench/plugin`',
  );
}

/** Files of a folder with that extension, sorted; none if the folder does not exist. */
export function filesIn(directory: string, ending: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(ending))
    .toSorted();
}
