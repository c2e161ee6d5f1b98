import { resolve } from 'node:path';

import { readRun } from '@testbench/bench/results';
import { formatCount } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { FAILURES_FLAGS } from '../flags/failures.js';
import { SHOWN_CAUSES } from '../limits.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import { UsageError } from '../usage-error.js';
import { writeJson } from '../render/write-json.js';

/** `testbench failures <run>` */
export async function failuresCommand({
  io,
  flags,
  args,
}: CommandCall<typeof FAILURES_FLAGS>): Promise<ExitCode> {
  const { summary } = await readRun(resolve(io.cwd, args[0]!));
  if (summary === undefined) {
    throw new UsageError('the run is not finished: run its configuration again', 'failures');
  }
  const groups = summary.failures;
  const shown = groups.slice(0, flags.limit ?? SHOWN_CAUSES);
  if (flags.json) {
    writeJson(io.stdout, shown);
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  if (groups.length === 0) io.stdout.write('No failed calls\n');
  for (const { code, stage, cause, place, count, retryable, hint, first } of shown) {
    const kind = retryable ? ', may pass' : '';
    io.stdout.write(
      `${style.red(code)} × ${formatCount(count)}  ${escapeText(stage)}${kind}: ${escapeText(cause)}\n`,
    );
    if (place !== undefined) io.stdout.write(`  ${style.dim('at:')} ${escapeText(place)}\n`);
    const where = `record ${first.id ?? first.index}, ${first.model}`;
    io.stdout.write(`  ${style.dim('first:')} ${escapeText(where)}\n`);
    if (hint !== undefined) io.stdout.write(`  ${style.dim('hint:')} ${escapeText(hint)}\n`);
  }
  const hidden = groups.length - shown.length;
  if (hidden > 0) io.stdout.write(`and ${hidden} more causes\n`);
  return ExitCode.ok;
}
