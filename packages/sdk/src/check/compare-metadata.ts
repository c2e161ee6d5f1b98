import { isDeepStrictEqual } from 'node:util';

import { decodeMetadata, encodeMetadata, type PluginMetadata } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

/**
 * Compares the answer of `plugin_metadata` with the custom section, since a host refuses a plugin if they disagree.
 *
 * @returns A sentence about the first difference; undefined if there is none.
 */
export function compareMetadata(answer: Uint8Array, section: PluginMetadata): string | undefined {
  let answered: Record<string, unknown>;
  try {
    answered = encodeMetadata(decodeMetadata(answer));
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return `plugin_metadata: ${error.message}`;
  }
  const expected = encodeMetadata(section);
  for (const field of Object.keys({ ...answered, ...expected })) {
    if (isDeepStrictEqual(answered[field], expected[field])) continue;
    const found = JSON.stringify(answered[field]) ?? 'nothing';
    const wanted = JSON.stringify(expected[field]) ?? 'nothing';
    return `metadata field "${field}": plugin_metadata says ${found}, the custom section ${wanted}; write it in one place, and build again`;
  }
  return undefined;
}
