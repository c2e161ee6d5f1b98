import type { ReportFormat } from '@testbench/report';

import { choice, flag, text, texts } from '../command-line/flags.js';
import { LABEL_FLAGS } from './statistics.js';

/** Flags of `testbench report`. */
export const REPORT_FLAGS = {
  format: choice(
    [
      'terminal',
      'html',
      'md',
      'junit',
      'csv',
      'json',
      'every-eval-ever',
      'every-eval-ever-instances',
      'otel',
    ] satisfies readonly ReportFormat[],
    'a table (default), one HTML file, Markdown, JUnit XML, rows as CSV, numbers as JSON, or a format of other tools',
  ),
  reporter: texts(
    'file',
    'a reporter of your own in place of a format: a module in JavaScript or TypeScript (repeatable)',
  ),
  ...LABEL_FLAGS,
  withPlugins: flag(
    'html carries the evaluators too: a reader changes an answer or an option and sees the score change',
  ),
  output: text(
    'file',
    'the file to write (default: stdout; for html, report.html in the folder of the run)',
  ),
};
