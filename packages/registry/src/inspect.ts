/**
 * Inspection of a plugin's bytes alone: without the index and its dependencies, so that a command that looks at one file starts quickly.
 *
 * @packageDocumentation
 */
export { type PluginInspection, inspectPlugin } from './inspect-plugin.js';
