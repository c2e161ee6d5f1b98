import {
  CAPABILITIES,
  type Capability,
  PLUGIN_TYPES,
  type PluginMetadata,
  type PluginType,
} from '@testbench/types';
import semver from 'semver';

/** The fields of an entry that the index needs. */
export interface IndexEntry {
  readonly id: string;
  readonly metadata: PluginMetadata;
}

/**
 * Finds plugins by type, capability, and name and version. Holds the given entries; reads and runs nothing.
 *
 * @example
 * ```ts
 * import { PluginIndex } from '@testbench/registry';
 * import { parseMetadata } from '@testbench/types';
 *
 * const wire = { name: 'f1', version: '1.2.0', plugin_type: 'evaluator', api_version: '1.0.0' };
 * const index = new PluginIndex();
 * index.add({ id: 'f1', metadata: parseMetadata(wire) });
 * index.findByType('evaluator').map((entry) => entry.id); // => ['f1']
 * index.resolve('f1', '^1.0.0')?.id; // => 'f1'
 * ```
 */
export class PluginIndex<Entry extends IndexEntry = IndexEntry> {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** Adds an entry; replaces an earlier one with the same id. */
  add(entry: Entry): void {
    this.#entries.set(entry.id, entry);
  }

  /** @returns false if there was no such entry. */
  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Entries of a type, in insertion order. @throws {TypeError} If it is not a string. @throws {RangeError} If it is not a plugin type. */
  findByType(type: PluginType): Entry[] {
    requireOneOf(type, 'type', PLUGIN_TYPES);
    return this.#filter(({ metadata }) => metadata.pluginType === type);
  }

  /** Entries that declare a capability, in insertion order. @throws {TypeError} @throws {RangeError} As above. */
  findByCapability(capability: Capability): Entry[] {
    requireOneOf(capability, 'capability', CAPABILITIES);
    return this.#filter(({ metadata }) => metadata.capabilities.includes(capability));
  }

  /**
   * The highest version of a name that a range allows.
   *
   * @param range A semver range, such as `^1.2.0`. Prereleases count only if the range names one.
   * @returns undefined if there is none, or if `range` is not a range.
   */
  resolve(name: string, range: string): Entry | undefined {
    return this.#filter(
      ({ metadata }) => metadata.name === name && semver.satisfies(metadata.version, range),
    ).sort((a, b) => semver.rcompare(a.metadata.version, b.metadata.version))[0];
  }

  #filter(matches: (entry: Entry) => boolean): Entry[] {
    return Array.from(this.#entries.values()).filter(matches);
  }
}

/** A misspelt word would find nothing, as if no plugin had it. */
function requireOneOf(value: unknown, what: string, known: readonly string[]): void {
  if (typeof value !== 'string') {
    throw new TypeError(`Cannot find plugins: expected a ${what} as a text, found ${typeof value}`);
  }
  if (known.includes(value)) return;
  throw new RangeError(
    `Cannot find plugins: "${value}" is no ${what}; expected ${known.join(', ')}`,
  );
}
