import { decodeMetadata, type PluginMetadata } from '@testbench/types';
import { METADATA_SECTION } from '@testbench/types/abi';
import { readCustomSections } from '@testbench/wasm';

import { askMetadata } from './check/ask-metadata.js';
import { BuildError } from './compile/build-error.js';
import { embedMetadata } from './embed-metadata.js';
import { isSectionMissing, validatePlugin } from './validate-plugin.js';

/**
 * Asks a module for its metadata, on the bare engine in a separate thread, and writes the answer into its section.
 *
 * @param bytes A plugin without that section; not changed.
 * @throws {BuildError} `BUILD_INVALID_PLUGIN` if no host would load it, if it has the section already, or if it does not answer.
 * @throws {LoadError} `LOAD_INVALID_METADATA` if the answer does not have the contract's shape.
 */
export async function embedAnsweredMetadata(
  bytes: Uint8Array,
): Promise<{ readonly bytes: Uint8Array; readonly metadata: PluginMetadata }> {
  const report = validatePlugin(bytes);
  const others = report.problems.filter((problem) => !isSectionMissing(problem));
  if (others.length > 0) refuse(others.map(({ message }) => message).join('; '));
  if (readCustomSections(bytes, METADATA_SECTION).length > 0) {
    refuse(`it has a section "${METADATA_SECTION}" already`);
  }
  const answer = await askMetadata(bytes, report.contract ?? 'v1');
  if (answer.bytes === undefined) return refuse(answer.problem);
  const metadata = decodeMetadata(answer.bytes);
  return { bytes: embedMetadata(bytes, metadata), metadata };
}

function refuse(why: string): never {
  throw new BuildError('BUILD_INVALID_PLUGIN', `Cannot embed metadata: ${why}`);
}
