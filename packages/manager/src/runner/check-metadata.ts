import { isDeepStrictEqual } from 'node:util';

import { encodeMetadata, type PluginMetadata } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';

/**
 * Checks that the metadata a plugin returns matches its custom section, since an index reads only the
 * section; or that it matches the metadata of an earlier instance.
 *
 * @param section The expected metadata; undefined if the module has no section.
 * @throws {LoadError} `LOAD_METADATA_MISMATCH`, with the first field that differs.
 */
export function checkMetadata(answer: PluginMetadata, section: PluginMetadata | undefined): void {
  if (section === undefined) return;
  const left = encodeMetadata(answer);
  const right = encodeMetadata(section);
  for (const field of Object.keys(left)) {
    if (!isDeepStrictEqual(left[field], right[field])) {
      throw new LoadError(
        'LOAD_METADATA_MISMATCH',
        `Cannot load plugin "${answer.name}": "${field}" of plugin_metadata is not what it said in the custom section or before`,
        { field },
      );
    }
  }
}
