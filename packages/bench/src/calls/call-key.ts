import { sha256Hex } from '@testbench/core/files';
import { CallError } from '@testbench/types/errors';

import { canonicalJson } from '../plan/canonical-json.js';

/** What decides the answer of a paid call: equal parts give the same answer. */
export interface CallKeyParts {
  /** `sha256:` and the hex digest of the plugin's module. */
  readonly plugin: string;
  /** The plugin's configuration, or undefined if it has none. It names secrets, but contains none. */
  readonly config: unknown;
  /**
   * The plugin's input, without values that only identify this call, such as a request's id. Never the bytes that are sent: a plugin may put random
   * marks into them.
   */
  readonly input: unknown;
  /** Repetition of the same input, from 0: each has its own answer. */
  readonly epoch: number;
  /** Index of this request among those of one plugin call, from 0. */
  readonly ask: number;
}

/** Changes with the meaning of the parts, and with the format of entries. */
const VERSION = 1;
const PLUGIN_DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Makes the key of a paid call: the SHA-256 of its parts as canonical JSON.
 *
 * @returns 64 hex digits.
 * @throws {CallError} `CALL_INVALID_INPUT` if configuration or input cannot be written as JSON, or contain half a character.
 * @throws {RangeError} For a plugin that is not a digest, or an epoch or number that is not a whole number from 0.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 *
 * @example
 * ```ts
 * import { callKey } from '@testbench/bench/calls';
 *
 * const plugin = `sha256:${'0'.repeat(64)}`;
 * const one = callKey({ plugin, config: undefined, input: { a: 1, b: 2 }, epoch: 0, ask: 0 });
 * const same = callKey({ plugin, config: undefined, input: { b: 2, a: 1 }, epoch: 0, ask: 0 });
 * one === same; // => true
 * ```
 */
export function callKey({ plugin, config, input, epoch, ask }: CallKeyParts): string {
  if (!PLUGIN_DIGEST.test(plugin)) throw new RangeError(`Not a digest: ${JSON.stringify(plugin)}`);
  for (const count of [epoch, ask]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`Not a whole number from 0: ${count}`);
    }
  }
  return sha256Hex(canonical([VERSION, plugin, config ?? null, input, epoch, ask]));
}

function canonical(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    const { cause } = error as TypeError;
    // A cycle, a number that is not finite, half of a surrogate pair, or nesting without end.
    throw new CallError(
      'CALL_INVALID_INPUT',
      `Cannot name the call: its configuration or input has no JSON form (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
}
