/**
 * What a plugin's bytes say of it, by itself: without the index and what that needs, so that a command that looks at one file starts quickly.
 *
 * @packageDocumentation
 */
export { type PluginInspection, inspectPlugin } from './inspect-plugin.js';
