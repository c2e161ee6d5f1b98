/**
 * Runs Extism plugins: `createPlugin` with the interface of Extism's JavaScript SDK, over an engine whose limits hold.
 *
 * It is a separate package because only programs that come from Extism need its interface; the engine runs Extism's plugins without it.
 *
 * @packageDocumentation
 */
export { CallContext, CallContext as CurrentPlugin } from './call-context.js';
export { type Capabilities, CAPABILITIES } from './capabilities.js';
export { createPlugin, createPlugin as newPlugin } from './create-plugin.js';
// oxlint-disable-next-line import/no-default-export -- as in Extism's SDK, whose documentation imports the default
export { createPlugin as default } from './create-plugin.js';
export type { Manifest, ManifestLike, ManifestOptions, ManifestWasm } from './manifest.js';
export type { ExtismHostFunction, ExtismPluginOptions, MemoryOptions } from './options.js';
export type { Logger, LogLevel } from './log-level.js';
export type { Plugin } from './plugin.js';
export { PluginOutput } from './plugin-output.js';
