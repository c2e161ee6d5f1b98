import type { StateStore } from '@testbench/host';
import {
  CallError,
  LoadError,
  type PluginInput,
  type PluginOutput,
  type ResourceLimits,
} from '@testbench/types';

import type { PluginInfo, PluginStatus } from './plugin-info.js';
import type { ExecuteOptions, LoadPluginOptions } from './options.js';
import type { PluginVersion } from './plugin-version.js';

type LoadVersion = () => Promise<{ version: PluginVersion; path: string | undefined }>;

/** A plugin under its id: the current version, and what happened to it so far. */
export class LoadedPlugin {
  readonly loadedAt = new Date();
  #version: PluginVersion;
  #path: string | undefined;
  #running = 0;
  #executionCount = 0;
  #errorCount = 0;
  #totalTimeMs = 0;
  #lastExecutedAtMs: number | undefined;
  #lastFailed = false;
  #removed = false;
  /** Reloads happen one after the other: each waits for this. */
  #lastReload: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    version: PluginVersion,
    path: string | undefined,
    readonly loadOptions: LoadPluginOptions,
    readonly state: StateStore,
  ) {
    this.#version = version;
    this.#path = path;
  }

  get version(): PluginVersion {
    return this.#version;
  }

  get path(): string | undefined {
    return this.#path;
  }

  /** Runs one call on an instance of its own, at once. */
  run(input: PluginInput, options: ExecuteOptions): PluginOutput {
    if (this.#removed) throw shutDown(this.id);
    const version = this.#version;
    this.#running += 1;
    let usedMs = 0;
    this.#lastFailed = true;
    try {
      const instance = version.acquire();
      try {
        const output = instance.execute(input, {
          timeoutMs: options.timeoutMs,
          maxFuel: options.maxFuel,
          requestId: input.context?.requestId,
        });
        usedMs = output.metadata.executionTimeMs;
        this.#lastFailed = false;
        return output;
      } finally {
        // A call inside of this one may have reloaded the plugin: the old version gets nothing back.
        if (version === this.#version && !this.#removed) version.release(instance);
      }
    } catch (error) {
      this.#errorCount += 1;
      if (error instanceof CallError) usedMs = error.usage?.executionTimeMs ?? 0;
      throw error;
    } finally {
      this.#running -= 1;
      this.#executionCount += 1;
      this.#totalTimeMs += usedMs;
      this.#lastExecutedAtMs = Date.now();
    }
  }

  /** Swaps in what `load` gives, once earlier reloads are done. The old version stays if it fails. */
  async reload(load: LoadVersion): Promise<void> {
    const turn = this.#swap(load, this.#lastReload);
    this.#lastReload = turn.catch(() => {});
    await turn;
  }

  async #swap(load: LoadVersion, earlier: Promise<unknown>): Promise<void> {
    await earlier;
    if (this.#removed) throw unloaded(this.id);
    const { version, path } = await load();
    if (this.#removed) {
      version.shutdown();
      throw unloaded(this.id);
    }
    const old = this.#version;
    this.#version = version;
    this.#path = path;
    this.#lastFailed = false;
    old.shutdown();
  }

  /** Ends it: further calls and reloads are refused. */
  remove(): void {
    this.#removed = true;
    this.#version.shutdown();
  }

  info(): PluginInfo {
    const { metadata, compiled, options, contract } = this.#version;
    const limits: ResourceLimits = options.limits;
    return {
      id: this.id,
      metadata,
      digest: compiled.digest,
      contract,
      status: this.#status(),
      executionCount: this.#executionCount,
      errorCount: this.#errorCount,
      totalTimeMs: this.#totalTimeMs,
      loadedAt: this.loadedAt,
      ...(this.#lastExecutedAtMs === undefined
        ? {}
        : { lastExecutedAt: new Date(this.#lastExecutedAtMs) }),
      ...(this.#path === undefined ? {} : { path: this.#path }),
      limits,
    };
  }

  #status(): PluginStatus {
    if (this.#removed) return 'unloading';
    if (this.#running > 0) return 'executing';
    return this.#lastFailed ? 'error' : 'ready';
  }
}

function shutDown(id: string): CallError {
  return new CallError('CALL_SHUT_DOWN', `Cannot use plugin "${id}": it was unloaded`);
}

function unloaded(id: string): LoadError {
  return new LoadError('LOAD_SHUT_DOWN', `Cannot reload plugin "${id}": it was unloaded`);
}
