import type { ResolvedBenchmarkConfig, RunOptions } from '@testbench/bench';
import type { BenchmarkSummary } from '@testbench/bench/results';
import { type BenchmarkEvent, watchBenchmark } from '@testbench/dev';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { RUN_FLAGS } from '../flags/run.js';
import { usePlugins } from '../project-plugins.js';
import { escapeJson, escapeText } from '../render/escape-text.js';
import { formatScore } from '../render/dev-words.js';
import { formatDuration } from '../render/format-value.js';
import { ProgressBar } from '../render/progress-bar.js';
import { showResult } from '../render/run-with-progress.js';
import { shortenPath } from '../render/shorten-path.js';
import { createStyle } from '../render/style.js';
import { reportError } from '../report-error.js';
import { readRunGate } from '../run-gate.js';
import { scriptLoader } from '../script-loader.js';
import { scriptCompiler } from '../script-modules.js';
import { UsageError } from '../usage-error.js';

type RunFlags = CommandCall<typeof RUN_FLAGS>['flags'];

/** The configuration to run again. */
interface WatchedRun {
  readonly io: CliIo;
  readonly flags: RunFlags;
  readonly configFile: string;
  readonly override: (
    config: ResolvedBenchmarkConfig,
    flags: RunFlags,
    cwd: string,
  ) => ResolvedBenchmarkConfig & { readonly outputDir: string };
}

/** `testbench run <config> --watch` */
export async function watchRun({ io, flags, configFile, override }: WatchedRun): Promise<ExitCode> {
  for (const [flag, given] of [
    ['--dry-run', flags.dryRun],
    ['--attest', flags.attest !== undefined],
  ] as const) {
    if (given) throw new UsageError(`${flag} makes no sense with --watch`, 'run');
  }
  const screen = new RunScreen(io, flags);
  await watchBenchmark({
    config: configFile,
    load: { overrides: flags.set ?? [], env: io.env, scripts: scriptLoader },
    prepare: async (loaded) => {
      const changed = override(loaded, flags, io.cwd);
      const mode = flags.frozen ? 'frozen' : 'install';
      const { config, find } = await usePlugins(io, flags, changed, mode);
      return { config, run: { findPlugin: find } };
    },
    run: screen.runOptions(configFile),
    compileScript: (onRead) => scriptCompiler(io, onRead),
    signal: io.signal,
    onEvent: (event) => screen.show(event),
  });
  screen.end();
  // Nothing else ends it.
  return ExitCode.interrupted;
}

/** Shows repeated runs. */
class RunScreen {
  readonly #io: CliIo;
  readonly #flags: RunFlags;
  #bar: ProgressBar | undefined;

  constructor(io: CliIo, flags: RunFlags) {
    this.#io = io;
    this.#flags = flags;
  }

  runOptions(configFile: string): Omit<RunOptions, 'signal'> {
    const { quiet, json, debug, maxErrors } = this.#flags;
    return {
      inputs: [{ path: configFile, what: 'the configuration' }],
      ...(quiet || json ? {} : { onProgress: (progress) => this.#bar?.update(progress) }),
      ...(quiet ? {} : { onNotice: this.#say }),
      ...(maxErrors === undefined ? {} : { maxErrors }),
      onLog: ({ pluginId, level, message }) => {
        if (debug) this.#say(`${level} ${pluginId}: ${message}`);
      },
    };
  }

  async show(event: BenchmarkEvent): Promise<void> {
    const { json, quiet } = this.#flags;
    if (json) {
      this.#io.stdout.write(escapeJson(`${JSON.stringify(eventJson(event))}\n`));
      return;
    }
    switch (event.type) {
      case 'change':
        this.#say(
          `changed ${event.files.map((file) => shortenPath(file, this.#io.cwd)).join(', ')}`,
        );
        break;
      case 'run': {
        const style = createStyle(this.#io.stderr, this.#io.env);
        this.#bar = new ProgressBar(this.#io.stderr, style, event.config.name);
        break;
      }
      case 'done': {
        this.#bar?.clear();
        const gate = await readRunGate(this.#flags, 'run', this.#io.cwd, event.config.evaluators);
        await showResult({ io: this.#io, flags: { json }, gate }, event.result, this.#say);
        for (const line of scoreChanges(event.before, event.result.summary)) {
          this.#io.stdout.write(`${escapeText(line)}\n`);
        }
        if (!quiet)
          this.#say(
            `done in ${formatDuration(event.durationMs)}, waiting for changes (Ctrl-C ends)`,
          );
        break;
      }
      case 'failed':
        this.#bar?.clear();
        reportError(event.error, this.#io, this.#flags.debug);
        if (!quiet) this.#say('waiting for changes (Ctrl-C ends)');
        break;
      case 'notice':
        this.#say(event.message);
    }
  }

  end(): void {
    this.#bar?.clear();
  }

  readonly #say = (text: string): void => {
    this.#bar?.clear();
    this.#io.stderr.write(`${escapeText(text)}\n`);
  };
}

/** Differences from the previous run, one line for each evaluator and column. */
function scoreChanges(before: BenchmarkSummary | undefined, after: BenchmarkSummary): string[] {
  if (before === undefined) return [];
  const earlier = new Map(before.scores.map((cell) => [keyOf(cell), cell.mean]));
  return after.scores.flatMap((cell) => {
    const was = earlier.get(keyOf(cell));
    if (was === undefined || was === null || cell.mean === null || was === cell.mean) return [];
    const place = [cell.evaluator, cell.provider, cell.model].join(' ');
    return [`${place}: ${shown(was)} → ${shown(cell.mean)}`];
  });
}

function keyOf({ prompt, provider, model, evaluator }: BenchmarkSummary['scores'][number]): string {
  return JSON.stringify([prompt, provider, model, evaluator]);
}

function shown(mean: number | undefined): string {
  return mean === undefined ? '-' : formatScore(mean);
}

function eventJson(event: BenchmarkEvent): object {
  if (event.type === 'run') return { type: 'run', name: event.config.name };
  if (event.type === 'failed') {
    const { error, ...rest } = event;
    const code = PluginError.is(error) ? error.code : 'INTERNAL';
    return {
      ...rest,
      error: { code, message: error instanceof Error ? error.message : String(error) },
    };
  }
  if (event.type !== 'done') return event;
  const { result, durationMs, before } = event;
  return {
    type: 'done',
    ok: result.ok,
    durationMs,
    summary: result.summary,
    changes: scoreChanges(before, result.summary),
  };
}
