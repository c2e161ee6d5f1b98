import { basename, resolve } from 'node:path';

import { resumeRun } from '@testbench/bench';
import { readRun } from '@testbench/bench/results';

import type { CommandCall } from '../command-line/define-command.js';
import type { ExitCode } from '../exit-code.js';
import type { RESUME_FLAGS } from '../flags/resume.js';
import { findAsNeeded } from '../project-plugins.js';
import { readReporters } from '../run-reporters.js';
import { readRunGate } from '../run-gate.js';
import { checkTelemetryFlags, startTelemetry } from '../telemetry.js';
import { runWithProgress } from '../render/run-with-progress.js';

/** `testbench resume <run>` */
export async function resumeCommand({
  io,
  flags,
  args,
}: CommandCall<typeof RESUME_FLAGS>): Promise<ExitCode> {
  checkTelemetryFlags(flags, 'resume');
  const folder = resolve(io.cwd, args[0]!);
  const { plan } = await readRun(folder);
  const evaluators = plan.evaluators.map(({ as }) => ({ name: as }));
  const gate = await readRunGate(flags, 'resume', io.cwd, evaluators);
  const findPlugin = findAsNeeded(io, flags);
  const reporters = await readReporters(io, flags.reporters);
  const shown = { io, name: basename(folder), flags, gate, findPlugin, reporters };
  await using telemetry = await startTelemetry(io, flags);
  const { hooks } = telemetry;
  return await runWithProgress(shown, (options) =>
    resumeRun(folder, { ...options, retryFailed: !flags.keepFailed, ...(hooks && { hooks }) }),
  );
}
