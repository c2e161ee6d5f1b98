import { explainFailure, type RecordOutcome } from '@testbench/dev';
import type { logsOf } from '@testbench/sdk';

import { escapeText } from './escape-text.js';
import { placeOf, type ShownProblem } from './render-problem.js';

/** Lines of a log shown below a failure. */
const SHOWN_LOGS = 5;
/** Characters shown of an output. */
const SHOWN_CHARACTERS = 200;

/** The last lines of a log, shown below a failure. */
export function describeLogs(logs: ReturnType<typeof logsOf>): string[] {
  return logs
    .slice(-SHOWN_LOGS)
    .map(({ level, message }) => `  ${escapeText(`${level}: ${message}`)}`);
}

/** The first mistake, where there is room for only one line. */
export function inOneLine(message: string, problems: readonly ShownProblem[]): string {
  const [first] = problems;
  if (first === undefined) return escapeText(message);
  const place = placeOf(first);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return escapeText(`${place === '' ? '' : `${place}: `}${first.message}${more}`);
}

/** The score; or the whole output if the scores are equal or missing. */
export function describeOutcome(one: RecordOutcome, other: RecordOutcome): string {
  if (one.error !== undefined) return explainFailure(one.error).code;
  if (one.score !== undefined && one.score !== other.score) return formatScore(one.score);
  return shortJson(one.data);
}

export function formatScore(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** A long output is truncated; `--json` has all of it. */
export function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
