import { resolve } from 'node:path';

import { listRuns } from '@testbench/bench/results';
import { formatCount, renderTable } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { LIST_FLAGS } from '../flags/list.js';
import { DEFAULT_OUTPUT_DIR } from '../limits.js';
import { describeRun } from '../render/describe-run.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';

/** `testbench list [folder]` */
export async function listCommand({
  io,
  flags,
  args,
}: CommandCall<typeof LIST_FLAGS>): Promise<ExitCode> {
  const folder = args[0] ?? DEFAULT_OUTPUT_DIR;
  const runs = await listRuns(resolve(io.cwd, folder));
  if (flags.json) {
    writeJson(io.stdout, runs.map(describeRun));
    return ExitCode.ok;
  }
  if (runs.length === 0) {
    io.stdout.write(`No runs in ${escapeText(folder)}\n`);
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  const rows = runs.map((run) => [
    { text: escapeText(run.run), mark: style.bold },
    { text: `${formatCount(run.records)} of ${formatCount(run.plan.dataset.records)}` },
    {
      text: run.isComplete ? 'complete' : 'to be resumed',
      mark: run.isComplete ? style.green : style.yellow,
    },
    { text: run.writtenAt.toISOString().slice(0, 16).replace('T', ' '), mark: style.dim },
  ]);
  const columns = [
    { title: 'run' },
    { title: 'records', align: 'right' as const },
    { title: 'state' },
    { title: 'written (UTC)', dropRank: 1 },
  ];
  io.stdout.write(`${renderTable(columns, rows, style.dim, widthOf(io.stdout))}\n`);
  return ExitCode.ok;
}
