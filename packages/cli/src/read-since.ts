import { UsageError } from './usage-error.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = /^(\d{1,5})d$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Reads a time from a text: a date, a date with a time and its zone, or a number of days ago. @throws {UsageError} */
export function readSince(text: string, command: string, nowMs = Date.now()): Date {
  const days = DAYS.exec(text)?.[1];
  if (days !== undefined) return new Date(nowMs - Number(days) * DAY_MS);
  const date = new Date(DATE.test(text) ? text : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new UsageError(
    `--since is ${JSON.stringify(text)}, expected a date such as 2026-11-30 or days such as 7d`,
    command,
  );
}
