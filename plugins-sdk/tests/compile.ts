import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { loadAssemblyCompiler } from '@testbench/compiler';

// oxlint-disable-next-line import/no-named-as-default
import PluginTransform from '../transform/index.js';

const LIBRARY = '@testbench/plugins-sdk/';
const root = resolve(import.meta.dirname, '..');

/** What the compiler receives in addition to the source. */
interface CompileOptions {
  /** Turns the class with `@plugin` into a plugin; without it, the file's own exports are the module's. */
  readonly plugin?: boolean;
  readonly packageJson?: object;
  readonly flags?: readonly string[];
  /** Flags instead of `-O1`, which compiles quickly. */
  readonly optimize?: readonly string[];
}

/** Compiles AssemblyScript source that imports this library by its name; fails with the compiler's messages. */
export async function compile(
  source: string,
  options: CompileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  let output: Uint8Array<ArrayBuffer> | undefined;
  let problems = '';
  const compiler = await loadAssemblyCompiler();
  const { error } = await compiler.main(
    [
      'index.ts',
      '--outFile',
      'out.wasm',
      '--runtime',
      'minimal',
      // As authors' plugins are compiled.
      '--enable',
      'simd',
      ...(options.optimize ?? ['-O1']),
      ...(options.flags ?? []),
    ],
    {
      readFile: async (name) => {
        if (name === 'index.ts') return source;
        const at = name.lastIndexOf(LIBRARY);
        if (at < 0) return null;
        return readFile(resolve(root, name.slice(at + LIBRARY.length)), 'utf8').catch(() => null);
      },
      writeFile: (_name, contents) => {
        if (contents instanceof Uint8Array) output = Uint8Array.from(contents);
      },
      listFiles: () => [],
      stdout: { write: () => undefined },
      stderr: { write: (text) => void (problems += text) },
      ...(options.plugin === true && { transforms: [withPackage(options.packageJson)] }),
    },
  );
  if (error) throw new Error(`${error.message}\n${problems}`);
  if (output === undefined) throw new Error('no output');
  return output;
}

function withPackage(packageJson: object = { name: 'test-plugin', version: '1.2.3' }): unknown {
  return class extends PluginTransform {
    override async readPackage(): Promise<object> {
      return packageJson;
    }
  };
}
