import { join, resolve } from 'node:path';

import { protectedFiles, readRun, type StoredRun } from '@testbench/bench/results';
import {
  createHtmlReporter,
  createReporter,
  type Reporter,
  type ReportOutput,
} from '@testbench/report';
import { loadReporter, readPlugins } from '@testbench/report/runs';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { REPORT_FLAGS } from '../flags/report.js';
import { imagesOf } from '../images-of.js';
import { readLabelSources, splitLabelFlags } from '../labels.js';
import { scriptLoader } from '../script-loader.js';
import { reportStored } from '../report-stored.js';
import { UsageError } from '../usage-error.js';
import { writeReport } from '../write-report.js';

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
  if (flags.withPlugins && format !== 'html') {
    throw new UsageError('--with-plugins is for --format html', 'report');
  }
  const sources = splitLabelFlags(flags, 'report');
  const runs: StoredRun[] = [];
  const [run, other] = args as [string, string | undefined];
  for (const folder of other === undefined ? [run] : [run, other]) {
    runs.push(await readRun(resolve(io.cwd, folder)));
  }
  const chosen = format ?? 'terminal';
  const given =
    flags.output ??
    (chosen === 'html' && files.length === 0 ? join(run, 'report.html') : undefined);
  const inputs = [
    ...(await Promise.all(runs.map(protectedFiles))).flat(),
    ...files.map((file) => ({ path: resolve(io.cwd, file), what: 'the reporter' })),
  ];
  const work = async (output: ReportOutput): Promise<void> => {
    const reporters: Reporter[] =
      files.length === 0
        ? [
            flags.withPlugins
              ? createHtmlReporter(output, {
                  plugins: await readPlugins(runs),
                  images: imagesOf(runs),
                })
              : chosen === 'html'
                ? createHtmlReporter(output, { images: imagesOf(runs) })
                : createReporter(chosen, output),
          ]
        : await Promise.all(
            files.map((file) => loadReporter(resolve(io.cwd, file), output, scriptLoader)),
          );
    const { runs: labelled, labels } = await readLabelSources(runs, sources, io.cwd);
    await reportStored(
      io,
      labelled,
      reporters,
      labels === undefined ? {} : { summary: { labels } },
    );
  };
  await writeReport(io, given, work, inputs);
  return ExitCode.ok;
}
