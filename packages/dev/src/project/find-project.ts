import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { isScriptPath, SCRIPT_EXTENSIONS } from '@testbench/script';
import { BuildError, PROJECT_MARKERS } from '@testbench/sdk';

/** The project to build: a script, or a folder of another language. */
export interface DevProject {
  readonly kind: 'script' | 'plugin';
  /** The script, or the folder; absolute. */
  readonly path: string;
  /** The folder that is watched. */
  readonly folder: string;
  /** Its name in events. */
  readonly name: string;
}

/** File name of the script in a script project, as `create-plugin` names it. */
const SCRIPT = 'plugin';

/**
 * Determines what is at a path: a script, the folder of a plugin, or a folder with a script `plugin.ts`, `plugin.js` or `plugin.py`.
 *
 * @throws {BuildError} `BUILD_NO_PROJECT`.
 */
export function findProject(given: string): DevProject {
  const path = resolve(given);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw none(path, 'there is no such file or folder');
  if (!found.isDirectory()) {
    if (isScriptPath(path)) return script(path);
    throw none(path, `scripts end in ${SCRIPT_EXTENSIONS.join(', ')}`);
  }
  if (PROJECT_MARKERS.some((marker) => existsSync(join(path, marker)))) {
    return { kind: 'plugin', path, folder: path, name: basename(path) };
  }
  const names = SCRIPT_EXTENSIONS.map((extension) => `${SCRIPT}${extension}`);
  const name = names.find((one) => existsSync(join(path, one)));
  if (name !== undefined) return script(join(path, name));
  throw none(path, `it has none of ${[...PROJECT_MARKERS, ...names].join(', ')}`);
}

function script(path: string): DevProject {
  return { kind: 'script', path, folder: dirname(path), name: basename(path) };
}

function none(path: string, state: string): BuildError {
  return new BuildError('BUILD_NO_PROJECT', `Cannot watch ${JSON.stringify(path)}: ${state}`);
}
