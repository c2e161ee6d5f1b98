import type { HostCallReport } from '@testbench/types/abi';

import type { CallControls } from './isolation/executor.js';
import type { PluginVersion } from './load/plugin-version.js';

type Report = Omit<HostCallReport, 'failure'>;

let callCount = 0;

/** One call from its turn to its end: what it may take, and what is known of it. It is the options of its executor. */
export class RunningCall implements CallControls {
  /** Unique in this process. */
  readonly number = (callCount += 1);
  readonly timeoutMs: number | undefined;
  readonly maxFuel: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onChunk: CallControls['onChunk'];
  report: Report | undefined;
  onCrash: (() => boolean) | undefined;
  onRecovery: (() => void) | undefined;
  #startMs = performance.now();

  constructor(
    readonly version: PluginVersion,
    options: CallControls,
    /** Which of the plugin's random streams it draws from, if those are reproducible. */
    readonly randomStream: number,
    readonly requestId: string | undefined,
    /** Until it got its turn, in milliseconds. */
    public queueTimeMs: number,
  ) {
    this.timeoutMs = options.timeoutMs;
    this.maxFuel = options.maxFuel;
    this.signal = options.signal;
    this.onChunk = options.onChunk;
  }

  /** From its turn until now, in milliseconds. */
  get runTimeMs(): number {
    return performance.now() - this.#startMs;
  }

  /** It has a thread or process now: what it waited for that was queueing. */
  onTurn(): void {
    const now = performance.now();
    this.queueTimeMs += now - this.#startMs;
    this.#startMs = now;
  }

  /** More than once for a batch. */
  onReport(report: Report): void {
    this.report = this.report === undefined ? report : sum(this.report, report);
  }
}

function sum(left: Report, right: Report): Report {
  const callsByName = { ...left.callsByName };
  for (const [name, calls] of Object.entries(right.callsByName)) {
    callsByName[name] = (callsByName[name] ?? 0) + calls;
  }
  return { calls: left.calls + right.calls, denied: left.denied + right.denied, callsByName };
}
