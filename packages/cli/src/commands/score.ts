import { basename, resolve } from 'node:path';

import {
  type EvaluatorConfig,
  loadBenchmarkConfig,
  type ReporterConfig,
  type Scripted,
  scoreRun,
} from '@testbench/bench';
import { PluginSystem } from '@testbench/core';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import type { ExitCode } from '../exit-code.js';
import type { SCORE_FLAGS } from '../flags/score.js';
import { readRunGate } from '../run-gate.js';
import { runWithProgress } from '../render/run-with-progress.js';
import { isFile } from '../is-file.js';
import { isModulePath } from '../is-module-path.js';
import { findAsNeeded } from '../project-plugins.js';
import { prepareReporters, readReporters } from '../run-reporters.js';
import { scriptLoader } from '../script-loader.js';
import { isScript } from '../script-modules.js';
import { UsageError } from '../usage-error.js';

/** `testbench score <run> --evaluator <plugin>` */
export async function scoreCommand({
  io,
  flags,
  args,
}: CommandCall<typeof SCORE_FLAGS>): Promise<ExitCode> {
  const { evaluators, reporters: configured } = await readConfigured(flags, io);
  const folder = resolve(io.cwd, args[0]!);
  // Evaluators get their names when they are loaded.
  const gate = await readRunGate(flags, 'score', io.cwd);
  const references = evaluators.flatMap(({ plugin }) => (plugin === undefined ? [] : [plugin]));
  const { findPlugins } = await import('../plugin-finder.js');
  const mode = flags.frozen ? 'frozen' : 'install';
  const { find, isUnsigned } = await findPlugins(io, flags, references, mode);
  // Existing evaluators of the run are not run again; plugins without a trusted signer run in separate processes.
  await using system = isUnsigned ? new PluginSystem({ isolation: 'process' }) : undefined;
  // New evaluators were not part of the run's plan.
  const others = findAsNeeded(io, flags);
  const findPlugin = async (reference: string): Promise<string | undefined> =>
    (await find(reference)) ?? (references.includes(reference) ? undefined : others(reference));
  const reporters = await (flags.reporters === undefined
    ? prepareReporters(configured)
    : readReporters(io, flags.reporters));
  const shown = { io, name: basename(folder), flags, gate, findPlugin, reporters };
  return await runWithProgress(shown, (options) =>
    scoreRun(
      folder,
      { evaluators, mode: flags.replace ? 'replace' : 'append' },
      { ...options, ...(system !== undefined && { system }) },
    ),
  );
}

/** The settings of the command line, or of the configuration it names, which is read once. */
async function readConfigured(
  { evaluator, config }: CommandCall<typeof SCORE_FLAGS>['flags'],
  io: CliIo,
): Promise<{
  readonly evaluators: readonly Scripted<EvaluatorConfig>[];
  readonly reporters?: readonly ReporterConfig[];
}> {
  if ((evaluator === undefined) === (config === undefined)) {
    throw new UsageError('expected either --evaluator or --config', 'score');
  }
  if (config === undefined) {
    const evaluators = await Promise.all(
      evaluator!.map(async (plugin) => {
        const path = resolve(io.cwd, plugin);
        if (await isScript(path)) return { script: path };
        // A path starts at the working directory; a name or reference is looked up.
        return { plugin: isModulePath(plugin) || isFile(path) ? path : plugin };
      }),
    );
    return { evaluators };
  }
  return await loadBenchmarkConfig(resolve(io.cwd, config), {
    env: io.env,
    scripts: scriptLoader,
  });
}
