import type { CheckFinding, GoldenFileReport } from '@testbench/sdk';

import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** Lines of a golden file that are shown; the others are only counted. */
const SHOWN_LINES = 10;

/** How a check ended, in one line. */
export function renderFinding({ check, status, detail }: CheckFinding, style: Style): string {
  return `${mark(status, style)}  ${check.padEnd(13)}  ${escapeText(detail)}`;
}

/** Result of a golden file, and the lines that differ. */
export function renderGolden(
  { name, cases, passed, failures, maxFuel }: GoldenFileReport,
  style: Style,
): string {
  const status = failures.length === 0 ? 'ok' : 'failed';
  const rest = failures.length - SHOWN_LINES;
  return [
    `${mark(status, style)}  ${'golden'.padEnd(13)}  ${escapeText(name)}: ${passed} of ${cases}, ${maxFuel} fuel a call at most`,
    ...failures
      .slice(0, SHOWN_LINES)
      .map(({ line, actual, expected }) =>
        escapeText(`         line ${line}: expected ${show(expected)}, found ${show(actual)}`),
      ),
    ...(rest > 0 ? [`         and ${rest} more`] : []),
  ].join('\n');
}

function mark(status: CheckFinding['status'], style: Style): string {
  const marks = {
    ok: style.green('ok     '),
    warning: style.yellow('warning'),
    failed: style.red('failed '),
    skipped: style.dim('skipped'),
  };
  return marks[status];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
