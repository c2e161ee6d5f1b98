/**
 * Serves loaded plugins over HTTP, for harnesses in other languages: one input, a batch or a stream; and providers behind an OpenAI-compatible
 * front.
 *
 * It is a separate package so that only those who serve plugins install a server.
 *
 * @packageDocumentation
 */
export { ServeError, type ServeErrorCode } from './errors.js';
export { DEFAULT_SERVE_LIMITS, type ServeLimits } from './limits.js';
export { OPEN_API } from './openapi/document.js';
export type { PluginServerOptions, ServedModel, ServedSystem } from './serve-options.js';
export { type PluginServer, startPluginServer } from './start-plugin-server.js';
