import { extname, resolve } from 'node:path';

import type { CompileScript } from '@testbench/bench';

import type { CliIo } from './cli-io.js';
import { escapeText } from './render/escape-text.js';

/** Makes plugins of scripts. What does it is loaded when there is a script: it has a bundler and an interpreter. */
export function scriptCompiler(
  io: CliIo,
  onRead: (files: readonly string[]) => void = () => {},
): CompileScript {
  let compile: Promise<CompileScript> | undefined;
  return async (script) => {
    compile ??= import('@testbench/script').then(({ createScriptCompiler }) =>
      createScriptCompiler({
        onRead,
        onWarning: (message) => void io.stderr.write(`${escapeText(`warning: ${message}`)}\n`),
      }),
    );
    return await (
      await compile
    )(script);
  };
}

/** Absolute path of a plugin's module: a script is made one. */
export async function modulePath(io: CliIo, path: string): Promise<string> {
  const absolute = resolve(io.cwd, path);
  return (await isScript(absolute)) ? await scriptCompiler(io)({ path: absolute }) : absolute;
}

/** True for the path of a script. */
export async function isScript(path: string): Promise<boolean> {
  // Most are modules, for which nothing else is loaded.
  if (extname(path) === '' || extname(path) === '.wasm') return false;
  const { isScriptPath } = await import('@testbench/script');
  return isScriptPath(path);
}
