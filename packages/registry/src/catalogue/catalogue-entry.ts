import { requireReadable } from '@testbench/sandbox';
import {
  decodeMetadataSections,
  encodeMetadata,
  parseMetadata,
  type PluginMetadata,
} from '@testbench/types';
import { METADATA_SECTION } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';
import { readCustomSections } from '@testbench/wasm';
import semver from 'semver';

import { isPluginName } from '../install/plugin-name.js';
import { MAX_REGISTRY_LENGTH } from './limits.js';
import { CatalogueError } from './catalogue-error.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
// Printable ASCII: an address or a name, which is shown in tables and lockfiles.
const REGISTRY = /^[\u0021-\u007e]+$/;

/** One version of a plugin in one registry. */
export interface CatalogueEntry {
  /** Registry that holds it: the name of its store. */
  readonly registry: string;
  /** Digest under which its store returns it: `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** Its name there, such as `team/exact-match`. @default unknown: its attachments cannot be requested */
  readonly repository?: string;
  /** From its custom section, without the schema of its configuration. Unverified. */
  readonly metadata: PluginMetadata;
}

/** Identifies an entry: there is at most one for each key. */
export interface CatalogueKey {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Makes an entry from a module's bytes, without running the module.
 *
 * @param bytes The whole module; read, not kept.
 * @throws {CatalogueError} `CATALOGUE_INVALID_ENTRY` for bytes that are not a module, are far above admission's caps, or have no valid section.
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs';
 * import { readCatalogueEntry } from '@testbench/registry/catalogue';
 *
 * const digest = `sha256:${'0'.repeat(64)}`;
 * readCatalogueEntry(readFileSync('f1.wasm'), { registry: 'local', digest }).metadata.name;
 * ```
 */
export function readCatalogueEntry(
  bytes: Uint8Array,
  place: Pick<CatalogueEntry, 'registry' | 'digest' | 'repository'>,
): CatalogueEntry {
  let metadata: PluginMetadata | undefined;
  try {
    requireReadable(bytes);
    metadata = decodeMetadataSections(readCustomSections(bytes, METADATA_SECTION));
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw invalid(place.digest, (cause as Error).message, cause);
  }
  if (metadata === undefined) {
    throw invalid(place.digest, `there is no custom section "${METADATA_SECTION}"`);
  }
  return checkEntry({ ...place, metadata });
}

/** Copies an entry and checks its values. @throws {CatalogueError} `CATALOGUE_INVALID_ENTRY`. */
export function checkEntry(entry: CatalogueEntry): CatalogueEntry {
  const { registry, digest, repository, metadata } = Object(entry) as CatalogueEntry;
  if (typeof registry !== 'string' || registry.length > MAX_REGISTRY_LENGTH) {
    throw invalid(digest, 'its registry is no text, or too long');
  }
  if (!REGISTRY.test(registry))
    throw invalid(digest, 'its registry has other than printable ASCII');
  if (typeof digest !== 'string' || !DIGEST.test(digest)) {
    throw invalid(digest, 'the digest is not "sha256:" and 64 hex digits');
  }
  if (repository !== undefined && !isPluginName(repository)) {
    throw invalid(digest, 'its name in the registry is no name');
  }
  try {
    const { configSchema: _left, ...kept } = parseMetadata(
      JSON.parse(JSON.stringify(encodeMetadata(metadata))),
    );
    requireComparable(kept.version);
    return { registry, digest, ...(repository !== undefined && { repository }), metadata: kept };
  } catch (cause) {
    throw invalid(digest, (cause as Error).message, cause);
  }
}

/** The entry as written to the file. */
export function encodeEntry({ registry, digest, repository, metadata }: CatalogueEntry): string {
  return JSON.stringify({ registry, digest, repository, metadata: encodeMetadata(metadata) });
}

/** @returns The entry that `encodeEntry` wrote. @throws {CatalogueError} `CATALOGUE_INVALID_ENTRY`. */
export function decodeEntry(value: {
  readonly registry?: unknown;
  readonly digest?: unknown;
  readonly repository?: unknown;
  readonly metadata?: unknown;
}): CatalogueEntry {
  const { registry, digest, repository } = value;
  const isPlace = typeof registry === 'string' && typeof digest === 'string';
  if (!isPlace || !REGISTRY.test(registry) || !DIGEST.test(digest)) {
    throw invalid(digest, 'it has no registry and digest');
  }
  const metadata = parseMetadata(value.metadata);
  requireComparable(metadata.version);
  return { registry, digest, ...(isPluginName(repository) && { repository }), metadata };
}

/** Names, versions and registries contain no spaces. */
export function keyOf({ registry, name, version }: CatalogueKey): string {
  return `${registry} ${name} ${version}`;
}

/** Versions with numbers above 2^53 are valid, but cannot be ordered. @throws {TypeError} */
function requireComparable(version: string): void {
  if (semver.valid(version) === null) throw new TypeError('its version has too large numbers');
}

function invalid(digest: unknown, state: string, cause?: unknown): CatalogueError {
  const what = typeof digest === 'string' ? JSON.stringify(digest.slice(0, 80)) : 'an entry';
  return new CatalogueError('CATALOGUE_INVALID_ENTRY', `Cannot enter ${what}: ${state}`, {
    cause,
  });
}
