/** Where a command writes text. */
export interface CliOutput {
  write(text: string): unknown;
  /** True for a terminal: then colours and a progress bar make sense. */
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** The environment of a command; tests pass their own. */
export interface CliIo {
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths on the command line start here. Reading it may throw a `UsageError`: a folder can be removed. */
  readonly cwd: string;
  /** Fires on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}
