/** Not the class: the build puts copies of shared files into the chunks of quick commands. */
const MARK = Symbol.for('@testbench/cli/usage-error');

/** The command line is wrong. Exit code 2; `command` is the one whose help applies. */
export class UsageError extends Error {
  /** True for the errors of every copy of this class, where `instanceof` is not. */
  static is(error: unknown): error is UsageError {
    return typeof error === 'object' && error !== null && MARK in error;
  }

  override readonly name = 'UsageError';
  readonly [MARK] = true;

  constructor(
    message: string,
    readonly command?: string,
  ) {
    super(message);
  }
}
