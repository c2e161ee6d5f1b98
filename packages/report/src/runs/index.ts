/**
 * Hands runs that are stored in folders to reporters, ours and a user's; needs Node.
 *
 * @packageDocumentation
 */
export { ReportError, type ReportErrorCode } from '../errors.js';
export { loadReporter } from './load-reporter.js';
export { readPlugins } from './read-plugins.js';
export { reportRuns, type ReportRunsOptions } from './report-runs.js';
