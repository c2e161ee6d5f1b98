/**
 * Index of plugins by type, capability and version, and everything known about a plugin without running it.
 *
 * It is a separate package because a catalogue must never run what it lists.
 *
 * @packageDocumentation
 */
export {
  type DiscoveredPlugin,
  type DiscoverOptions,
  discoverPlugins,
} from './discover-plugins.js';
export { type PluginInspection, inspectPlugin } from './inspect-plugin.js';
export { type IndexEntry, PluginIndex } from './plugin-index.js';
export { resolveReference } from './resolve-reference.js';
