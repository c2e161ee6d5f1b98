import { encodeMetadata, parseMetadata, type PluginMetadata } from '@testbench/types';
import { METADATA_SECTION } from '@testbench/types/abi';
import { appendCustomSection, readCustomSections } from '@testbench/wasm';

/**
 * Adds the `testbench.plugin` section to a module from any language, so that an index can read the plugin's
 * metadata without running it.
 *
 * @param bytes A module without that section; not changed.
 * @param metadata Checked before it is written.
 * @returns A new module.
 * @throws {LoadError} `LOAD_INVALID_METADATA` if the metadata does not have the contract's shape.
 * @throws {RangeError} If the module already has the section.
 */
export function embedMetadata(bytes: Uint8Array, metadata: PluginMetadata): Uint8Array {
  const wire = encodeMetadata(metadata);
  parseMetadata(JSON.parse(JSON.stringify(wire)));
  if (readCustomSections(bytes, METADATA_SECTION).length > 0) {
    throw new RangeError(`Cannot embed metadata: the module has a section "${METADATA_SECTION}"`);
  }
  return appendCustomSection(
    bytes,
    METADATA_SECTION,
    new TextEncoder().encode(JSON.stringify(wire)),
  );
}
