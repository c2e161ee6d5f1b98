import { resolve } from 'node:path';

import { readRun } from '@testbench/bench/results';
import { checkRequirements, summariseRun, type SummaryOptions } from '@testbench/bench/statistics';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { SUMMARY_FLAGS } from '../flags/summary.js';
import { readLabelSources, splitLabelFlags } from '../labels.js';
import { renderGate } from '../render/render-gate.js';
import { renderRunSummary } from '../render/render-run-summary.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readRequirements } from '../requirements.js';

/** `testbench summary <run>` */
export async function summaryCommand({
  io,
  flags,
  args,
}: CommandCall<typeof SUMMARY_FLAGS>): Promise<ExitCode> {
  const requirements = readRequirements(flags, 'summary');
  const sources = splitLabelFlags(flags, 'summary');
  const run = await readRun(resolve(io.cwd, args[0]!));
  const { runs, labels } = await readLabelSources([run], sources, io.cwd);
  const options = { ...summaryOptions(flags), ...(labels !== undefined && { labels }) };
  const summary = await summariseRun(runs[0]!, options);
  const gate = requirements === undefined ? undefined : checkRequirements(summary, requirements);
  if (flags.json) {
    writeJson(io.stdout, gate === undefined ? summary : { ...summary, gate });
  } else {
    const style = createStyle(io.stdout, io.env);
    const { groups, signatures } = flags;
    io.stdout.write(`${renderRunSummary(summary, { groups, signatures }, style)}\n`);
    if (gate !== undefined) io.stdout.write(`\n${renderGate(gate, style)}\n`);
  }
  return gate?.passed === false ? ExitCode.gate : ExitCode.ok;
}

function summaryOptions(flags: CommandCall<typeof SUMMARY_FLAGS>['flags']): SummaryOptions {
  const { interval, confidence, seed, clusters, onError } = flags;
  return {
    ...(interval !== undefined && { interval }),
    ...(confidence !== undefined && { confidence }),
    ...(seed !== undefined && { seed }),
    ...(clusters !== undefined && { clusters }),
    ...(onError !== undefined && { onError }),
  };
}
