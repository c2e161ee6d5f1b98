import type { DiscoveredPlugin } from './discover-plugins.js';

/** A browser has no folders to search: no plugins are found. */
export async function discoverPlugins(): Promise<DiscoveredPlugin[]> {
  return [];
}
