import { parseMetadata } from '@testbench/types';

import type { CatalogueEntry } from '../catalogue-entry.js';

export const DIGEST = `sha256:${'0'.repeat(64)}`;

/** @param fields Metadata fields that override those of an evaluator. */
export function entryOf(name: string, fields: object = {}, registry = 'local'): CatalogueEntry {
  const wire = { name, version: '1.0.0', plugin_type: 'evaluator', api_version: '1.0.0' };
  return { registry, digest: DIGEST, metadata: parseMetadata({ ...wire, ...fields }) };
}
