import { basename, resolve } from 'node:path';

import {
  type EvaluatorConfig,
  loadBenchmarkConfig,
  type Scripted,
  scoreRun,
} from '@testbench/bench';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import type { ExitCode } from '../exit-code.js';
import type { SCORE_FLAGS } from '../flags/score.js';
import { readRunGate } from '../run-gate.js';
import { runWithProgress } from '../render/run-with-progress.js';
import { scriptLoader } from '../script-loader.js';
import { isScript } from '../script-modules.js';
import { UsageError } from '../usage-error.js';

/** `testbench score <run> --evaluator <plugin>` */
export async function scoreCommand({
  io,
  flags,
  args,
}: CommandCall<typeof SCORE_FLAGS>): Promise<ExitCode> {
  const evaluators = await readEvaluators(flags, io);
  const folder = resolve(io.cwd, args[0]!);
  // Evaluators get their names when they are loaded.
  const gate = await readRunGate(flags, 'score', io.cwd);
  const shown = { io, name: basename(folder), flags, gate };
  return await runWithProgress(shown, (options) =>
    scoreRun(folder, { evaluators, mode: flags.replace ? 'replace' : 'append' }, options),
  );
}

async function readEvaluators(
  { evaluator, config }: CommandCall<typeof SCORE_FLAGS>['flags'],
  io: CliIo,
): Promise<readonly Scripted<EvaluatorConfig>[]> {
  if ((evaluator === undefined) === (config === undefined)) {
    throw new UsageError('expected either --evaluator or --config', 'score');
  }
  if (config === undefined) {
    return await Promise.all(
      evaluator!.map(async (plugin) => {
        const path = resolve(io.cwd, plugin);
        if (await isScript(path)) return { script: path };
        // A path starts at the working directory; a name is looked up.
        return { plugin: /[\\/]|\.wasm$/.test(plugin) ? path : plugin };
      }),
    );
  }
  const { evaluators } = await loadBenchmarkConfig(resolve(io.cwd, config), {
    env: io.env,
    scripts: scriptLoader,
  });
  return evaluators;
}
