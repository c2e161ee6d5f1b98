/** A module in the optimizer's own form; it is not garbage-collected and must be freed by `dispose()`. */
export interface OptimizableModule {
  /** @param features Bits of {@link Optimizer.Features}. */
  setFeatures(features: number): void;
  /** Runs the passes of the optimizer's current levels. */
  optimize(): void;
  emitBinary(): Uint8Array;
  dispose(): void;
}

/** The part of Binaryen that optimizing a module needs. */
export interface Optimizer {
  readonly Features: Readonly<Record<string, number>>;
  /** @throws {Error} For bytes that are not a module. */
  readBinary(bytes: Uint8Array): OptimizableModule;
  /** @param level 0 to 4, for all modules of this process. */
  setOptimizeLevel(level: number): void;
  /** @param level 0 to 2, for all modules of this process. */
  setShrinkLevel(level: number): void;
  /** Keeps names of functions. */
  setDebugInfo(on: boolean): void;
}

/**
 * Loads the optimizer, which is the one inside the compiler.
 *
 * @example
 * ```ts
 * import { loadOptimizer } from '@testbench/compiler';
 *
 * const optimizer = await loadOptimizer();
 * const module = optimizer.readBinary(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
 * module.optimize();
 * module.emitBinary().length; // => 8
 * module.dispose();
 * ```
 */
export async function loadOptimizer(): Promise<Optimizer> {
  const { default: binaryen } = await import('assemblyscript/binaryen');
  return binaryen as unknown as Optimizer;
}
