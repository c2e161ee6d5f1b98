import type { StateStore } from '@testbench/host';
import {
  CallError,
  type CallUsage,
  type HostCallReport,
  LoadError,
  type PluginInput,
  type PluginOutput,
} from '@testbench/types';

import type { BatchResult, RunOptions } from './isolation/executor.js';
import { DEFAULT_DRAIN_TIMEOUT_MS } from './limits.js';
import type { ExecuteOptions, LoadPluginOptions, ReloadOptions } from './options.js';
import type { PluginEmitter } from './plugin-events.js';
import type { PluginInfo, PluginStatus } from './plugin-info.js';
import type { PluginVersion } from './plugin-version.js';
import { Quarantine } from './quarantine.js';
import { StatisticsRecorder } from './statistics/call-statistics.js';

/** A version, and where it came from. */
export interface VersionFromPath {
  readonly version: PluginVersion;
  readonly path: string | undefined;
}

/** Errors that are the caller's doing, and say nothing against a version. */
const CALLERS_ERRORS: ReadonlySet<string> = new Set([
  'CALL_CANCELLED',
  'CALL_CONCURRENCY_EXCEEDED',
  'CALL_INVALID_INPUT',
  'CALL_SHUT_DOWN',
]);

let callCount = 0;

/** A plugin under its id: the current version, the one before, and what happened so far. */
export class LoadedPlugin {
  readonly loadedAt = new Date();
  readonly #statistics = new StatisticsRecorder();
  #quarantine = new Quarantine();
  #current: VersionFromPath;
  #previous: VersionFromPath | undefined;
  /** Calls and errors since the last swap, while its error rate is watched. */
  #trial: { calls: number; errors: number; readonly options: ReloadOptions } | undefined;
  #running = 0;
  #executionCount = 0;
  #errorCount = 0;
  #totalTimeMs = 0;
  #lastExecutedAtMs: number | undefined;
  #lastFailed = false;
  #removed = false;
  /** Swaps happen one after the other: each waits for this. */
  #lastSwap: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    first: VersionFromPath,
    readonly loadOptions: LoadPluginOptions,
    readonly state: StateStore,
    readonly events: PluginEmitter,
  ) {
    this.#current = first;
  }

  /** Runs one call; inline plugins that never wait answer at once. */
  run(
    input: PluginInput,
    options: ExecuteOptions & RunOptions,
    queueTimeMs: number,
  ): PluginOutput | Promise<PluginOutput> {
    const call = this.#begin(input.context?.requestId, queueTimeMs);
    let result: PluginOutput | Promise<PluginOutput>;
    try {
      result = this.#current.version.execute(input, { ...options, onReport: call.onReport });
    } catch (error) {
      call.fail(error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      call.succeed(result.metadata);
      return result;
    }
    return result.then(
      (output) => {
        call.succeed(output.metadata);
        return output;
      },
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  }

  /** Runs a batch; each of its inputs counts as a call. */
  async runBatch(
    inputs: readonly PluginInput[],
    options: RunOptions,
    queueTimeMs: number,
  ): Promise<BatchResult[]> {
    const calls = inputs.map(({ context }) => this.#begin(context?.requestId, queueTimeMs));
    // Host calls are known for the batch as a whole: the first call carries them.
    const onReport = calls[0]?.onReport;
    const results = await this.#current.version.executeBatch(inputs, { ...options, onReport });
    results.forEach((result, index) => {
      if (result.status === 'fulfilled') calls[index]?.succeed(result.value.metadata);
      else calls[index]?.fail(result.reason);
    });
    return results;
  }

  /** Swaps in what `load` gives, once earlier swaps are done. The old version stays if it fails. */
  async reload(load: () => Promise<VersionFromPath>, options: ReloadOptions): Promise<void> {
    await this.#inTurn(async () => {
      const next = await load();
      try {
        await this.#verify(next.version, options);
      } catch (error) {
        await next.version.retire(0);
        throw error;
      }
      await this.#swap(next, 'reload', options);
    });
  }

  /**
   * Puts the version before the last reload back.
   *
   * @throws {LoadError} `LOAD_NOT_FOUND` if there is none.
   */
  async rollback(): Promise<void> {
    await this.#inTurn(async () => {
      const previous = this.#previous;
      if (previous === undefined) {
        throw new LoadError(
          'LOAD_NOT_FOUND',
          `Cannot roll plugin "${this.id}" back: no earlier version is kept`,
        );
      }
      await this.#swap(previous, 'rollback', {});
    });
  }

  /** Ends it: further calls and reloads are refused; running calls get `timeoutMs` to end. */
  async remove(timeoutMs: number): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    await this.#current.version.retire(timeoutMs);
    await this.#previous?.version.retire(0);
    this.events.tell('plugin-unloaded', { id: this.id });
  }

  info(): PluginInfo {
    const { version, path } = this.#current;
    const previous = this.#previous?.version;
    return {
      id: this.id,
      metadata: version.metadata,
      digest: version.digest,
      contract: version.executor.contract,
      isolation: version.executor.isolation,
      status: this.#status(),
      executionCount: this.#executionCount,
      errorCount: this.#errorCount,
      totalTimeMs: this.#totalTimeMs,
      statistics: this.#statistics.summary(),
      loadedAt: this.loadedAt,
      ...(this.#lastExecutedAtMs === undefined
        ? {}
        : { lastExecutedAt: new Date(this.#lastExecutedAtMs) }),
      ...(path === undefined ? {} : { path }),
      ...(previous === undefined
        ? {}
        : { previous: { version: previous.metadata.version, digest: previous.digest } }),
      limits: version.limits,
    };
  }

  /** @throws {LoadError} */
  async #verify(version: PluginVersion, { golden = [] }: ReloadOptions): Promise<void> {
    await version.checkHealth();
    for (const [index, { input, check }] of golden.entries()) {
      let state: string | undefined;
      try {
        const output = await version.execute(input, {});
        if (check(output)) continue;
        state = 'it gave another answer';
      } catch (error) {
        state = error instanceof Error ? error.message : String(error);
      }
      throw new LoadError(
        'LOAD_UNHEALTHY',
        `Cannot use plugin "${this.id}": golden input ${index} failed: ${state}`,
      );
    }
  }

  async #inTurn(swap: () => Promise<void>): Promise<void> {
    const earlier = this.#lastSwap;
    const turn = (async () => {
      await earlier;
      if (this.#removed) throw unloaded(this.id);
      await swap();
    })();
    this.#lastSwap = turn.catch(() => {});
    await turn;
  }

  async #swap(
    next: VersionFromPath,
    reason: 'reload' | 'rollback' | 'error-rate',
    options: ReloadOptions,
  ): Promise<void> {
    if (this.#removed) {
      await next.version.retire(0);
      throw unloaded(this.id);
    }
    const old = this.#current;
    const dropped = this.#previous;
    this.#current = next;
    this.#previous = old;
    this.#lastFailed = false;
    this.#quarantine = new Quarantine();
    this.#trial = options.maxErrorRate === undefined ? undefined : { calls: 0, errors: 0, options };
    this.events.tell('plugin-swapped', { ...this.info(), reason });
    if (dropped !== undefined && dropped !== next) await dropped.version.retire(0);
    await old.version.retire(options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS);
  }

  #begin(requestId: string | undefined, queueTimeMs: number) {
    if (this.#removed) throw shutDown(this.id);
    this.#quarantine.check(this.id);
    const version = this.#current;
    const start = performance.now();
    const call = (callCount += 1);
    let report: Omit<HostCallReport, 'failure'> | undefined;
    this.#running += 1;
    this.#lastFailed = true;
    this.events.tell('call-start', { call, plugin: this.id, requestId });
    const end = (outcome: string, usage: CallUsage | undefined): void => {
      const runTimeMs = performance.now() - start;
      this.#running -= 1;
      this.#executionCount += 1;
      this.#totalTimeMs += usage?.executionTimeMs ?? 0;
      this.#lastExecutedAtMs = Date.now();
      this.#statistics.record({ queueTimeMs, runTimeMs, outcome, usage, report });
      if (this.events.listenerCount('call-end') > 0) {
        this.events.tell('call-end', {
          call,
          plugin: this.id,
          requestId,
          queueTimeMs,
          runTimeMs,
          outcome,
          usage,
          hostCalls: report?.calls ?? 0,
          deniedCalls: report?.denied ?? 0,
        });
      }
    };
    return {
      onReport: (told: Omit<HostCallReport, 'failure'>): void => {
        report = told;
      },
      succeed: (usage: CallUsage): void => {
        this.#lastFailed = false;
        this.#quarantine.succeeded();
        end('ok', usage);
        this.#judge(version, false);
      },
      fail: (error: unknown): void => {
        const code = error instanceof CallError ? error.code : 'CALL_CRASHED';
        this.#errorCount += 1;
        end(code, error instanceof CallError ? error.usage : undefined);
        if (code === 'CALL_CRASHED' && version === this.#current && this.#quarantine.crashed()) {
          this.events.tell('plugin-quarantined', this.info());
        }
        this.#judge(version, !CALLERS_ERRORS.has(code));
      },
    };
  }

  /** Counts a call of a version on trial, and puts the old one back if too many fail. */
  #judge(version: VersionFromPath, failed: boolean): void {
    const trial = this.#trial;
    if (trial === undefined || version !== this.#current) return;
    trial.calls += 1;
    if (failed) trial.errors += 1;
    const { maxErrorRate = 1, trialCalls = 100, minTrialCalls = 10 } = trial.options;
    if (trial.calls >= minTrialCalls && trial.errors / trial.calls > maxErrorRate) {
      this.#trial = undefined;
      void this.#inTurn(async () => {
        if (this.#previous !== undefined && version === this.#current) {
          await this.#swap(this.#previous, 'error-rate', {});
        }
      }).catch((error: unknown) => this.events.tell('reload-failed', { id: this.id, error }));
    } else if (trial.calls >= trialCalls) {
      this.#trial = undefined;
    }
  }

  #status(): PluginStatus {
    if (this.#removed) return 'unloading';
    if (this.#quarantine.active) return 'quarantined';
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
