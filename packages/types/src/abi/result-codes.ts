/** What a plugin's function returns on failure; any other negative code is the plugin's own. */
export const GuestCode = {
  ok: 0,
  error: -1,
  invalidInput: -2,
  timeout: -3,
  outOfMemory: -4,
} as const;

/** What a host function returns on failure. */
export const HostCode = {
  notFound: -1,
  invalidArgument: -2,
  permissionDenied: -3,
  limitExceeded: -4,
  inputOutput: -5,
  cancelled: -6,
} as const;

/** Severity of a log record: the index is the number on the wire. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** Severity of a log record. */
export type LogLevel = (typeof LOG_LEVELS)[number];
