/** The command line is wrong. Exit code 2; `command` is the one whose help applies. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly command?: string,
  ) {
    super(message);
  }
}
