import type { SummaryMeasured } from '../results/benchmark-summary.js';
import type { DenialLog } from '../results/failure-hints.js';
import { MAX_DENIALS } from './limits.js';
import type { ShardFacts } from './shard-document.js';

type Measured = Pick<SummaryMeasured, 'startedAt' | 'durationMs' | 'timeMs' | 'repeatedCalls'> & {
  readonly resumedRecords: 0;
};

/**
 * What a process knows about its part, for the summary of the whole run.
 *
 * @param timeMs Wall time inside plugins, in milliseconds, by stage.
 */
export function factsOf(
  startedAt: Date,
  timeMs: ShardFacts['timeMs'],
  repeatedCalls: number,
  { denials }: Pick<DenialLog, 'denials'>,
): ShardFacts {
  return {
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    timeMs,
    repeatedCalls,
    denials: [...denials].slice(0, MAX_DENIALS).map(([id, message]) => ({ id, message })),
  };
}

/** Adds up what the processes of a run know, in memory that does not grow with their number. */
export class ShardFactsSum {
  readonly #denials: DenialLog;
  readonly #timeMs = new Map<string, number>();
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #repeatedCalls = 0;

  /** @param denials Gets what plugins were denied. */
  constructor(denials: DenialLog) {
    this.#denials = denials;
  }

  add({ startedAt, durationMs, timeMs, repeatedCalls, denials }: ShardFacts): void {
    const startMs = Date.parse(startedAt);
    if (Number.isFinite(startMs)) {
      this.#start = Math.min(this.#start, startMs);
      this.#end = Math.max(this.#end, startMs + durationMs);
    }
    this.#repeatedCalls += repeatedCalls;
    for (const [stage, ms] of Object.entries(timeMs)) {
      this.#timeMs.set(stage, (this.#timeMs.get(stage) ?? 0) + ms);
    }
    for (const { id, message } of denials) this.#denials.add(id, message);
  }

  /** The measurements as one run: from the first start to the last end, with the total time inside plugins. Empty if nothing is known. */
  get measured(): Measured | Record<string, never> {
    if (!Number.isFinite(this.#start)) return {};
    return {
      startedAt: new Date(this.#start).toISOString(),
      durationMs: this.#end - this.#start,
      timeMs: Object.fromEntries(this.#timeMs),
      resumedRecords: 0,
      repeatedCalls: this.#repeatedCalls,
    };
  }
}
