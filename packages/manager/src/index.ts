/**
 * Loads, runs, reloads and unloads plugins, with limits and statistics.
 *
 * It is a package of its own because it wires admission, host functions and runtime together: who
 * wants other wiring replaces this one and keeps the rest.
 *
 * @packageDocumentation
 */
export type { PluginInfo, PluginStatus } from './plugin-info.js';
export type {
  ExecuteOptions,
  LoadPluginOptions,
  PluginManagerOptions,
  PluginSource,
} from './options.js';
export { PluginManager } from './plugin-manager.js';
export { readModuleFile } from './read-module-file.js';
