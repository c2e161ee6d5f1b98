import { dirname, extname, resolve } from 'node:path';

import {
  type CompileScript,
  inputFiles,
  loadBenchmarkConfig,
  type LoadConfigOptions,
  type ResolvedBenchmarkConfig,
  type RunOptions,
  runPlan,
  type RunResult,
} from '@testbench/bench';
import type { BenchmarkSummary } from '@testbench/bench/results';
import { createScriptCompiler } from '@testbench/script';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { type FileChange, FileWatcher } from '../watch/file-watcher.js';
import { SOURCES } from '../watch/source-files.js';
import { rerunOnChange } from '../watch/rerun-on-change.js';

/** Events while a benchmark is watched. Times are in milliseconds. */
export type BenchmarkEvent =
  /** A file that the run reads was saved, created or removed. */
  | { readonly type: 'change'; readonly files: readonly string[] }
  | { readonly type: 'run'; readonly config: ResolvedBenchmarkConfig }
  | {
      readonly type: 'done';
      readonly config: ResolvedBenchmarkConfig;
      readonly result: RunResult;
      /** The last run before this one that finished. */
      readonly before: BenchmarkSummary | undefined;
      readonly durationMs: number;
    }
  /** The configuration, a script or the run failed; the loop waits for the next change. */
  | { readonly type: 'failed'; readonly error: unknown; readonly durationMs: number }
  /** A message for the user. */
  | { readonly type: 'notice'; readonly message: string };

/** A configuration that can be run. */
export interface PreparedBenchmark {
  readonly config: ResolvedBenchmarkConfig;
  /** Options of this run, which take precedence over `run` of the watch options. */
  readonly run?: Omit<RunOptions, 'signal'>;
}

/** What is watched, and how it is run. */
export interface WatchBenchmarkOptions {
  /** The configuration's file. */
  readonly config: string;
  /** How the configuration is read. */
  readonly load?: LoadConfigOptions;
  /** Changes the configuration before it is run: an output folder, a limit, or where its plugins are. */
  readonly prepare?: (
    config: ResolvedBenchmarkConfig,
  ) => PreparedBenchmark | Promise<PreparedBenchmark>;
  /** How it is run. `compileScript` defaults to the one of `@testbench/script`. */
  readonly run?: Omit<RunOptions, 'signal'>;
  /** Makes plugins from scripts; must report every file that a script is made of. @default `createScriptCompiler` */
  readonly compileScript?: (onRead: (files: readonly string[]) => void) => CompileScript;
  /** Stops watching. */
  readonly signal: AbortSignal;
  /** Called for each event, in order; it is awaited. */
  readonly onEvent: (event: BenchmarkEvent) => void | Promise<void>;
}

const OPTIONS: OptionReaders<WatchBenchmarkOptions> = {
  config: (node) => node.text(),
  // Both are checked where they are used.
  load: (node) => node.object(),
  prepare: (node) => node.callback(),
  run: (node) => node.object(),
  compileScript: (node) => node.callback(),
  signal: (node) => node.signal(),
  onEvent: (node) => node.callback(),
};

/**
 * Runs a benchmark, and runs it again when its configuration, a script, a prompt, a plugin, the policy or the data change, until `signal` fires.
 *
 * Model answers come from the cache, as in any run: only new questions are asked. A change during a run stops it, and the answers received
 * until then are kept. Each plan has its own run folder, and each run is compared with the last complete one.
 *
 * @returns Once `signal` fires.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { watchBenchmark } from '@testbench/dev';
 *
 * const controller = new AbortController();
 * process.once('SIGINT', () => controller.abort());
 * await watchBenchmark({
 *   config: 'testbench.yaml',
 *   signal: controller.signal,
 *   onEvent: (event) => {
 *     if (event.type === 'done') console.log(event.result.summary.scores);
 *   },
 * });
 * ```
 */
export async function watchBenchmark(given: WatchBenchmarkOptions): Promise<void> {
  const options = readOptions<WatchBenchmarkOptions>(given, OPTIONS, '', [
    'config',
    'signal',
    'onEvent',
  ]);
  await new BenchmarkLoop(options).run();
}

function asItIs(config: ResolvedBenchmarkConfig): PreparedBenchmark {
  return { config };
}

class BenchmarkLoop {
  readonly #options: WatchBenchmarkOptions;
  readonly #path: string;
  readonly #watcher: FileWatcher;
  readonly #compileScript: CompileScript;
  #files: Set<string>;
  /** Folders of scripts: a file imported by a script may appear there. */
  #scriptFolders = new Set<string>();
  /** False for a finished run, after which the watched files are known. */
  #isOpen = true;
  #last: BenchmarkSummary | undefined;

  constructor(options: WatchBenchmarkOptions) {
    this.#options = options;
    this.#path = resolve(options.config);
    this.#files = new Set([this.#path]);
    this.#watcher = new FileWatcher(
      (change) => this.#isRelevant(change),
      (message) => void options.onEvent({ type: 'notice', message }),
    );
    const onRead = (files: readonly string[]): void => {
      for (const file of files) this.#files.add(file);
    };
    const make = options.compileScript ?? ((hear) => createScriptCompiler({ onRead: hear }));
    const compile = make(onRead);
    this.#compileScript = async (script) => {
      // Before it is read: a file that cannot be read is the one to be fixed.
      if (script.inline === undefined) {
        this.#files.add(script.path);
        this.#scriptFolders.add(dirname(script.path));
        this.#watcher.watchNear([...this.#scriptFolders]);
      }
      return await compile(script);
    };
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    try {
      await this.#watcher.start({ folders: [], files: [this.#path] });
      await rerunOnChange(this.#watcher, signal, (changes, each) => this.#round(changes, each));
    } finally {
      await this.#watcher.close();
    }
  }

  #isRelevant({ path, kind }: FileChange): boolean {
    if (this.#files.has(path)) return true;
    return this.#isOpen && kind === 'added' && SOURCES.has(extname(path)) && this.#isNear(path);
  }

  #isNear(path: string): boolean {
    return this.#scriptFolders.has(dirname(path));
  }

  async #round(changes: readonly FileChange[], signal: AbortSignal): Promise<void> {
    const { onEvent, load, prepare = asItIs, run } = this.#options;
    if (changes.length > 0) {
      await onEvent({ type: 'change', files: changes.map(({ path }) => path) });
    }
    const since = Date.now();
    const startedAt = performance.now();
    this.#files = new Set([this.#path]);
    this.#scriptFolders = new Set();
    this.#isOpen = true;
    try {
      const read = await loadBenchmarkConfig(this.#path, {
        ...load,
        onRead: (file) => this.#files.add(file),
      });
      const { config, run: own } = await prepare(read);
      for (const { path } of inputFiles(config)) this.#files.add(resolve(path));
      this.#watch(since);
      await onEvent({ type: 'run', config });
      const result = await runPlan(config, {
        ...run,
        ...own,
        compileScript: this.#compileScript,
        signal,
      });
      this.#isOpen = false;
      this.#watch(since);
      const before = this.#last;
      this.#last = result.summary;
      const durationMs = performance.now() - startedAt;
      await onEvent({ type: 'done', config, result, before, durationMs });
    } catch (error) {
      this.#watch(since);
      // It was stopped because of a change, which is run now.
      if (signal.aborted) return;
      await onEvent({ type: 'failed', error, durationMs: performance.now() - startedAt });
    }
  }

  #watch(since: number): void {
    this.#watcher.watch([...this.#files], since);
  }
}
