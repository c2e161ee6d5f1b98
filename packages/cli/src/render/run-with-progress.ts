import type { FindPlugin, RunOptions, RunResult } from '@testbench/bench';
import type { BenchmarkSummary } from '@testbench/bench/results';
import { formatItems } from '@testbench/report/terminal';

import type { CliIo } from '../cli-io.js';
import { scriptCompiler } from '../script-modules.js';
import { ExitCode } from '../exit-code.js';
import { escapeText } from './escape-text.js';
import { ProgressBar } from './progress-bar.js';
import { checkRunGate, type RunGate } from '../run-gate.js';
import type { PreparedReporter } from '../run-reporters.js';
import { renderGate } from './render-gate.js';
import { renderSummary } from './render-summary.js';
import { createStyle } from './style.js';
import { widthOf } from './width-of.js';
import { shortenPath } from './shorten-path.js';
import { writeJson } from './write-json.js';

/** How a run is shown. */
export interface ShownRun {
  readonly io: CliIo;
  /** Shown before the progress. */
  readonly name: string;
  readonly flags: {
    /** Show what plugins log. */
    readonly debug: boolean;
    /** Print the summary as JSON instead of the table, and no progress. */
    readonly json: boolean;
    /** Neither progress nor notices. */
    readonly quiet: boolean;
    /** Cases that may lack a score; undefined for as many as the configuration allows. */
    readonly maxErrors: number | undefined;
  };
  /** Finds named plugins. */
  readonly findPlugin: FindPlugin;
  /** What the run must reach; undefined if there are no requirements. */
  readonly gate: RunGate | undefined;
  /** Reports to write at the end. */
  readonly reporters: readonly PreparedReporter[];
}

/**
 * Runs cases, shows progress and notices, and prints the result.
 *
 * @param work Receives the options of the run.
 */
export async function runWithProgress(
  { io, name, flags, gate: asked, findPlugin, reporters }: ShownRun,
  work: (options: RunOptions) => Promise<RunResult>,
): Promise<ExitCode> {
  const { debug, json, quiet, maxErrors } = flags;
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), name);
  const say = (text: string): void => {
    bar.clear();
    io.stderr.write(`${escapeText(text)}\n`);
  };
  let result: RunResult;
  try {
    result = await work({
      signal: io.signal,
      compileScript: scriptCompiler(io),
      findPlugin,
      ...(quiet || json ? {} : { onProgress: (progress) => bar.update(progress) }),
      ...(quiet ? {} : { onNotice: say }),
      ...(maxErrors === undefined ? {} : { maxErrors }),
      onLog: ({ pluginId, level, message }) => {
        if (debug) say(`${level} ${pluginId}: ${message}`);
      },
    });
  } finally {
    bar.clear();
  }
  return await showResult({ io, flags, gate: asked, reporters }, result, say);
}

/** Prints the result of a run. @param say Prints what is not part of a table. */
export async function showResult(
  {
    io,
    flags: { json },
    gate: asked,
    reporters = [],
  }: Pick<ShownRun, 'io' | 'gate'> &
    Partial<Pick<ShownRun, 'reporters'>> & { readonly flags: { readonly json: boolean } },
  { summary, ok }: RunResult,
  say: (text: string) => void,
): Promise<ExitCode> {
  const gate = asked === undefined ? undefined : await checkRunGate(summary.run!, asked, io);
  if (json) {
    writeJson(io.stdout, gate === undefined ? summary : { ...summary, gate });
  } else {
    io.stdout.write(
      `${renderSummary(summary, createStyle(io.stdout, io.env), widthOf(io.stdout))}\n\n`,
    );
    if (gate !== undefined) {
      io.stdout.write(`${renderGate(gate, createStyle(io.stdout, io.env))}\n\n`);
    }
    io.stdout.write(`Run: ${escapeText(shortenPath(summary.run!, io.cwd))}\n`);
  }
  // Nothing is printed besides the one JSON document.
  const target = json ? { ...io, stdout: io.stderr } : io;
  for (const reporter of reporters) await reporter.report(target, summary.run!);
  if (!ok) say(describeMissing(summary, io.cwd));
  // A gate is not reliable on a run with missing answers, so too many errors take precedence.
  if (!ok) return ExitCode.failure;
  return gate?.passed === false ? ExitCode.gate : ExitCode.ok;
}

/** Why the exit code is 1, though there is a summary. */
function describeMissing({ failedCases, run }: BenchmarkSummary, cwd: string): string {
  const what = `${formatItems(failedCases, 'case')} without a score, more than --max-errors allows`;
  return run === undefined ? what : `${what}: testbench failures ${shortenPath(run, cwd)} says why`;
}
