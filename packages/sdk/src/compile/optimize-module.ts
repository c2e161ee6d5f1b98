import type { Optimization } from './compile-assembly.js';
import { loadCompiler } from './load-compiler.js';

/** What a host admits and a compiler may use. Left on, nothing is added that the module does not have already. */
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

/** Rounds of `--converge`: each must make the module smaller, and after a few there is nothing left to find. */
const MAX_ROUNDS = 8;

/**
 * Runs Binaryen's `wasm-opt` on a module: `-Oz --converge` for size, `-O3 --converge` for speed.
 *
 * It is the one inside of the AssemblyScript compiler. Names of functions and custom sections stay.
 *
 * @param directory Folder of the project, which has the compiler.
 * @param bytes A valid module.
 * @returns The smaller of what came in and what came out.
 * @throws {BuildError} `BUILD_NO_COMPILER`
 */
export async function optimizeModule(
  directory: string,
  bytes: Uint8Array,
  optimize: Exclude<Optimization, 'none'>,
): Promise<Uint8Array> {
  const binaryen = await (await loadCompiler(directory)).loadOptimizer();
  const module = binaryen.readBinary(bytes);
  try {
    const features = FEATURES.reduce<number>((mask, name) => mask | binaryen.Features[name]!, 0);
    module.setFeatures(features);
    binaryen.setOptimizeLevel(optimize === 'size' ? 2 : 3);
    binaryen.setShrinkLevel(optimize === 'size' ? 2 : 0);
    binaryen.setDebugInfo(true);
    let best = bytes;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      module.optimize();
      const smaller = module.emitBinary();
      if (smaller.length >= best.length) break;
      best = smaller;
    }
    return best;
  } finally {
    module.dispose();
  }
}
