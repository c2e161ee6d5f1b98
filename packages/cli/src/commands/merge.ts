import { resolve } from 'node:path';

import { loadBenchmarkConfig } from '@testbench/bench';
import { readRun } from '@testbench/bench/results';
import { mergeShards } from '@testbench/bench/shards';

import { attestFolder, openAttestKey } from '../attest/attest-folder.js';
import type { CommandCall } from '../command-line/define-command.js';
import type { ExitCode } from '../exit-code.js';
import type { MERGE_FLAGS } from '../flags/merge.js';
import { findAsNeeded } from '../project-plugins.js';
import { runWithProgress } from '../render/run-with-progress.js';
import { readRunGate } from '../run-gate.js';
import { readReporters } from '../run-reporters.js';
import { scriptLoader } from '../script-loader.js';

/** `testbench merge <shard>…` */
export async function mergeCommand({
  io,
  flags,
  args,
}: CommandCall<typeof MERGE_FLAGS>): Promise<ExitCode> {
  const folders = args.map((folder) => resolve(io.cwd, folder));
  const { plan } = await readRun(folders[0]!);
  const evaluators = plan.evaluators.map(({ as }) => ({ name: as }));
  const gate = await readRunGate(flags, 'merge', io.cwd, evaluators);
  const config =
    flags.config === undefined
      ? {}
      : {
          config: await loadBenchmarkConfig(resolve(io.cwd, flags.config), {
            env: io.env,
            scripts: scriptLoader,
          }),
        };
  const outputDir =
    flags.outputDir === undefined ? {} : { outputDir: resolve(io.cwd, flags.outputDir) };
  const reporters = await readReporters(io, flags.reporters);
  const findPlugin = findAsNeeded(io, flags);
  const key = await openAttestKey(io, flags);
  let folder: string | undefined;
  const shown = { io, name: plan.name, flags, gate, findPlugin, reporters };
  const code = await runWithProgress(shown, async (options) => {
    const result = await mergeShards(folders, { ...options, ...config, ...outputDir });
    folder = result.summary.run;
    return result;
  });
  if (key !== undefined && folder !== undefined) await attestFolder(io, folder, key, flags);
  return code;
}
