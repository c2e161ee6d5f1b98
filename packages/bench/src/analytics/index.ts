/**
 * Plugin analytics: calls, errors, fuel, time and memory by plugin, version and run, from what is stored on this machine. Nothing is sent.
 *
 * @packageDocumentation
 */
export { analysePlugins, type AnalyseOptions, type AnalysedSources } from './analyse-plugins.js';
export { readHosts } from './read-hosts.js';
export type { PluginAnalytics, PluginFigures, SourceFigures } from './plugin-analytics.js';
