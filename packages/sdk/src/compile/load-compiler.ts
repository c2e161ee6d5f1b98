import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type * as Compiler from '@testbench/compiler';

import { BuildError } from './build-error.js';

/**
 * Loads the compiler and optimizer that a project has installed, itself or through `@testbench/plugins-sdk`. This package does not
 * include them, since most of its users build nothing, or nothing in AssemblyScript, and they are most of its weight.
 *
 * @param directory Folder of the project, absolute.
 * @throws {BuildError} `BUILD_NO_COMPILER`
 */
export async function loadCompiler(directory: string): Promise<typeof Compiler> {
  const path = throughLibrary(directory) ?? resolveFrom(directory, '@testbench/compiler');
  try {
    // The compiler next to this package is the last resort: it exists in this repository.
    return (await import(
      path === undefined ? '@testbench/compiler' : pathToFileURL(path).href
    )) as typeof Compiler;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new BuildError(
      'BUILD_NO_COMPILER',
      `Cannot build "${directory}": it does not have @testbench/compiler; add it to devDependencies and install`,
      [],
      { cause },
    );
  }
}

/** The library's transform must get its classes from the same copy as the compiler that runs it. */
function throughLibrary(directory: string): string | undefined {
  const library = resolveFrom(directory, '@testbench/plugins-sdk/transform');
  return library === undefined ? undefined : resolveFrom(library, '@testbench/compiler');
}

function resolveFrom(place: string, name: string): string | undefined {
  try {
    return createRequire(join(place, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
}
