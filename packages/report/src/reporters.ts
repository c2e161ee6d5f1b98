import type { ReporterFormat } from '@testbench/bench';

import { createCsvReporter } from './csv/csv-reporter.js';
import { createEveryEvalEverReporter } from './every-eval-ever/every-eval-ever-reporter.js';
import { createEveryEvalEverInstancesReporter } from './every-eval-ever/instances-reporter.js';
import { createHtmlReporter } from './html/html-reporter.js';
import { createJsonReporter } from './json/json-reporter.js';
import { createJunitReporter } from './junit/junit-reporter.js';
import { createMarkdownReporter } from './markdown/markdown-reporter.js';
import { createOtelReporter } from './otel/otel-reporter.js';
import type { Reporter, ReportOutput } from './reporter.js';
import { createTerminalReporter } from './terminal/terminal-reporter.js';

/** Built-in forms. */
export const REPORT_FORMATS = [
  'terminal',
  'html',
  'md',
  'junit',
  'csv',
  'json',
  'every-eval-ever',
  'every-eval-ever-instances',
  'otel',
] as const satisfies readonly ReporterFormat[];

/** Name of a form. */
export type ReportFormat = ReporterFormat;

const FACTORIES: Readonly<Record<ReportFormat, (output: ReportOutput) => Reporter>> = {
  terminal: createTerminalReporter,
  html: (output) => createHtmlReporter(output),
  md: createMarkdownReporter,
  junit: createJunitReporter,
  csv: createCsvReporter,
  json: createJsonReporter,
  'every-eval-ever': createEveryEvalEverReporter,
  'every-eval-ever-instances': createEveryEvalEverInstancesReporter,
  otel: createOtelReporter,
};

/**
 * Makes the reporter of a form.
 *
 * @example
 * ```ts
 * import { createReporter } from '@testbench/report';
 *
 * let text = '';
 * const reporter = createReporter('json', { write: (part) => void (text += part) });
 * await reporter.start?.([]);
 * await reporter.end({ summaries: [], comparisons: [] });
 * JSON.parse(text).type; // => 'testbench-report'
 * ```
 */
export function createReporter(format: ReportFormat, output: ReportOutput): Reporter {
  return FACTORIES[format](output);
}
