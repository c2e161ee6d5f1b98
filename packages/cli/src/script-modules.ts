import { extname, resolve } from 'node:path';

import type { CompileScript } from '@testbench/bench';

import type { CliIo } from './cli-io.js';
import { escapeText } from './render/escape-text.js';

/** Compiles scripts to plugins. The compiler, with its bundler and interpreter, is loaded only if there is a script. */
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

/** Absolute path of a plugin's module; a script is compiled first. */
export async function modulePath(io: CliIo, path: string): Promise<string> {
  const absolute = resolve(io.cwd, path);
  return (await isScript(absolute)) ? await scriptCompiler(io)({ path: absolute }) : absolute;
}

/** True for the path of a script. */
export async function isScript(path: string): Promise<boolean> {
  // Most paths are modules, which need no compiler.
  if (extname(path) === '' || extname(path) === '.wasm') return false;
  const { isScriptPath } = await import('@testbench/script');
  return isScriptPath(path);
}
