import { PluginError } from '@testbench/types/errors';

/** Why a report was not made. */
export type ReportErrorCode =
  /** The module cannot be loaded, or exports no reporter. */
  | 'REPORT_BAD_REPORTER'
  /** One of its methods threw. */
  | 'REPORT_REPORTER_FAILED'
  /** The module of an evaluator that the page should contain is missing. */
  | 'REPORT_NO_PLUGIN';

/** A report was not made. */
export class ReportError extends PluginError<ReportErrorCode> {
  /** @param reporter Its name, or the file that it was to be loaded from. */
  constructor(
    code: ReportErrorCode,
    readonly reporter: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  override get name(): 'ReportError' {
    return 'ReportError';
  }
}
