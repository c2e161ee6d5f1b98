/**
 * The AssemblyScript compiler and Binaryen's optimizer.
 *
 * Both are bundled, without the command-line programs that their own packages install: 16 MB instead of 100.
 *
 * @packageDocumentation
 */
export {
  type AssemblyCompiler,
  type CompilerOutputs,
  loadAssemblyCompiler,
} from './assembly-compiler.js';
export { loadOptimizer, type OptimizableModule, type Optimizer } from './optimizer.js';
