import { resolve } from 'node:path';

import { exportRun, readRun } from '@testbench/bench/results';
import { formatItems } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { EXPORT_FLAGS } from '../flags/export.js';
import { escapeText } from '../render/escape-text.js';

/** `testbench export <run>` */
export async function exportCommand({
  io,
  flags,
  args,
}: CommandCall<typeof EXPORT_FLAGS>): Promise<ExitCode> {
  const { format, output } = flags;
  const run = await readRun(resolve(io.cwd, args[0]!));
  const options = { signal: io.signal, ...(format !== undefined && { format }) };
  if (output === undefined) {
    await exportRun(run, '/dev/stdout', options);
    return ExitCode.ok;
  }
  const rows = await exportRun(run, resolve(io.cwd, output), options);
  io.stderr.write(`${escapeText(output)}: ${formatItems(rows, 'row')}\n`);
  return ExitCode.ok;
}
