import { PluginError } from '@testbench/types/errors';

/** What can be wrong with a reporter that is not ours. */
export type ReportErrorCode =
  /** The module cannot be loaded, or exports no reporter. */
  | 'REPORT_BAD_REPORTER'
  /** One of its methods threw. */
  | 'REPORT_REPORTER_FAILED'
  /** The module of an evaluator, for a page that carries it, is not there. */
  | 'REPORT_NO_PLUGIN';

/** Why a report was not made. */
export class ReportError extends PluginError<ReportErrorCode> {
  /** @param reporter Its name, or the file that it should come from. */
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
