const marker = Symbol.for('@testbench/plugin-error');

/**
 * Base of every error that a Testbench package throws for a domain failure.
 *
 * Match on `code`, never on `message`: messages may change in a patch release. Wrong argument
 * types and ranges are built-in `TypeError` and `RangeError`s instead.
 *
 * @example
 * ```ts
 * import { LoadError, PluginError } from '@testbench/types';
 *
 * const error: unknown = new LoadError('LOAD_NOT_FOUND', 'Cannot read "a.wasm": no such file');
 * PluginError.is(error); // => true
 * PluginError.is(new Error('other')); // => false
 * ```
 */
export abstract class PluginError<Code extends string = string> extends Error {
  readonly [marker] = true;

  constructor(
    readonly code: Code,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** True across realms and duplicate installs, where `instanceof` is not. */
  static is(error: unknown): error is PluginError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}
