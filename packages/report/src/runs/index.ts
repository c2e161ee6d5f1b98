/**
 * Passes runs that are stored in folders to reporters, both built-in ones and the user's; requires Node.
 *
 * @packageDocumentation
 */
export { ReportError, type ReportErrorCode } from '../errors.js';
export { loadReporter } from './load-reporter.js';
export { readPlugins } from './read-plugins.js';
export { reportRuns, type ReportRunsOptions } from './report-runs.js';
