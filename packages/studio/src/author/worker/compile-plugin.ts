import { type AssemblyCompiler, loadAssemblyCompiler } from '@testbench/compiler';
// oxlint-disable-next-line import/no-named-as-default -- the compiler's way to name a transform
import PluginTransform from '@testbench/plugins-sdk/transform';
import { type CompiledSources, compileSources, stripDebugSections } from '@testbench/sdk/compile';
import { SDK_SOURCES } from 'virtual:sdk-sources';

const LIBRARY = 'node_modules/@testbench/plugins-sdk/';

let compiler: Promise<AssemblyCompiler> | undefined;

/** Loads the compiler once; the first use takes about a second. */
export function warmUp(): Promise<AssemblyCompiler> {
  compiler ??= loadAssemblyCompiler();
  return compiler;
}

/**
 * Compiles a project given as texts, as `testbench build` does.
 *
 * @param files Files by path in the project; only the library is available in addition.
 * @param isRelease Runs the optimizer, which gives the bytes that `testbench build` writes and takes ten times as long.
 * @throws {BuildError} `BUILD_COMPILE_FAILED`
 */
export async function compilePlugin(
  files: Readonly<Record<string, string>>,
  isRelease: boolean,
): Promise<CompiledSources> {
  const compiled = await compileSources({
    compiler: await warmUp(),
    transform: PluginTransform,
    files: { read: (name) => readText(files, name), list: () => [] },
    optimize: isRelease ? 'speed' : 'none',
  });
  return isRelease ? { ...compiled, bytes: stripDebugSections(compiled.bytes) } : compiled;
}

function readText(files: Readonly<Record<string, string>>, name: string): string | null {
  const path = name.replace(/^\.\//, '');
  if (Object.hasOwn(files, path)) return files[path]!;
  // The compiler searches several package folders, first the library's own.
  const at = path.lastIndexOf(LIBRARY);
  const inLibrary = path.slice(at + LIBRARY.length);
  return at >= 0 && Object.hasOwn(SDK_SOURCES, inLibrary) ? SDK_SOURCES[inLibrary]! : null;
}
