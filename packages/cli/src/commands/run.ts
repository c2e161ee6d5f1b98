import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';

import {
  type BenchmarkConfig,
  type BenchmarkSummary,
  loadBenchmarkConfig,
  RESULTS_FILE,
  type ResolvedBenchmarkConfig,
  runBenchmark,
  SUMMARY_FILE,
} from '@testbench/bench';

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
                       (default: "output" of the configuration, or else results/<name>)
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
  const loaded = await loadBenchmarkConfig(resolve(io.cwd, parsed.positionals[0]!));
  const config = override(loaded, parsed, io.cwd);
  const summary = await runWithProgress(config, io, parsed.values.debug === true);
  await report(summary, parsed.values.json, io);
  return summary.scores.some(({ n, errors }) => n === 0 && errors > 0)
    ? ExitCode.failure
    : ExitCode.ok;
}

function parse(args: readonly string[]) {
  return parseCommandLine('run', args, OPTIONS, ['<config>']);
}

/** What the command line says comes before what the configuration says. */
function override(
  config: ResolvedBenchmarkConfig,
  { values }: RunArguments,
  cwd: string,
): BenchmarkConfig {
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
    output: resolve(cwd, values.output ?? config.output ?? join('results', config.name)),
  };
}

async function runWithProgress(
  config: BenchmarkConfig,
  io: CliIo,
  debug: boolean,
): Promise<BenchmarkSummary> {
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), config.name);
  try {
    return await runBenchmark(config, {
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

async function report(
  summary: BenchmarkSummary,
  json: string | undefined,
  io: CliIo,
): Promise<void> {
  const text = `${JSON.stringify(summary, undefined, 2)}\n`;
  if (json === '-') {
    io.stdout.write(escapeJson(text));
    return;
  }
  if (json !== undefined) await writeWhole(resolve(io.cwd, json), text);
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

/** A reader of the file sees the old text or the new one, never half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
