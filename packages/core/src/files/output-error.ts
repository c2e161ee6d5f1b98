import { PluginError } from '@testbench/types/errors';

/** Why a file cannot be written. */
export type OutputErrorCode =
  /** It cannot be written there; the message says why. */
  | 'OUTPUT_UNWRITABLE'
  /** The file is also an input. */
  | 'OUTPUT_IS_INPUT';

/** A file cannot be written. Any existing file stays as it is. */
export class OutputError extends PluginError<OutputErrorCode> {
  override readonly name = 'OutputError';

  constructor(
    code: OutputErrorCode,
    /** The file. */
    readonly file: string,
    /** What is wrong, to follow a colon. */
    readonly state: string,
    options?: ErrorOptions,
  ) {
    super(code, `Cannot write ${JSON.stringify(file)}: ${state}`, options);
  }
}
