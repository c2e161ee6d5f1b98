import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

import {
  type BenchmarkConfig,
  type BenchmarkSummary,
  inputFiles,
  loadBenchmarkConfig,
  RESULTS_FILE,
  type ResolvedBenchmarkConfig,
  runBenchmark,
  SUMMARY_FILE,
} from '@testbench/bench';
import { OutputFile, type OutputInput } from '@testbench/core';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { parseCommandLine, readWholeNumber } from '../parse-command-line.js';
import { escapeJson, escapeText } from '../render/escape-text.js';
import { ProgressBar } from '../render/progress-bar.js';
import { renderSummary } from '../render/render-summary.js';
import { createStyle } from '../render/style.js';

const HELP = `Usage: testbench run <config> [options]

Runs the benchmark of a configuration file (YAML or JSON) and prints a table of scores.

Options:
  --json <file|->      also write the summary as JSON; "-" prints it instead of the table
  --output <folder>    where results.jsonl and summary.json go
                       (default: "outputDir" of the configuration, or else results/<name>)
  --limit <n>          take at most n records
  --offset <n>         skip n records first
  --concurrency <n>    records in flight
  --policy <file>      what plugins are granted that have no "permissions" in the configuration, and secrets
  --fail-fast          stop at the first failed call instead of counting it
  --debug              show plugin logs, and a stack trace of an error
  -h, --help           show this text

Exit code: 0 done; 1 failed, or an evaluator failed on every record; 2 wrong command line; 130 Ctrl-C.
`;

const OPTIONS = {
  json: { type: 'string' },
  output: { type: 'string' },
  limit: { type: 'string' },
  offset: { type: 'string' },
  concurrency: { type: 'string' },
  policy: { type: 'string' },
  'fail-fast': { type: 'boolean' },
} as const;

type RunArguments = ReturnType<typeof parse>;

/** `testbench run <config>` */
export async function runCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const parsed = parse(args);
  if (parsed.values.help === true) {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  const configFile = resolve(io.cwd, parsed.positionals[0]!);
  const config = override(await loadBenchmarkConfig(configFile), parsed, io.cwd);
  const inputs = [{ path: configFile, what: 'the configuration' }];
  const json = parsed.values.json;
  // Opened before the run, whose work would be lost if it could not be.
  const file =
    json === undefined || json === '-' ? undefined : await openJson(json, config, inputs, io);
  try {
    const summary = await runWithProgress(config, io, inputs, parsed.values.debug === true);
    await writeJson(summary, json, file, io);
    if (json !== '-') printSummary(summary, io);
    return summary.scores.some(({ n, errors }) => n === 0 && errors > 0)
      ? ExitCode.failure
      : ExitCode.ok;
  } finally {
    await file?.discard();
  }
}

/** @throws {OutputError} If it cannot be written, or is a file that the run reads or writes itself. */
async function openJson(
  path: string,
  config: ResolvedBenchmarkConfig & { readonly outputDir: string },
  inputs: readonly OutputInput[],
  io: CliIo,
): Promise<OutputFile> {
  const target = resolve(io.cwd, path);
  const results = [RESULTS_FILE, SUMMARY_FILE].map((name) => {
    return { path: join(config.outputDir, name), what: 'a file of the results' };
  });
  return await OutputFile.open(target, {
    inputs: [...inputs, ...inputFiles(config), ...results],
    // The run makes its own folder, and only that.
    makeFolder: dirname(target) === config.outputDir,
    signal: io.signal,
  });
}

function parse(args: readonly string[]) {
  return parseCommandLine('run', args, OPTIONS, ['<config>']);
}

/** What the command line says comes before what the configuration says. */
function override(
  config: ResolvedBenchmarkConfig,
  { values }: RunArguments,
  cwd: string,
): ResolvedBenchmarkConfig & { readonly outputDir: string } {
  const offset = readWholeNumber('run', 'offset', values.offset, 0);
  const limit = readWholeNumber('run', 'limit', values.limit, 1);
  const concurrency = readWholeNumber('run', 'concurrency', values.concurrency, 1);
  return {
    ...config,
    dataset: {
      ...config.dataset,
      ...(offset === undefined ? {} : { offset }),
      ...(limit === undefined ? {} : { limit }),
    },
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(values.policy === undefined ? {} : { policy: resolve(cwd, values.policy) }),
    ...(values['fail-fast'] === true ? { failFast: true } : {}),
    outputDir: resolve(cwd, values.output ?? config.outputDir ?? join('results', config.name)),
  };
}

async function runWithProgress(
  config: BenchmarkConfig,
  io: CliIo,
  inputs: readonly OutputInput[],
  debug: boolean,
): Promise<BenchmarkSummary> {
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), config.name);
  try {
    return await runBenchmark(config, {
      inputs,
      signal: io.signal,
      onProgress: (progress) => bar.update(progress),
      onLog: ({ plugin, level, message }) => {
        if (!debug) return;
        bar.clear();
        io.stderr.write(`${level} ${escapeText(plugin)}: ${escapeText(message)}\n`);
      },
    });
  } finally {
    bar.clear();
  }
}

async function writeJson(
  summary: BenchmarkSummary,
  json: string | undefined,
  file: OutputFile | undefined,
  io: CliIo,
): Promise<void> {
  const text = `${JSON.stringify(summary, undefined, 2)}\n`;
  if (json === '-') io.stdout.write(escapeJson(text));
  await file?.write(text);
  await file?.finish();
  await file?.publish();
}

function printSummary(summary: BenchmarkSummary, io: CliIo): void {
  const style = createStyle(io.stdout, io.env);
  const folder = shorten(summary.output!, io.cwd);
  io.stdout.write(`${renderSummary(summary, style)}\n\n`);
  io.stdout.write(`Results: ${escapeText(join(folder, RESULTS_FILE))}\n`);
  io.stdout.write(`Summary: ${escapeText(join(folder, SUMMARY_FILE))}\n`);
}

/** As seen from the working directory, unless it lies outside of it. */
function shorten(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
