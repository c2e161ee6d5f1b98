import { resolve } from 'node:path';

import { calibrateJudges, readLabels } from '@testbench/bench/judging';
import { readRun } from '@testbench/bench/results';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { CALIBRATE_FLAGS } from '../flags/calibrate.js';
import { renderCalibration } from '../render/render-calibration.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { UsageError } from '../usage-error.js';

/** Number of disagreements listed by default. */
const SHOWN_DISAGREEMENTS = 10;

/** `testbench calibrate <run> --labels <file>` */
export async function calibrateCommand({
  io,
  flags,
  args,
}: CommandCall<typeof CALIBRATE_FLAGS>): Promise<ExitCode> {
  const { labels: file, evaluator, against, threshold, confidence } = flags;
  if (file === undefined) throw new UsageError('expected --labels with a file', 'calibrate');
  const labels = await readLabels(resolve(io.cwd, file));
  const run = await readRun(resolve(io.cwd, args[0]!));
  const calibration = await calibrateJudges(run.rows(), labels, {
    ...(evaluator !== undefined && { evaluators: evaluator }),
    ...(against !== undefined && { against }),
    ...(threshold !== undefined && { threshold }),
    ...(confidence !== undefined && { confidence }),
    maxDisagreements: flags.disagreements ?? SHOWN_DISAGREEMENTS,
  });
  if (flags.json) writeJson(io.stdout, { run: run.run, ...calibration });
  else io.stdout.write(`${renderCalibration(calibration, createStyle(io.stdout, io.env))}\n`);
  return ExitCode.ok;
}
