/**
 * A local web application over a folder of runs.
 *
 * It is a separate package because it combines what other packages keep apart (the runs, the report's components, the plugins) behind a server that only this machine can reach.
 *
 * @packageDocumentation
 */
export { StudioError, type StudioErrorCode } from './errors.js';
export { describePlugin, type GalleryPlugin } from './plugins/gallery.js';
export type { PluginClaims, StudioRegistries } from './plugins/studio-registries.js';
export { startStudio, type Studio } from './start-studio.js';
export type { StudioOptions } from './studio-options.js';
