import { CallError, type CallUsage } from '@testbench/types/errors';

import type { PluginEmitter } from './plugin-events.js';
import type { RunningCall } from './running-call.js';
import { type CallStatistics, StatisticsRecorder } from './statistics/call-statistics.js';

/** When a call ended: the same for all calls that end together, since reading the clock is expensive when there are many calls. */
export interface CallEnd {
  readonly runTimeMs: number;
  /** Since the epoch. */
  readonly endMs: number;
}

/** Counts the calls of one plugin, and emits events when a call begins or ends. */
export class CallLedger {
  readonly #statistics = new StatisticsRecorder();
  #running = 0;
  #executionCount = 0;
  #errorCount = 0;
  #totalExecutionTimeMs = 0;
  #lastEndMs: number | undefined;
  /** True after a failed call, until one succeeds. */
  lastFailed = false;
  #lastEndFailed = false;

  constructor(
    readonly plugin: string,
    readonly events: PluginEmitter,
  ) {}

  /** Number of running calls. */
  get running(): number {
    return this.#running;
  }

  /** Number of calls that have begun, whether they have ended or not. */
  get begun(): number {
    return this.#executionCount + this.#running;
  }

  begin({ number, requestId }: Pick<RunningCall, 'number' | 'requestId'>): void {
    this.#running += 1;
    this.lastFailed = true;
    if (this.events.listenerCount('call-start') === 0) return;
    this.events.notify('call-start', { callId: number, pluginId: this.plugin, requestId });
  }

  /** Forgets a call that has begun but was not made. */
  withdraw(): void {
    this.#running -= 1;
    this.lastFailed = this.#lastEndFailed;
  }

  succeed(call: RunningCall, usage: CallUsage, end?: CallEnd): void {
    this.lastFailed = false;
    this.#lastEndFailed = false;
    this.#end(call, 'ok', usage, end);
  }

  /** @returns The code under which the failure is counted. */
  fail(call: RunningCall, error: unknown, end?: CallEnd): string {
    const code = error instanceof CallError ? error.code : 'CALL_CRASHED';
    this.#errorCount += 1;
    this.#lastEndFailed = true;
    this.#end(call, code, error instanceof CallError ? error.usage : undefined, end);
    return code;
  }

  summary(): {
    executionCount: number;
    errorCount: number;
    totalExecutionTimeMs: number;
    statistics: CallStatistics;
    lastExecutedAt?: Date;
  } {
    const last = this.#lastEndMs;
    return {
      executionCount: this.#executionCount,
      errorCount: this.#errorCount,
      totalExecutionTimeMs: this.#totalExecutionTimeMs,
      statistics: this.#statistics.summary(),
      ...(last === undefined ? {} : { lastExecutedAt: new Date(last) }),
    };
  }

  #end(call: RunningCall, outcome: string, usage: CallUsage | undefined, end?: CallEnd): void {
    const { queueTimeMs, report } = call;
    const { runTimeMs, endMs } = end ?? { runTimeMs: call.runTimeMs, endMs: Date.now() };
    this.#running -= 1;
    this.#executionCount += 1;
    this.#totalExecutionTimeMs += usage?.executionTimeMs ?? 0;
    this.#lastEndMs = endMs;
    this.#statistics.record({ queueTimeMs, runTimeMs, outcome, usage, report });
    if (this.events.listenerCount('call-end') === 0) return;
    this.events.notify('call-end', {
      callId: call.number,
      pluginId: this.plugin,
      requestId: call.requestId,
      queueTimeMs,
      runTimeMs,
      outcome,
      usage,
      hostCalls: report?.calls ?? 0,
      deniedCalls: report?.denied ?? 0,
    });
  }
}
