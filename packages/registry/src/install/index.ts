/**
 * Installs plugins into a project from registries, using a lockfile, and updates them.
 *
 * @packageDocumentation
 */
export { encodeLockfile } from './encode-lockfile.js';
export { findPlugin, type FindPluginOptions, type FoundPlugin } from './find-plugin.js';
export { InstallError, type InstallErrorCode, type InstallErrorDetails } from './install-error.js';
export type { InstallEvent } from './install-events.js';
export {
  installPlugins,
  type InstallOptions,
  type InstallResult,
  type PluginRequirement,
} from './install-plugins.js';
export {
  EMPTY_LOCKFILE,
  type LockedPlugin,
  type LockedVersion,
  type Lockfile,
  type RejectedDigest,
} from './lockfile.js';
export {
  listInstalled,
  type NamedPluginsOptions,
  type OutdatedPlugin,
  outdatedPlugins,
  type PinOptions,
  pinPlugin,
  type PluginUpdate,
  rollbackPlugin,
  uninstallPlugins,
  type UpdateOptions,
  updatePlugins,
} from './manage-plugins.js';
export { parseLockfile } from './parse-lockfile.js';
export { type PermissionChange, permissionChanges } from './permission-changes.js';
export { isNamedAs, isPluginName, satisfiesRange } from './plugin-name.js';
export { type InstalledPlugin, LOCKFILE_NAME } from './plugin-project.js';
export type { ConsentRequest, ProjectOptions } from './project-options.js';
export type { FetchedPlugin } from './fetch-plugin.js';
export { publishPlugin, type PublishOptions } from './publish-plugin.js';
export { type NamedRegistry, RegistryMap, type RegistryMapOptions } from './registry-map.js';
export type { Requirement, ResolvedPlugin } from './resolve-plugins.js';
export { type StartTimer, watchUpdates, type WatchUpdatesOptions } from './watch-updates.js';
