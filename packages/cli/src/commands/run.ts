import { resolve } from 'node:path';

import {
  estimateRun,
  loadBenchmarkConfig,
  type ResolvedBenchmarkConfig,
  runPlan,
} from '@testbench/bench';

import { attestFolder, openAttestKey } from '../attest/attest-folder.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { DEFAULT_OUTPUT_DIR } from '../limits.js';
import { usePlugins } from '../project-plugins.js';
import { escapeText } from '../render/escape-text.js';
import { renderEstimate } from '../render/render-estimate.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';
import { checkQueueFlags, withQueueExecutor } from '../queue-run.js';
import { readShardFlag } from '../read-shard.js';
import { readRunGate } from '../run-gate.js';
import { checkTelemetryFlags, startTelemetry } from '../telemetry.js';
import { runWithProgress } from '../render/run-with-progress.js';
import { prepareReporters } from '../run-reporters.js';
import { scriptLoader } from '../script-loader.js';
import { scriptCompiler } from '../script-modules.js';
import type { RUN_FLAGS } from '../flags/run.js';

/** `testbench run <config>` */
export async function runCommand({
  io,
  flags,
  args,
}: CommandCall<typeof RUN_FLAGS>): Promise<ExitCode> {
  const configFile = resolve(io.cwd, args[0]!);
  const { failUnder, baseline, attest, watch, dryRun } = flags;
  const needWhole = { 'fail-under': failUnder, baseline, attest, watch, 'dry-run': dryRun };
  const shard = readShardFlag(flags.shard, needWhole);
  checkQueueFlags(flags, { shard: flags.shard, watch, 'dry-run': dryRun });
  checkTelemetryFlags(flags, 'run', { watch, 'dry-run': dryRun });
  if (flags.watch) {
    const { watchRun } = await import('./watch-run.js');
    return await watchRun({ io, flags, configFile, override });
  }
  const loaded = await loadBenchmarkConfig(configFile, {
    overrides: flags.set ?? [],
    env: io.env,
    scripts: scriptLoader,
  });
  const { config, find } = await usePlugins(
    io,
    flags,
    override(loaded, flags, io.cwd),
    findModeOf(flags),
  );
  const inputs = [{ path: configFile, what: 'the configuration' }];
  const gate = await readRunGate(flags, 'run', io.cwd, config.evaluators);
  if (flags.dryRun) {
    const onNotice = (text: string): unknown => io.stderr.write(`${escapeText(text)}\n`);
    const estimate = await estimateRun(config, {
      signal: io.signal,
      inputs,
      onNotice,
      compileScript: scriptCompiler(io),
      findPlugin: find,
    });
    if (flags.json) writeJson(io.stdout, estimate);
    else
      io.stdout.write(
        `${renderEstimate(estimate, createStyle(io.stdout, io.env), widthOf(io.stdout))}\n`,
      );
    return ExitCode.ok;
  }
  // A module that does not load, or a wrong passphrase, is reported before hours of work.
  // Reports are about whole runs.
  const reporters = shard === undefined ? await prepareReporters(config.reporters) : [];
  const shown = { io, name: config.name, flags, gate, findPlugin: find, reporters };
  const key = await openAttestKey(io, flags);
  await using telemetry = await startTelemetry(io, flags);
  let folder: string | undefined;
  const code = await withQueueExecutor(io, flags, find, async (executor) => {
    return await runWithProgress(shown, async (options) => {
      const result = await runPlan(config, {
        ...options,
        inputs,
        ...(shard && { shard }),
        ...(executor && { executor }),
        ...(telemetry.hooks && { hooks: telemetry.hooks }),
      });
      folder = result.summary.run;
      return result;
    });
  });
  if (key !== undefined && folder !== undefined) await attestFolder(io, folder, key, flags);
  return code;
}

/** A dry run leaves the lockfile as it is. */
function findModeOf({
  frozen,
  dryRun,
}: CommandCall<typeof RUN_FLAGS>['flags']): 'frozen' | 'look' | 'install' {
  if (frozen) return 'frozen';
  return dryRun ? 'look' : 'install';
}

/** The command line takes precedence over the configuration. */
function override(
  config: ResolvedBenchmarkConfig,
  flags: CommandCall<typeof RUN_FLAGS>['flags'],
  cwd: string,
): ResolvedBenchmarkConfig & { readonly outputDir: string } {
  const { offset, limit, concurrency, policy, failFast, outputDir } = flags;
  return {
    ...config,
    dataset: {
      ...config.dataset,
      ...(offset === undefined ? {} : { offset }),
      ...(limit === undefined ? {} : { limit }),
    },
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(policy === undefined ? {} : { policy: resolve(cwd, policy) }),
    ...(failFast ? { failFast } : {}),
    outputDir: resolve(cwd, outputDir ?? config.outputDir ?? DEFAULT_OUTPUT_DIR),
  };
}
