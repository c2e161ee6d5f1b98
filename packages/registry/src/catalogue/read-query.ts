import { CAPABILITIES, type Permissions, PLUGIN_TYPES } from '@testbench/types';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import semver from 'semver';

import { compileRange } from './compile-range.js';
import { ASKED_PERMISSIONS, type AskedPermission, type CatalogueQuery } from './catalogue-query.js';
import { DEFAULT_SEARCH_RESULTS, MAX_CATALOGUE_ENTRIES } from './limits.js';
import type { CatalogueEntry } from './catalogue-entry.js';

const QUERY: OptionReaders<CatalogueQuery> = {
  text: readText,
  type: (node) => node.oneOf(PLUGIN_TYPES),
  capability: (node) => node.oneOf(CAPABILITIES),
  author: readText,
  keyword: readText,
  name: (node) => node.text(),
  registry: (node) => node.text(),
  range: (node) => {
    const range = node.text();
    if (semver.validRange(range) === null) node.reject('a semver range such as "^1.2.0"');
    return range;
  },
  asksAtMost: (node) => node.list().map((item) => item.oneOf(ASKED_PERMISSIONS)),
  asks: (node) => node.oneOf(ASKED_PERMISSIONS),
  allVersions: (node) => node.boolean(),
  limit: (node) => node.wholeNumber(1, MAX_CATALOGUE_ENTRIES),
};

/** An entry in the form in which searches compare it. */
export interface Searched {
  readonly entry: CatalogueEntry;
  /** The same for all versions of a name in a registry. */
  readonly group: number;
  readonly version: semver.SemVer;
  readonly author: string;
  readonly keywords: ReadonlySet<string>;
  readonly asks: ReadonlySet<AskedPermission>;
}

/** A validated query. */
export interface ReadQuery {
  readonly text: string;
  readonly allVersions: boolean;
  readonly limit: number;
  readonly matches: (searched: Searched) => boolean;
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readQuery(given: CatalogueQuery | undefined): ReadQuery {
  const query = readOptions<CatalogueQuery>(given, QUERY, 'query');
  const { type, capability, name, registry, asks, asksAtMost } = query;
  const author = query.author?.toLowerCase();
  const keyword = query.keyword?.toLowerCase();
  const inRange = query.range === undefined ? undefined : compileRange(query.range);
  const matches = (searched: Searched): boolean => {
    const { entry, version } = searched;
    const { metadata } = entry;
    if (type !== undefined && metadata.pluginType !== type) return false;
    if (name !== undefined && metadata.name !== name) return false;
    if (registry !== undefined && entry.registry !== registry) return false;
    if (capability !== undefined && !metadata.capabilities.includes(capability)) return false;
    if (author !== undefined && searched.author !== author) return false;
    if (keyword !== undefined && !searched.keywords.has(keyword)) return false;
    if (asks !== undefined && !searched.asks.has(asks)) return false;
    if (asksAtMost !== undefined) {
      for (const asked of searched.asks) if (!asksAtMost.includes(asked)) return false;
    }
    return inRange === undefined || inRange(version);
  };
  const { text = '', allVersions = false, limit = DEFAULT_SEARCH_RESULTS } = query;
  return { text, allVersions, limit, matches };
}

/** The compared parts of an entry, computed once. */
export function searchedOf(entry: CatalogueEntry, group: number): Searched {
  const { version, author, keywords = [], permissions = {} } = entry.metadata;
  return {
    entry,
    group,
    version: new semver.SemVer(version),
    author: author.toLowerCase(),
    keywords: new Set(keywords.map((word) => word.toLowerCase())),
    asks: askedBy(permissions),
  };
}

/** A permission with a scope counts as requested, whether it is enabled or not: it may be enabled later. */
function askedBy(permissions: Permissions): ReadonlySet<AskedPermission> {
  const named = {
    filesystem: permissions.allowedDirs,
    network: permissions.allowedHosts,
    envVars: permissions.allowedEnv,
    hostFunctions: permissions.allowedHostFunctions,
  };
  return new Set(
    ASKED_PERMISSIONS.filter(
      (name) => permissions[name] === true || (named[name]?.length ?? 0) > 0,
    ),
  );
}

/** Accepts an empty text too: a search field starts out empty. */
function readText(node: ConfigNode): string {
  if (typeof node.value !== 'string') node.reject('a text');
  return node.value;
}
