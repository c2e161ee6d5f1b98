import type { MeteringMode, Permissions, PluginMetadata, ResourceLimits } from '@testbench/types';
import { CallError, LoadError } from '@testbench/types/errors';
import type { StateStore } from '@testbench/types/stores';

import type { Ending } from '../ending.js';
import type { BatchResult, Executor } from '../isolation/executor.js';

/** What identifies a version. */
export interface VersionFacts {
  readonly id: string;
  /** Undefined for the host's own code. */
  readonly digest: string | undefined;
  readonly limits: ResourceLimits;
  /** Undefined for code that is not metered. */
  readonly metering: MeteringMode | undefined;
  /** The file that it was loaded from; undefined if it was loaded from bytes. */
  readonly path: string | undefined;
}

/** What a version may use and keeps open. */
export interface VersionGrants {
  readonly permissions: { readonly granted: Permissions };
  /** Outlives the version: it is closed when the plugin is removed. Undefined if there is none. */
  readonly state: StateStore | undefined;
  /** Closes connections. A version that is needed again opens new ones. */
  close(): Promise<void>;
}

/** Finds where a guest was when it failed: `PluginPlaces`. */
export interface ErrorPlaces {
  locate(error: unknown): Promise<void> | undefined;
  locateAll(results: Iterable<BatchResult | undefined>): Promise<void>;
}

/** One loaded version of a plugin, and the calls that run on it. */
export class PluginVersion {
  #running = 0;
  #onIdle: (() => void)[] = [];

  constructor(
    readonly facts: VersionFacts,
    readonly executor: Executor,
    readonly grants: VersionGrants,
    /** Undefined for the host's own code. */
    readonly places?: ErrorPlaces,
  ) {}

  get metadata(): PluginMetadata {
    return this.executor.metadata;
  }

  /** Begins a call. The caller must call `leave` when the call has ended: {@link retire} waits for that. */
  enter(): void {
    this.#running += 1;
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) for (const resume of this.#onIdle.splice(0)) resume();
  }

  /**
   * Runs the plugin's health check.
   *
   * @throws {LoadError} `LOAD_UNHEALTHY`.
   */
  async checkHealth(): Promise<void> {
    let state: string;
    try {
      const code = await this.executor.health();
      if (code === 0) return;
      state = `"plugin_health" returned ${code}`;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      state = error.message;
    }
    throw new LoadError('LOAD_UNHEALTHY', `Cannot use plugin "${this.facts.id}": ${state}`);
  }

  /**
   * Waits at most `timeoutMs` for running calls to end, and shuts down the instances.
   *
   * @param ending How calls that take longer fail.
   */
  async retire(timeoutMs: number, ending: Ending): Promise<void> {
    if (this.#running > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onIdle.push(resolve);
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    if (this.#running > 0) this.executor.kill(ending);
    await this.executor.shutdown();
    await this.grants.close();
  }
}
