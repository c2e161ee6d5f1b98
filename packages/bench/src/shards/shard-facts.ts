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

/** The measurements of all shards as one run: from the first start to the last end, with the total time inside plugins. Empty if nothing is known. */
export function measuredOf(facts: readonly ShardFacts[]): Measured | Record<string, never> {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  let repeatedCalls = 0;
  const timeMs = new Map<string, number>();
  for (const shard of facts) {
    const startMs = Date.parse(shard.startedAt);
    if (Number.isFinite(startMs)) {
      start = Math.min(start, startMs);
      end = Math.max(end, startMs + shard.durationMs);
    }
    repeatedCalls += shard.repeatedCalls;
    for (const [stage, ms] of Object.entries(shard.timeMs)) {
      timeMs.set(stage, (timeMs.get(stage) ?? 0) + ms);
    }
  }
  if (!Number.isFinite(start)) return {};
  return {
    startedAt: new Date(start).toISOString(),
    durationMs: end - start,
    timeMs: Object.fromEntries(timeMs),
    resumedRecords: 0,
    repeatedCalls,
  };
}
