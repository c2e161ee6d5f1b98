import { describeBriefly } from './errors.js';
import { hostLog, LEVELS } from './host.js';

/** Lines that a call has written so far, and how many of them an earlier round has already written. */
let count = 0;
let skip = 0;

/** Starts a round: the first lines that it writes are already known. */
export function beginLog(known: number): void {
  count = 0;
  skip = known;
}

/** Number of lines of this call. */
export function loggedLines(): number {
  return Math.max(count, skip);
}

function write(level: number, values: readonly unknown[]): void {
  count += 1;
  if (count <= skip) return;
  hostLog(level, values.map(show).join(' '));
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return describeBriefly(value);
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}

type Write = (...values: readonly unknown[]) => void;

const writer =
  (level: number): Write =>
  (...values) =>
    write(level, values);

/** The context's log: a function, with one more for each level. */
export const log = Object.assign(writer(LEVELS.info), {
  trace: writer(LEVELS.trace),
  debug: writer(LEVELS.debug),
  info: writer(LEVELS.info),
  warn: writer(LEVELS.warn),
  error: writer(LEVELS.error),
});

export const console = {
  trace: log.trace,
  debug: log.debug,
  log: log.info,
  info: log.info,
  warn: log.warn,
  error: log.error,
  assert(condition: unknown, ...values: readonly unknown[]): void {
    if (!condition) log.error('Assertion failed:', ...values);
  },
};
