/**
 * A catalogue of plugins that can be installed, kept on disk and searched by their metadata.
 *
 * @packageDocumentation
 */
export { CatalogueError, type CatalogueErrorCode } from './catalogue-error.js';
export { type CatalogueEntry, type CatalogueKey, readCatalogueEntry } from './catalogue-entry.js';
export { CatalogueEmitter, type CatalogueEvents } from './catalogue-events.js';
export { ASKED_PERMISSIONS, type AskedPermission, type CatalogueQuery } from './catalogue-query.js';
export {
  type CatalogueEntries,
  type CatalogueOptions,
  PluginCatalogue,
} from './plugin-catalogue.js';
