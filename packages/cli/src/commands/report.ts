import { join, resolve } from 'node:path';

import { readRun, type StoredRun } from '@testbench/bench/results';
import { OutputFile } from '@testbench/core/files';
import { createReporter, type Reporter, type ReportOutput } from '@testbench/report';
import { loadReporter, reportRuns } from '@testbench/report/runs';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { REPORT_FLAGS } from '../flags/report.js';
import { escapeText } from '../render/escape-text.js';
import { scriptLoader } from '../script-loader.js';
import { UsageError } from '../usage-error.js';

/** `testbench report <run> [<other>]` */
export async function reportCommand({
  io,
  flags,
  args,
}: CommandCall<typeof REPORT_FLAGS>): Promise<ExitCode> {
  const { format, reporter: files = [] } = flags;
  if (format !== undefined && files.length > 0) {
    throw new UsageError('--format and --reporter exclude each other', 'report');
  }
  const runs: StoredRun[] = [];
  const [run, other] = args as [string, string | undefined];
  for (const folder of other === undefined ? [run] : [run, other]) {
    runs.push(await readRun(resolve(io.cwd, folder)));
  }
  const chosen = format ?? 'terminal';
  const given =
    flags.output ??
    (chosen === 'html' && files.length === 0 ? join(run, 'report.html') : undefined);
  await writeReport(io, given, async (output) => {
    const reporters: Reporter[] =
      files.length === 0
        ? [createReporter(chosen, output)]
        : await Promise.all(
            files.map((file) => loadReporter(resolve(io.cwd, file), output, scriptLoader)),
          );
    await reportRuns(runs, reporters, { signal: io.signal });
  });
  return ExitCode.ok;
}

/** To a file, which appears whole or not at all, or to stdout. */
async function writeReport(
  io: CliIo,
  given: string | undefined,
  work: (output: ReportOutput) => Promise<void>,
): Promise<void> {
  if (given === undefined) {
    await work({ write: (text) => void io.stdout.write(text) });
    return;
  }
  const file = await OutputFile.open(resolve(io.cwd, given), { signal: io.signal });
  try {
    await work(file);
    await file.finish();
    await file.publish();
  } finally {
    await file.discard();
  }
  io.stderr.write(`${escapeText(given)}\n`);
}
