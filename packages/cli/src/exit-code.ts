/** What the process ends with. */
export const ExitCode = {
  ok: 0,
  /** The command was understood, but did not succeed. */
  failure: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** A gate failed: a run lost against another one, or does not reach what was asked for. */
  gate: 3,
  /** Ctrl-C: 128 and the number of SIGINT, as shells have it. Other signals end the process with 128 and their number. */
  interrupted: 130,
} as const;

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
