import { isAbsolute, relative, resolve } from 'node:path';

import {
  type BenchmarkConfig,
  loadBenchmarkConfig,
  type ResolvedBenchmarkConfig,
  runPlan,
  type RunResult,
} from '@testbench/bench';
import type { BenchmarkSummary } from '@testbench/bench/results';
import type { OutputInput } from '@testbench/core/files';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { escapeJson, escapeText } from '../render/escape-text.js';
import { ProgressBar } from '../render/progress-bar.js';
import { renderSummary } from '../render/render-summary.js';
import { createStyle } from '../render/style.js';
import { scriptLoader } from '../script-loader.js';
import type { RUN_FLAGS } from '../flags/run.js';

/** `testbench run <config>` */
export async function runCommand({
  io,
  flags,
  args,
}: CommandCall<typeof RUN_FLAGS>): Promise<ExitCode> {
  const configFile = resolve(io.cwd, args[0]!);
  const loaded = await loadBenchmarkConfig(configFile, {
    overrides: flags.set ?? [],
    env: io.env,
    scripts: scriptLoader,
  });
  const config = override(loaded, flags, io.cwd);
  const inputs = [{ path: configFile, what: 'the configuration' }];
  const { summary, ok } = await runWithProgress(config, io, inputs, flags.debug);
  if (flags.json) io.stdout.write(escapeJson(`${JSON.stringify(summary, undefined, 2)}\n`));
  else printSummary(summary, io);
  return ok ? ExitCode.ok : ExitCode.failure;
}

/** What the command line says comes before what the configuration says. */
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
    outputDir: resolve(cwd, outputDir ?? config.outputDir ?? 'runs'),
  };
}

async function runWithProgress(
  config: BenchmarkConfig,
  io: CliIo,
  inputs: readonly OutputInput[],
  debug: boolean,
): Promise<RunResult> {
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), config.name);
  try {
    return await runPlan(config, {
      inputs,
      signal: io.signal,
      onProgress: (progress) => bar.update(progress),
      onNotice: (message) => {
        bar.clear();
        io.stderr.write(`${escapeText(message)}\n`);
      },
      onLog: ({ pluginId: plugin, level, message }) => {
        if (!debug) return;
        bar.clear();
        io.stderr.write(`${level} ${escapeText(plugin)}: ${escapeText(message)}\n`);
      },
    });
  } finally {
    bar.clear();
  }
}

function printSummary(summary: BenchmarkSummary, io: CliIo): void {
  const style = createStyle(io.stdout, io.env);
  io.stdout.write(`${renderSummary(summary, style)}\n\n`);
  io.stdout.write(`Run: ${escapeText(shorten(summary.run!, io.cwd))}\n`);
}

/** As seen from the working directory, unless it lies outside of it. */
function shorten(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
