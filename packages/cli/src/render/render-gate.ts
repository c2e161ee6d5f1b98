import type { GateResult } from '@testbench/bench/statistics';

import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** Maximum number of records shown for one check. */
const SHOWN_RECORDS = 20;

/** Shows the result of a gate: one line per check, failed ones first. */
export function renderGate({ passed, checks }: GateResult, style: Style): string {
  const sorted = checks.toSorted((one, other) => Number(one.passed) - Number(other.passed));
  const lines = sorted.map((check) => {
    const mark = check.passed ? style.green('passed') : style.red('failed');
    const { records = [] } = check;
    const shown = records.slice(0, SHOWN_RECORDS).join(', ');
    const more = records.length > SHOWN_RECORDS ? ', …' : '';
    const list = records.length === 0 ? '' : `\n          records: ${escapeText(shown)}${more}`;
    return `  ${mark}  ${check.check}: ${escapeText(check.message)}${list}`;
  });
  const state = passed ? style.green('passed') : style.red('failed');
  return [`${style.bold('Gate')}: ${state}`, ...lines].join('\n');
}
