/** Exit codes of the process. */
export const ExitCode = {
  ok: 0,
  /** The command line is valid, but the command did not succeed. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A gate failed: a run is worse than another, or does not meet a requirement. */
  gate: 3,
  /** Ctrl-C: 128 plus the number of SIGINT, as in shells. Other signals end the process with 128 plus their number. */
  interrupted: 130,
} as const;

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Meaning of each; shown in help and documentation. */
export const EXIT_CODES: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: ExitCode.ok, meaning: 'done' },
  {
    code: ExitCode.failure,
    meaning:
      'failed, or more cases lack a score than --max-errors allows (default: 0), whatever a gate says',
  },
  { code: ExitCode.usage, meaning: 'the command line is wrong' },
  { code: ExitCode.gate, meaning: 'done, but a gate failed' },
  {
    code: ExitCode.interrupted,
    meaning: 'Ctrl-C; 143 after SIGTERM, 129 after SIGHUP, as shells have it',
  },
];
