import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';

import { createTestHost, type TestHost } from '@testbench/sdk';
import { parseJsonText } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { DEFAULT_RECORDS, MAX_CHANGES } from '../limits.js';
import { type FileChange, FileWatcher } from '../watch/file-watcher.js';
import { rerunOnChange } from '../watch/rerun-on-change.js';
import { SOURCES } from '../watch/source-files.js';
import { buildProject, type ProjectBuild } from './build-project.js';
import { changesBetween, totalsOf } from './compare-outcomes.js';
import type { DevEvent } from './dev-event.js';
import type { DevProject } from './find-project.js';
import { findGoldenFiles, isGoldenFile, runGoldenFile } from './golden-files.js';
import type { WatchProjectOptions } from './watch-project-options.js';
import { type DevDataset, readInputs, type RecordOutcome, scoreInputs } from './score-records.js';

/** Files that describe projects and how they are built. */
const METADATA = /[\\/](?:package\.json|Cargo\.toml|tsconfig\.json|asconfig\.json)$/;

/** One project while it is watched. */
export class ProjectLoop {
  readonly #project: DevProject;
  readonly #options: WatchProjectOptions;
  readonly #watcher: FileWatcher;
  #inputs = new Set<string>();
  #isFailed = true;
  #built: Extract<ProjectBuild, { readonly ok: true }> | undefined;
  #scored: readonly RecordOutcome[] | undefined;
  #isWhole = false;

  constructor(project: DevProject, options: WatchProjectOptions) {
    this.#project = project;
    this.#options = options;
    this.#watcher = new FileWatcher(
      (change) => this.#isRelevant(change),
      (message) => this.#tell({ type: 'notice', message }),
    );
  }

  async run(): Promise<void> {
    const { path, folder } = this.#project;
    const { signal } = this.#options;
    try {
      await this.#watcher.start({ folders: [folder], files: this.#dataFiles() });
      this.#tell({ type: 'watching', path, folder });
      await rerunOnChange(this.#watcher, signal, (changes, each) => this.#round(changes, each));
    } finally {
      await this.#watcher.close();
    }
  }

  #tell(event: DevEvent): void {
    this.#options.onEvent(event);
  }

  /** Files other than the sources. */
  #dataFiles(): string[] {
    const { dataset, golden = [], configFile } = this.#options;
    const files = [dataset?.path, configFile, ...golden].filter((file) => file !== undefined);
    return files.map((file) => resolve(file));
  }

  #isData(path: string): boolean {
    const isNamed = this.#dataFiles().includes(path);
    return isNamed || (this.#options.golden === undefined && isGoldenFile(path));
  }

  #isRelevant({ path, kind }: FileChange): boolean {
    if (this.#inputs.has(path) || METADATA.test(path) || this.#isData(path)) return true;
    // After a failed build it is unknown which files are needed: the missing file may appear.
    return (this.#isFailed || kind !== 'changed') && SOURCES.has(extname(path));
  }

  async #round(changes: readonly FileChange[], signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    if (changes.length > 0) {
      this.#tell({ type: 'change', files: changes.map(({ path }) => path) });
    }
    const isDataAlone = changes.length > 0 && changes.every(({ path }) => this.#isData(path));
    let isSame = false;
    if (!isDataAlone || this.#built === undefined || this.#isFailed) {
      const before = this.#built?.digest;
      if (!(await this.#build(before))) {
        this.#tell({ type: 'idle', ok: false, durationMs: performance.now() - startedAt });
        return;
      }
      isSame = this.#built?.digest === before;
    }
    const hasData = changes.some(({ path }) => this.#isData(path));
    // A complete round would give the same results again.
    if (isSame && !hasData && this.#isWhole) {
      this.#tell({ type: 'idle', ok: true, durationMs: performance.now() - startedAt });
      return;
    }
    this.#isWhole = false;
    const ok = await this.#try(signal);
    if (signal.aborted) return;
    this.#isWhole = ok;
    this.#tell({ type: 'idle', ok, durationMs: performance.now() - startedAt });
  }

  async #build(before: string | undefined): Promise<boolean> {
    const since = Date.now();
    const startedAt = performance.now();
    const built = await buildProject(this.#project, this.#options.optimize ?? 'none');
    const durationMs = performance.now() - startedAt;
    this.#isFailed = !built.ok;
    if (!built.ok) {
      const { code, message, problems } = built;
      this.#tell({ type: 'build-failed', code, message, problems, durationMs });
      return false;
    }
    this.#built = built;
    this.#inputs = new Set(built.inputs);
    this.#watcher.watch([...built.inputs, ...this.#dataFiles()], since);
    const { metadata, language, bytes, digest, warnings } = built;
    const { name, version, pluginType } = metadata;
    const isSame = digest === before;
    const facts = { name, version, pluginType, language, size: bytes.length, isSame };
    this.#tell({ type: 'build', ...facts, warnings, durationMs });
    return true;
  }

  /** Runs tests and records. @returns Whether all succeeded. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { dataset, golden } = this.#options;
    const files = findGoldenFiles(this.#project.folder, golden);
    let host: TestHost;
    try {
      const config = await this.#readConfig();
      const { bytes, sourceMap } = this.#built!;
      host = await createTestHost(bytes, {
        ...(sourceMap !== undefined && { sourceMap: new TextEncoder().encode(sourceMap) }),
        ...this.#options.host,
        ...(config !== undefined && { config }),
      });
    } catch (error) {
      if (!PluginError.is(error) && !(error instanceof SyntaxError)) throw error;
      this.#tell({ type: 'load-failed', error });
      return false;
    }
    try {
      const testsOk = files.length === 0 || (await this.#runTests(host, files, signal));
      const scoresOk = dataset === undefined || (await this.#score(host, dataset, signal));
      return testsOk && scoresOk;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      await host.close();
    }
  }

  async #readConfig(): Promise<unknown> {
    const { host, configFile } = this.#options;
    return configFile === undefined ? host?.config : parseJsonText(await readFile(configFile));
  }

  async #runTests(host: TestHost, paths: readonly string[], signal: AbortSignal): Promise<boolean> {
    const startedAt = performance.now();
    const files = [];
    for (const path of paths) files.push(await runGoldenFile(host, path, signal));
    const inputs = files.reduce((sum, file) => sum + file.inputs, 0);
    const failed = files.reduce(
      (sum, { failures, problem }) => sum + (problem === undefined ? failures.length : 1),
      0,
    );
    const durationMs = performance.now() - startedAt;
    this.#tell({ type: 'tests', files, inputs, failed, durationMs });
    return failed === 0;
  }

  async #score(host: TestHost, dataset: DevDataset, signal: AbortSignal): Promise<boolean> {
    const startedAt = performance.now();
    const { pluginType } = this.#built!.metadata;
    let inputs: Awaited<ReturnType<typeof readInputs>>;
    try {
      inputs = await readInputs(dataset, dataset.records ?? DEFAULT_RECORDS, pluginType, signal);
    } catch (error) {
      if (!PluginError.is(error) || signal.aborted) throw error;
      this.#tell({ type: 'dataset-failed', error });
      return false;
    }
    const outcomes = await scoreInputs(host, inputs, signal);
    const before = this.#scored;
    this.#scored = outcomes;
    const changes = before === undefined ? [] : changesBetween(before, outcomes);
    const totals = totalsOf(outcomes);
    this.#tell({
      type: 'scores',
      totals,
      before: before && totalsOf(before),
      changes: changes.slice(0, MAX_CHANGES),
      changed: changes.length,
      firstFailure: outcomes.find(({ error }) => error !== undefined),
      durationMs: performance.now() - startedAt,
    });
    return totals.failed === 0;
  }
}
