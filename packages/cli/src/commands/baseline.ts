import { resolve } from 'node:path';

import { protectedFiles, readRun } from '@testbench/bench/results';
import { makeBaseline, writeBaseline } from '@testbench/bench/statistics';
import { formatItems } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { BASELINE_FLAGS } from '../flags/baseline.js';
import { DEFAULT_BASELINE } from '../limits.js';
import { escapeText } from '../render/escape-text.js';
import { shortenPath } from '../render/shorten-path.js';
import { writeJson } from '../render/write-json.js';

/** `testbench baseline <run>` */
export async function baselineCommand({
  io,
  flags,
  args,
}: CommandCall<typeof BASELINE_FLAGS>): Promise<ExitCode> {
  const { output = DEFAULT_BASELINE, metric, model } = flags;
  const stored = await readRun(resolve(io.cwd, args[0]!));
  const baseline = await makeBaseline(stored, {
    ...(metric !== undefined && { metrics: metric }),
    ...(model !== undefined && { models: model }),
  });
  const file = resolve(io.cwd, output);
  await writeBaseline(file, baseline, { inputs: await protectedFiles(stored) });
  const { digest, columns, records, run } = baseline;
  if (flags.json) {
    writeJson(io.stdout, { file, run: run.run, digest, columns, records: records.length });
    return ExitCode.ok;
  }
  const models = new Set(columns.map(({ model: name }) => name)).size;
  const metrics = new Set(columns.map((column) => column.metric)).size;
  const what = [
    formatItems(records.length, 'record'),
    formatItems(models, 'model'),
    formatItems(metrics, 'metric'),
  ].join(', ');
  io.stdout.write(`${escapeText(shortenPath(file, io.cwd))}: ${what} of ${escapeText(run.run)}\n`);
  return ExitCode.ok;
}
