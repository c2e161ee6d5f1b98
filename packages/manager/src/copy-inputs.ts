import type { PluginInput } from '@testbench/types';

import { MAX_BATCH_LENGTH } from './limits.js';

/**
 * The list of a batch as it is now: the caller may change it meanwhile.
 *
 * @throws {TypeError} @throws {RangeError}
 */
export function copyInputs(inputs: readonly PluginInput[]): readonly PluginInput[] {
  if (!Array.isArray(inputs)) {
    throw new TypeError(`Cannot start batch: expected a list of inputs, found a ${typeof inputs}`);
  }
  if (inputs.length > MAX_BATCH_LENGTH) {
    throw new RangeError(
      `Cannot start batch: ${inputs.length} inputs, limit is ${MAX_BATCH_LENGTH}`,
    );
  }
  // Holes become undefined, which is refused like any other invalid input.
  return Array.from<PluginInput>(inputs);
}
