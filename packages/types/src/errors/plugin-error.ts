const marker = Symbol.for('@testbench/plugin-error');

/** Maximum depth of causes; a longer chain is circular or deliberate. */
const MAX_CAUSES = 16;

/**
 * Base of every error that a Testbench package throws for a domain failure.
 *
 * Match on `code`, never on `message`: messages may change in a patch release. Wrong argument
 * types and ranges are built-in `TypeError` and `RangeError`s instead.
 *
 * An error may be kept for any length of time: it holds texts and numbers, and nothing of the plugin that failed. An error
 * class defines its `name` with a getter, because the stack, which begins with the name, is written when the error is created.
 *
 * @example
 * ```ts
 * import { LoadError, PluginError } from '@testbench/types/errors';
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
    formatStacks(this);
  }

  /** True across realms and duplicate installs, where `instanceof` is not. */
  static is(error: unknown): error is PluginError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}

/**
 * Turns the stacks of an error and of its causes into text.
 *
 * Until its stack is read, V8 keeps an error's frames with their receivers, and a guest's frames hold its instance: 200
 * kept errors of a plugin with 16 MB held 3.3 GB.
 */
function formatStacks(error: unknown): void {
  let current = error;
  try {
    for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
      // Reading it is what matters.
      void current.stack;
      current = current.cause;
    }
  } catch {
    // A cause may be anything, such as the reason of a caller's signal.
  }
}
