import { join, parse, resolve } from 'node:path';

import { exportRun, readRun } from '@testbench/bench/results';
import { findOutputPlace } from '@testbench/core/files';
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
  const file = resolve(io.cwd, output);
  const summary = await summaryBeside(output, file, format);
  const rows = await exportRun(run, file, {
    ...options,
    ...(summary !== undefined && { summaryFile: resolve(io.cwd, summary) }),
  });
  const note = summary === undefined ? '' : `, the summary in ${escapeText(summary)}`;
  io.stderr.write(`${escapeText(output)}: ${formatItems(rows, 'row')}${note}\n`);
  return ExitCode.ok;
}

/** The summary is written next to a file of rows, and inside JSON; with a pipe or device there is none. */
async function summaryBeside(
  output: string,
  file: string,
  format: string | undefined,
): Promise<string | undefined> {
  if (format === 'json') return undefined;
  // Problems with the path are reported when writing.
  const place = await findOutputPlace(file).catch(() => undefined);
  if (place?.way !== 'replace') return undefined;
  const { dir, name } = parse(output);
  return join(dir, `${name}.summary.json`);
}
