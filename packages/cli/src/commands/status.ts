import { resolve } from 'node:path';

import { readRun } from '@testbench/bench/results';
import { readShardRun } from '@testbench/bench/shards';
import { formatCount } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { STATUS_FLAGS } from '../flags/status.js';
import { describeRun } from '../render/describe-run.js';
import { escapeText } from '../render/escape-text.js';
import { renderSummary } from '../render/render-summary.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';

/** `testbench status <run>` */
export async function statusCommand({
  io,
  flags,
  args,
}: CommandCall<typeof STATUS_FLAGS>): Promise<ExitCode> {
  const run = await readRun(resolve(io.cwd, args[0]!));
  if (flags.json) {
    const shown = { ...describeRun(run), summary: run.summary ?? null };
    writeJson(io.stdout, shown);
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  const shard = await readShardRun(run.path);
  const total = shard === undefined ? run.plan.dataset.records : shard.to - shard.from;
  const part = shard === undefined ? '' : `shard ${shard.index} of ${shard.of}, `;
  const isComplete = run.records === total;
  const state = isComplete
    ? style.green(`${part}complete`)
    : style.yellow(`${part}${formatCount(run.records)} of ${formatCount(total)} records`);
  io.stdout.write(`${style.bold(escapeText(run.run))}: ${state}\n`);
  if (run.summary !== undefined) {
    io.stdout.write(`\n${renderSummary(run.summary, style, widthOf(io.stdout))}\n`);
  }
  const hints = [
    ...(isComplete ? [] : ['run the same configuration again: it goes on from there']),
    ...(shard !== undefined && isComplete
      ? ['testbench merge puts it together with the other shards']
      : []),
    ...((run.summary?.failedCases ?? 0) > 0
      ? [`testbench failures ${args[0]!} says why cases failed`]
      : []),
  ];
  for (const hint of hints) io.stdout.write(`${style.dim('hint:')} ${escapeText(hint)}\n`);
  return ExitCode.ok;
}
