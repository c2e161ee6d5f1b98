import type { RowDifference, RunVerification } from '@testbench/bench/attest';
import { formatCount } from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import { renderVerification } from './render-verification.js';
import type { Style } from './style.js';

/** Number of differences shown individually. */
const SHOWN = 20;

/** Findings of a verification, and what it did not check. */
export function renderRunVerification(found: RunVerification, style: Style): string {
  const { claim, signature, runAgain, rows, rowsWithoutAnswer, records, differenceCount } = found;
  const lines = [
    `${style.bold(escapeText(`${claim.artifact.name}@${claim.artifact.version}`))} ${claim.artifact.digest}`,
    ...(signature === undefined ? [] : [renderVerification(signature, style)]),
    ...found.claimDifferences.map(({ what }) =>
      style.red(`the signed statement has another ${what} than the run`),
    ),
  ];
  lines.push(
    records.compared
      ? `the data set is the one of the plan: ${formatCount(records.rows)} rows compared with it`
      : escapeText(`rows were not compared with the data set, since ${records.reason}`),
  );
  if (runAgain.length > 0) {
    const what = found.fuelCompared ? 'scores and fuel' : 'scores';
    const names = escapeText(runAgain.join(', '));
    // If there are differences, the lines below say whether the scores differ.
    const state = differenceCount === 0 ? ` ${style.green('are the same')}` : '';
    lines.push(`${names} again over ${formatCount(rows)} answers: ${what}${state}`);
  }
  if (differenceCount > 0) {
    lines.push(style.red(`differences in ${formatCount(differenceCount)} places`));
  }
  if (!found.fuelCompared)
    lines.push('fuel was not compared: another version of Testbench counted it');
  if (rowsWithoutAnswer > 0)
    lines.push(`${formatCount(rowsWithoutAnswer)} rows have no answer that could be scored`);
  lines.push(...found.differences.slice(0, SHOWN).map((difference) => `  ${describe(difference)}`));
  if (differenceCount > SHOWN) lines.push(`  and ${formatCount(differenceCount - SHOWN)} more`);
  lines.push(
    ...found.notRunAgain.map(({ evaluator, reason }) =>
      escapeText(`not run again: ${evaluator}, since ${reason}`),
    ),
  );
  lines.push(found.verified ? style.green('verified') : style.red('not verified'));
  return lines.join('\n');
}

function describe({
  index,
  id,
  line,
  prompt,
  model,
  epoch,
  evaluator,
  what,
  recorded,
  found,
}: RowDifference): string {
  const record = id === undefined ? `record ${index}` : `record ${index} (${JSON.stringify(id)})`;
  const place = [
    record,
    ...(line === undefined ? [] : [`line ${line}`]),
    `model ${model}`,
    `prompt ${prompt}`,
    `epoch ${epoch}`,
  ];
  const now = evaluator === undefined ? 'is' : 'comes out as';
  const where = evaluator === undefined ? ' in the data set' : '';
  const values = `${what} is ${show(recorded)} in the run, and ${now} ${show(found)}${where}`;
  return escapeText([place.join(', '), evaluator, values].filter(Boolean).join(': '));
}

function show(value: unknown): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? 'missing');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
