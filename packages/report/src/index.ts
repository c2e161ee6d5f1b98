/**
 * Turns runs into readable reports: one HTML page, tables, Markdown, JUnit, CSV, JSON.
 *
 * It is a separate package because results outlive the program that made them: its output depends only on rows and numbers, and not on any
 * file, thread or network.
 *
 * @packageDocumentation
 */
export { createCsvReporter } from './csv/csv-reporter.js';
export { createEveryEvalEverReporter } from './every-eval-ever/every-eval-ever-reporter.js';
export { createEveryEvalEverInstancesReporter } from './every-eval-ever/instances-reporter.js';
export {
  createHtmlReporter,
  type HtmlReporterOptions,
  type PagePlugin,
} from './html/html-reporter.js';
export { createJsonReporter } from './json/json-reporter.js';
export { createJunitReporter } from './junit/junit-reporter.js';
export { createPageReporter, type ReportPage } from './html/page-reporter.js';
export { createMarkdownReporter } from './markdown/markdown-reporter.js';
export { createOtelReporter } from './otel/otel-reporter.js';
export { createReporter, REPORT_FORMATS, type ReportFormat } from './reporters.js';
export type {
  ReportedRun,
  Reporter,
  ReporterFactory,
  ReportOutput,
  ReportResults,
} from './reporter.js';
export { createTerminalReporter } from './terminal/terminal-reporter.js';
