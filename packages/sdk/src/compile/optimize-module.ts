import type { Optimization } from './compile-sources.js';
import { loadCompiler } from './load-compiler.js';
import { carryPlaces } from './places/carry-places.js';
import type { CodePlaces } from './places/code-places.js';
import { readCodePlaces } from './places/finish-source-map.js';
import type { PlacingOptimizer } from './places/placing-optimizer.js';
import { stripSections } from './strip-debug-sections.js';

/** Features that a host admits and a compiler may use. When enabled, nothing is added that the module does not have already. */
const FEATURES = [
  'MutableGlobals',
  'SignExt',
  'NontrappingFPToInt',
  'BulkMemory',
  'BulkMemoryOpt',
  'Multivalue',
  'ReferenceTypes',
  'SIMD128',
  'ExtendedConst',
] as const;

/** Without a name, the optimizer does not write a source map. */
const MAP_NAME = 'plugin.wasm.map';

/** Rounds of `--converge`: each must make the module smaller, and after a few there is nothing left to find. */
const MAX_ROUNDS = 8;

/**
 * Runs Binaryen's `wasm-opt` on a module: `-Oz --converge` for size, `-O3 --converge` for speed.
 *
 * It is the one inside the AssemblyScript compiler. Names of functions and custom sections stay.
 *
 * @param directory Folder of the project, which has the compiler.
 * @param bytes A valid module.
 * @param places Where its code comes from; the result gives the same for the code that remains.
 * @returns The smaller of input and output.
 * @throws {BuildError} `BUILD_NO_COMPILER`
 */
export async function optimizeModule(
  directory: string,
  bytes: Uint8Array,
  optimize: Exclude<Optimization, 'none'>,
  places?: CodePlaces,
): Promise<{ readonly bytes: Uint8Array; readonly places: CodePlaces | undefined }> {
  const optimizer = await (await loadCompiler(directory)).loadOptimizer();
  // All of Binaryen; the compiler's package declares only the common part.
  const binaryen = optimizer as unknown as PlacingOptimizer;
  const module = binaryen.readBinary(bytes);
  try {
    const features = FEATURES.reduce<number>((mask, name) => mask | binaryen.Features[name]!, 0);
    module.setFeatures(features);
    binaryen.setOptimizeLevel(optimize === 'size' ? 2 : 3);
    binaryen.setShrinkLevel(optimize === 'size' ? 2 : 0);
    binaryen.setDebugInfo(true);
    if (places !== undefined) carryPlaces(binaryen, module, bytes, places);
    let smallest = bytes;
    let written: ReturnType<typeof module.emitBinary> | undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      module.optimize();
      const emitted = module.emitBinary(MAP_NAME);
      const smaller = stripSections(emitted.binary, /^sourceMappingURL$/);
      if (smaller.length >= smallest.length) break;
      [smallest, written] = [smaller, emitted];
    }
    const left =
      places && written && withContents(readCodePlaces(written.sourceMap, written.binary), places);
    return { bytes: smallest, places: left ?? places };
  } finally {
    module.dispose();
  }
}

/** The optimizer knows sources only by name. */
function withContents(places: CodePlaces, { sources, contents }: CodePlaces): CodePlaces {
  const byName = new Map(sources.map((source, index) => [source, contents[index] ?? null]));
  return { ...places, contents: places.sources.map((source) => byName.get(source) ?? null) };
}
