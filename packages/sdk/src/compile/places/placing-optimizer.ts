import type { OptimizableModule, Optimizer } from '@testbench/compiler';

/** The same optimizer, with input and output of positions. */
export type PlacingOptimizer = Omit<Optimizer, 'readBinary'> & {
  readBinary(bytes: Uint8Array): PlacingModule;
  /** Kinds of expressions, such as `Block`. */
  readonly ExpressionIds: Readonly<Record<string, number>>;
  getFunctionInfo(functionReference: number): { readonly body: number };
  /** Kind of an expression. */
  getExpressionId(expression: number): number;
  /**
   * Takes an expression apart: fields that are references to its parts, 0 for none.
   *
   * @throws {Error} For a kind that has no parts.
   */
  getExpressionInfo(expression: number): Readonly<Record<string, unknown>>;
};

/** A module of the optimizer. */
export type PlacingModule = Omit<OptimizableModule, 'emitBinary'> & {
  /** Also returns a source map, whose address is written into the module. */
  emitBinary(sourceMapUrl: string): {
    readonly binary: Uint8Array;
    /** JSON. */
    readonly sourceMap: string;
  };
  /** @param index In the module's index space. @returns Reference of the function, valid only for this module. */
  getFunctionByIndex(index: number): number;
  /** Registers a source. @returns Its number. */
  addDebugInfoFileName(name: string): number;
  /**
   * Says where an expression comes from.
   *
   * @param line From 1.
   * @param column From 0.
   */
  setDebugLocation(
    functionReference: number,
    expression: number,
    file: number,
    line: number,
    column: number,
  ): void;
};
