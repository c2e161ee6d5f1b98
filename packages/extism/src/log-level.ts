/** Severity of a log record; `silent` is above all of them. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Receives log records by level: the console, for example. */
export type Logger = Readonly<
  Record<Exclude<LogLevel, 'silent'>, (...values: readonly unknown[]) => void>
>;
