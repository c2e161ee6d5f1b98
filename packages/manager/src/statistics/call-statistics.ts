import type { HostCallReport } from '@testbench/types/abi';
import type { CallUsage } from '@testbench/types/errors';

import { type DurationSummary, Histogram } from './histogram.js';

/** Statistics of all calls of a plugin so far. */
export interface CallStatistics {
  /** Time until a call got its turn, in milliseconds. */
  readonly queueTimeMs: DurationSummary;
  /** Time from then to its end, in milliseconds, including isolation, crossing and parsing. */
  readonly runTimeMs: DurationSummary;
  /** Fuel units of all calls. */
  readonly fuelUsed: number;
  /** Largest linear memory that an instance had after a call, in bytes. */
  readonly peakMemoryBytes: number;
  /** Host calls by function name. */
  readonly hostCalls: Readonly<Record<string, number>>;
  /** Host calls refused for lack of a permission. */
  readonly deniedCalls: number;
  /** Ended calls by outcome: `ok`, or the code of the error. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** One call that has ended. */
export interface EndedCall {
  readonly queueTimeMs: number;
  readonly runTimeMs: number;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly usage: CallUsage | undefined;
  readonly report: Omit<HostCallReport, 'failure'> | undefined;
}

/** Collects {@link CallStatistics}. */
export class StatisticsRecorder {
  readonly #queue = new Histogram();
  readonly #run = new Histogram();
  readonly #hostCalls = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  #fuelUsed = 0;
  #peakMemoryBytes = 0;
  #deniedCalls = 0;

  record({ queueTimeMs, runTimeMs, outcome, usage, report }: EndedCall): void {
    this.#queue.record(queueTimeMs);
    this.#run.record(runTimeMs);
    add(this.#outcomes, outcome, 1);
    if (usage !== undefined) {
      this.#fuelUsed += usage.fuelUsed;
      this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, usage.memoryUsedBytes);
    }
    if (report === undefined || report.calls === 0) return;
    this.#deniedCalls += report.denied;
    for (const name in report.callsByName) add(this.#hostCalls, name, report.callsByName[name]!);
  }

  summary(): CallStatistics {
    return {
      queueTimeMs: this.#queue.summary(),
      runTimeMs: this.#run.summary(),
      fuelUsed: this.#fuelUsed,
      peakMemoryBytes: this.#peakMemoryBytes,
      hostCalls: Object.fromEntries(this.#hostCalls),
      deniedCalls: this.#deniedCalls,
      outcomes: Object.fromEntries(this.#outcomes),
    };
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
