import type { PluginInput, PluginOutput } from '@testbench/types';
import { type CallUsage, LoadError } from '@testbench/types/errors';
import type { StateStore } from '@testbench/types/stores';

import { type CallEnd, CallLedger } from './call-ledger.js';
import { CRASH_CODES } from './crash-codes.js';
import { endedCall } from './ending.js';
import type { BatchResult, CallControls } from './isolation/executor.js';
import { DEFAULT_DRAIN_TIMEOUT_MS } from './limits.js';
import type { PluginVersion } from './load/plugin-version.js';
import type { CheckedLoadOptions } from './load/read-load-options.js';
import type { ReloadOptions } from './options.js';
import type { PluginEmitter } from './plugin-events.js';
import type { PluginInfo, PluginStatus } from './plugin-info.js';
import { Quarantine } from './quarantine.js';
import { requestIdOf } from './request-id.js';
import { RunningCall } from './running-call.js';
import type { Semaphore } from './semaphore.js';
import { Trial } from './trial.js';

/** A plugin under its id: the current version, the previous one, and what has happened so far. */
export class LoadedPlugin {
  readonly loadedAt = new Date();
  /** Outlives versions; closed when the plugin is removed. */
  readonly state: StateStore | undefined;
  readonly #ledger: CallLedger;
  #quarantine = new Quarantine();
  #current: PluginVersion;
  #previous: PluginVersion | undefined;
  /** Set while the error rate of the current version is watched. */
  #trial: Trial | undefined;
  /** Why it takes no more calls; undefined while it takes calls. */
  #ending: 'unloaded' | 'closed' | undefined;
  /** Swaps happen one after the other: each waits for the last one. */
  #lastSwap: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    first: PluginVersion,
    /** Undefined for a plugin of the host's own, which has no other versions. */
    readonly loadOptions: CheckedLoadOptions | undefined,
    readonly events: PluginEmitter,
    /** Where its calls take their places. */
    readonly semaphore: Semaphore,
  ) {
    this.#current = first;
    this.state = first.grants.state;
    this.#ledger = new CallLedger(id, events);
  }

  /** Runs one call; inline plugins that never wait answer synchronously. */
  run(
    input: PluginInput,
    options: CallControls,
    queueTimeMs: number,
  ): PluginOutput | Promise<PluginOutput> {
    const call = this.#begin(requestIdOf(input), options, queueTimeMs, true);
    let result: PluginOutput | Promise<PluginOutput>;
    try {
      result = call.version.executor.execute(input, call);
    } catch (error) {
      const located = call.version.places?.locate(error);
      if (located !== undefined) {
        const failed = located.then((): never => {
          throw error;
        });
        return this.#settled(call, failed);
      }
      this.#failed(call, error);
      throw error;
    }
    if (result instanceof Promise) return this.#settled(call, result);
    this.#succeeded(call, result.metadata);
    return result;
  }

  /** Runs a batch; each of its inputs counts as a call. */
  async runBatch(
    inputs: readonly PluginInput[],
    options: CallControls,
    queueTimeMs: number,
  ): Promise<BatchResult[]> {
    // Read before anything begins: an input may be any value.
    const requestIds = inputs.map(requestIdOf);
    const calls: RunningCall[] = [];
    let results: BatchResult[];
    try {
      for (const requestId of requestIds) calls.push(this.#begin(requestId, options, queueTimeMs));
      // Host calls are only known for the batch as a whole: they are attributed to the first call.
      const [first] = calls;
      if (first === undefined) return [];
      first.onCrash = () => this.#crashed(first.version);
      first.onRecovery = () => this.#quarantine.succeeded();
      results = await first.version.executor.executeBatch(inputs, first);
      await first.version.places?.locateAll(results);
    } catch (error) {
      for (const call of calls) this.#failed(call, error, true);
      throw error;
    }
    results.forEach((result, index) => {
      const call = calls[index];
      if (call === undefined) return;
      if (result.status === 'fulfilled') this.#succeeded(call, result.value.metadata);
      else this.#failed(call, result.reason, true);
    });
    return results;
  }

  /**
   * Begins calls that run and end together.
   *
   * @param requestIds One for each call.
   * @returns A call that represents all of them.
   * @throws {CallError} If the plugin takes no calls now; then none has started.
   */
  beginTogether(
    requestIds: readonly (string | undefined)[],
    options: CallControls,
    queueTimeMs: number,
  ): RunningCall {
    const first = this.#begin(requestIds[0], options, queueTimeMs);
    for (const requestId of requestIds.slice(1)) {
      first.version.enter();
      this.#ledger.begin({ number: first.number, requestId });
    }
    first.onCrash = () => this.#crashed(first.version);
    first.onRecovery = () => this.#quarantine.succeeded();
    return first;
  }

  /** Ends the calls. @param results One for each; undefined for a call that was not made after all. */
  endTogether(call: RunningCall, results: readonly (BatchResult | undefined)[]): void {
    const end: CallEnd = { runTimeMs: call.runTimeMs, endMs: Date.now() };
    for (const result of results) {
      if (result === undefined) {
        this.#ledger.withdraw();
        call.version.leave();
        continue;
      }
      if (result.status === 'fulfilled') this.#succeeded(call, result.value.metadata, end);
      else this.#failed(call, result.reason, true, end);
      // Host calls are only known for all calls together: they are attributed to the first.
      call.report = undefined;
    }
  }

  /** Swaps in the version that `load` returns, once earlier swaps are done. The old version stays if this fails. */
  async reload(load: () => Promise<PluginVersion>, options: ReloadOptions): Promise<void> {
    await this.#inTurn(async () => {
      const next = await load();
      try {
        await this.#verify(next, options);
      } catch (error) {
        await next.retire(0, 'replaced');
        this.#refuseSwap();
        throw error;
      }
      await this.#swap(next, 'reload', options);
    });
  }

  /**
   * Restores the version before the last reload.
   *
   * @throws {LoadError} `LOAD_NO_EARLIER_VERSION`.
   */
  async rollback(): Promise<void> {
    await this.#inTurn(async () => {
      const previous = this.#previous;
      if (previous === undefined) {
        throw new LoadError(
          'LOAD_NO_EARLIER_VERSION',
          `Cannot roll plugin "${this.id}" back: no earlier version is kept`,
        );
      }
      await this.#swap(previous, 'rollback', {});
    });
  }

  /** Removes the plugin: further calls and reloads are refused; running calls get `timeoutMs` to end. */
  async remove(timeoutMs: number, ending: 'unloaded' | 'closed'): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    await this.#current.retire(timeoutMs, ending);
    await this.#previous?.retire(0, ending);
    this.state?.close?.();
  }

  info(): PluginInfo {
    const { facts, executor, grants, metadata } = this.#current;
    const previous = this.#previous;
    return {
      id: this.id,
      metadata,
      digest: facts.digest,
      contract: executor.contract,
      isolation: executor.isolation,
      status: this.#status(),
      ...this.#ledger.summary(),
      loadedAt: this.loadedAt,
      ...(facts.path === undefined ? {} : { path: facts.path }),
      ...(previous === undefined
        ? {}
        : { previous: { version: previous.metadata.version, digest: previous.facts.digest } }),
      limits: facts.limits,
      metering: facts.metering,
      permissions: grants.permissions.granted,
    };
  }

  /** @throws {LoadError} */
  async #verify(version: PluginVersion, { golden = [] }: ReloadOptions): Promise<void> {
    await version.checkHealth();
    for (const [index, { input, check }] of golden.entries()) {
      let state: string | undefined;
      try {
        const output = await version.executor.execute(input, { verifying: true });
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
      this.#refuseSwap();
      await swap();
    })();
    this.#lastSwap = turn.catch(() => {});
    await turn;
  }

  async #swap(
    next: PluginVersion,
    reason: 'reload' | 'rollback' | 'error-rate',
    options: ReloadOptions,
  ): Promise<void> {
    if (this.#ending !== undefined) await next.retire(0, this.#ending);
    this.#refuseSwap();
    const old = this.#current;
    const dropped = this.#previous;
    this.#current = next;
    this.#previous = old;
    this.#ledger.lastFailed = false;
    this.#quarantine = new Quarantine();
    this.#trial =
      options.maxErrorRate === undefined ? undefined : new Trial(options.maxErrorRate, options);
    this.events.notify('plugin-swapped', { ...this.info(), reason });
    if (dropped !== undefined && dropped !== next) await dropped.retire(0, 'replaced');
    await old.retire(options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS, 'replaced');
  }

  #begin(
    requestId: string | undefined,
    options: CallControls,
    queueTimeMs: number,
    hasPlace = false,
  ): RunningCall {
    if (this.#ending !== undefined) throw endedCall(this.#ending, 'start');
    this.#quarantine.check(this.id);
    // Stream 0 is reserved for plugin_init.
    const stream = this.#ledger.begun + 1;
    const call = new RunningCall(
      this.#current,
      options,
      stream,
      requestId,
      queueTimeMs,
      hasPlace ? this : undefined,
    );
    call.version.enter();
    this.#ledger.begin(call);
    return call;
  }

  async #settled(call: RunningCall, result: Promise<PluginOutput>): Promise<PluginOutput> {
    try {
      const output = await result;
      this.#succeeded(call, output.metadata);
      return output;
    } catch (error) {
      await call.version.places?.locate(error);
      this.#failed(call, error);
      throw error;
    }
  }

  /** @param end The end of the call, if already known. */
  #succeeded(call: RunningCall, usage: CallUsage, end?: CallEnd): void {
    this.#quarantine.succeeded();
    this.#ledger.succeed(call, usage, end);
    call.version.leave();
    if (this.#trial !== undefined) this.#judge(call.version, 'ok');
  }

  /** @param inBatch True if the executor has already reported crashes. */
  #failed(call: RunningCall, error: unknown, inBatch = false, end?: CallEnd): void {
    const code = this.#ledger.fail(call, error, end);
    call.version.leave();
    if (CRASH_CODES.has(code) && !inBatch) this.#crashed(call.version);
    this.#judge(call.version, code);
  }

  /** @returns True if the plugin is quarantined from now on. */
  #crashed(version: PluginVersion): boolean {
    if (version !== this.#current || !this.#quarantine.crashed()) return this.#quarantine.active;
    this.events.notify('plugin-quarantined', this.info());
    return true;
  }

  /** Counts a call of a version on trial, and restores the old version if too many fail. */
  #judge(version: PluginVersion, outcome: string): void {
    if (this.#trial === undefined || version !== this.#current) return;
    const verdict = this.#trial.judge(outcome);
    if (verdict === 'going') return;
    this.#trial = undefined;
    if (verdict === 'passed') return;
    void this.#inTurn(async () => {
      if (this.#previous !== undefined && version === this.#current) {
        await this.#swap(this.#previous, 'error-rate', {});
      }
    }).catch((error: unknown) => this.events.notify('reload-failed', { id: this.id, error }));
  }

  /** @throws {LoadError} `LOAD_UNLOADED` or `LOAD_SHUT_DOWN` once it takes no more versions. */
  #refuseSwap(): void {
    if (this.#ending === undefined) return;
    throw this.#ending === 'closed'
      ? new LoadError('LOAD_SHUT_DOWN', `Cannot reload plugin "${this.id}": the system is closed`)
      : new LoadError('LOAD_UNLOADED', `Cannot reload plugin "${this.id}": it was unloaded`);
  }

  #status(): PluginStatus {
    if (this.#ending !== undefined) return 'unloading';
    if (this.#quarantine.active) return 'quarantined';
    if (this.#ledger.running > 0) return 'executing';
    return this.#ledger.lastFailed ? 'error' : 'ready';
  }
}
