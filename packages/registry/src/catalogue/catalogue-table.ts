import type { PluginMetadata } from '@testbench/types';
import type { SemVer } from 'semver';

import { type CatalogueEntry, type CatalogueKey, keyOf } from './catalogue-entry.js';
import { type ReadQuery, type Searched, searchedOf } from './read-query.js';
import { TextIndex } from './text-index.js';

/** Minimum number of removed slots before all are renumbered, which happens if they are the majority. */
const MIN_FREE_SLOTS = 1_000;

/** The entries of a catalogue in memory, with the indexes to find them. */
export class CatalogueTable {
  /** By slot; undefined where one was removed. */
  #slots: (Searched | undefined)[] = [];
  readonly #byKey = new Map<string, number>();
  /** Numbers of the names, each in its registry. */
  readonly #groups = new Map<string, number>();
  #texts = new TextIndex();

  get size(): number {
    return this.#byKey.size;
  }

  *entries(): Generator<CatalogueEntry> {
    for (const searched of this.#slots) if (searched !== undefined) yield searched.entry;
  }

  get(key: CatalogueKey): CatalogueEntry | undefined {
    const slot = this.#byKey.get(keyOf(key));
    return slot === undefined ? undefined : this.#slots[slot]?.entry;
  }

  /** Adds an entry; replaces an earlier one with the same key. */
  add(entry: CatalogueEntry): void {
    const key = { registry: entry.registry, ...entry.metadata };
    this.remove(key);
    const group = `${entry.registry} ${entry.metadata.name}`;
    if (!this.#groups.has(group)) this.#groups.set(group, this.#groups.size);
    const slot = this.#slots.push(searchedOf(entry, this.#groups.get(group)!)) - 1;
    this.#byKey.set(keyOf(key), slot);
    this.#texts.add(slot, textsOf(entry.metadata));
  }

  /** @returns The removed entry. */
  remove(key: CatalogueKey): CatalogueEntry | undefined {
    const name = keyOf(key);
    const slot = this.#byKey.get(name);
    if (slot === undefined) return undefined;
    const entry = this.#slots[slot]?.entry;
    this.#slots[slot] = undefined;
    this.#byKey.delete(name);
    this.#tidy();
    return entry;
  }

  clear(): void {
    this.#slots = [];
    this.#byKey.clear();
    this.#groups.clear();
    this.#texts = new TextIndex();
  }

  /** Best first; ties by name, registry, and version, highest first. */
  search({ text, allVersions, limit, matches }: ReadQuery): CatalogueEntry[] {
    const slots = this.#slots;
    const scores = this.#texts.score(text, slots.length);
    const found: number[] = [];
    for (let slot = 0; slot < slots.length; slot += 1) {
      const searched = slots[slot];
      if (searched === undefined || scores?.[slot] === 0 || !matches(searched)) continue;
      found.push(slot);
    }
    const compare = (a: number, b: number): number =>
      (scores === undefined ? 0 : scores[b]! - scores[a]!) || compareEntries(slots[a]!, slots[b]!);
    const kept = allVersions ? found : this.#highest(found);
    return best(kept, limit, compare).map((slot) => slots[slot]!.entry);
  }

  /** Slot of the highest version of each name in a registry. */
  #highest(found: readonly number[]): number[] {
    const highest = new Int32Array(this.#groups.size).fill(-1);
    const kept: number[] = [];
    for (const slot of found) {
      const { group, version } = this.#slots[slot]!;
      const other = highest[group]!;
      if (other === -1) {
        highest[group] = kept.push(slot) - 1;
      } else if (compareVersions(version, this.#slots[kept[other]!]!.version) > 0) {
        kept[other] = slot;
      }
    }
    return kept;
  }

  /** Words of removed entries are only removed all at once. */
  #tidy(): void {
    const free = this.#slots.length - this.#byKey.size;
    if (free < MIN_FREE_SLOTS || free < this.#byKey.size) return;
    const entries = [...this.entries()];
    this.clear();
    for (const entry of entries) this.add(entry);
  }
}

function textsOf({ name, keywords = [], author, description }: PluginMetadata): {
  readonly text: string;
  readonly weight: number;
}[] {
  return [
    { text: name, weight: 8 },
    ...keywords.map((text) => ({ text, weight: 4 })),
    { text: author, weight: 2 },
    { text: description, weight: 1 },
  ];
}

/** The first `limit` in order, without sorting the rest: a word may occur in every entry. */
function best(
  all: number[],
  limit: number,
  compare: (one: number, other: number) => number,
): number[] {
  let kept = all.slice(0, limit).sort(compare);
  let waiting: number[] = [];
  for (let index = limit; index < all.length; index += 1) {
    if (compare(all[index]!, kept.at(-1)!) >= 0) continue;
    waiting.push(all[index]!);
    if (waiting.length < limit) continue;
    kept = [...kept, ...waiting].sort(compare).slice(0, limit);
    waiting = [];
  }
  return waiting.length === 0 ? kept : [...kept, ...waiting].sort(compare).slice(0, limit);
}

function compareEntries(a: Searched, b: Searched): number {
  return (
    compareTexts(a.entry.metadata.name, b.entry.metadata.name) ||
    compareTexts(a.entry.registry, b.entry.registry) ||
    compareVersions(b.version, a.version)
  );
}

/** Compares build metadata too, so that the order is the same on every machine. */
function compareVersions(a: SemVer, b: SemVer): number {
  return a.compare(b) || a.compareBuild(b);
}

/** By code unit: the same on every machine. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
