import { quantile, resample } from '@testbench/statistics';
import type { EvaluatorResult } from '@testbench/types';
import { aggregateData, type AggregateData } from '@testbench/types/aggregate';
import { PluginError } from '@testbench/types/errors';

import { LEAST_BLOCKS, MAX_BOOTSTRAP_FUEL, RESAMPLES_A_BATCH } from './limits.js';
import type { BlockTable } from './sum-blocks.js';
import type { SummedSet } from './sum-board.js';

/** Percentiles of a number over resamples. */
export interface SetInterval {
  readonly low: number;
  /** The median: what rouge_score calls `mid`. */
  readonly mid: number;
  readonly high: number;
}

/** How intervals were made: percentiles over resampled records, whose sums are added up. */
export interface SetBootstrap {
  readonly method: 'bootstrap-percentile';
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
  /** What is drawn: single records, or blocks of this many consecutive records if there are too many to keep; for clusters, their average number of records. */
  readonly recordsPerBlock: number;
  /** How many there are. */
  readonly blocks: number;
  /** What groups the records into clusters, if whole clusters are drawn: `group`, or a column. */
  readonly clusteredBy?: string;
}

/** A plugin's answer to sums. */
export interface SetAnswer {
  readonly data: EvaluatorResult;
  readonly fuelUsed: number;
}

/** Asks a plugin for the score of one set, or of several. */
export interface AskSet {
  (set: AggregateData): Promise<SetAnswer>;
  all(sets: readonly AggregateData[], maxFuel?: number): Promise<SetAnswer[]>;
}

/** How a set is resampled. */
export interface BootstrapSettings {
  readonly resamples: number;
  readonly seed: number;
  readonly confidence: number;
  readonly ask: AskSet;
}

/** The intervals of one set. */
export interface BootstrappedSet {
  readonly score?: SetInterval | undefined;
  readonly metrics: ReadonlyMap<string, SetInterval>;
  readonly how?: SetBootstrap;
  /** Why there are none. */
  readonly without?: string;
}

/**
 * Draws records with replacement, adds their sums, and computes the score of each resample.
 *
 * @param answer The score of the set itself: a resample may take ten times its fuel.
 */
export async function bootstrapSet(
  { blocks }: SummedSet,
  answer: SetAnswer,
  settings: BootstrapSettings,
): Promise<BootstrappedSet> {
  const { resamples, seed, confidence, ask } = settings;
  if (blocks === undefined || resamples === 0) return { metrics: new Map() };
  const { table, clusteredBy } = blocks.drawn();
  if (table.blocks < LEAST_BLOCKS) return without('there are too few records');
  const { data, fuelUsed } = answer;
  if (fuelUsed * resamples > MAX_BOOTSTRAP_FUEL) {
    return without(`${resamples} resamples would take too much fuel`);
  }
  // A plugin of the host itself is not metered.
  const maxFuel = fuelUsed === 0 ? undefined : 10 * fuelUsed;
  const scores: number[] = [];
  const metrics = new Map(Object.keys(data.metrics ?? {}).map((name) => [name, [] as number[]]));
  const draws = resample(table.blocks, { count: resamples, seed });
  try {
    for (let left = resamples; left > 0; left -= RESAMPLES_A_BATCH) {
      const sets: AggregateData[] = [];
      for (let count = Math.min(left, RESAMPLES_A_BATCH); count > 0; count -= 1) {
        const { value: indices } = draws.next();
        if (indices !== undefined) sets.push(sumsOf(table, indices));
      }
      for (const { data: drawn } of await ask.all(sets, maxFuel)) {
        scores.push(drawn.score);
        for (const [name, values] of metrics) values.push(drawn.metrics?.[name] ?? Number.NaN);
      }
    }
  } catch (error) {
    if (!PluginError.is(error) || error.code === 'CALL_CANCELLED') throw error;
    return without(`a resample has no score: ${error.code}`);
  }
  const intervals = [...metrics].flatMap(([name, values]) => {
    const interval = percentiles(values, confidence);
    return interval === undefined ? [] : [[name, interval] as const];
  });
  const { recordsPerBlock, blocks: drawn } = table;
  return {
    score: percentiles(scores, confidence),
    metrics: new Map(intervals),
    how: {
      method: 'bootstrap-percentile',
      confidence,
      resamples,
      seed,
      recordsPerBlock,
      blocks: drawn,
      ...(clusteredBy === undefined ? {} : { clusteredBy }),
    },
  };
}

function without(reason: string): BootstrappedSet {
  return { metrics: new Map(), without: reason };
}

/** A metric that no drawn block has is 0. */
function sumsOf(table: BlockTable, indices: ArrayLike<number>): AggregateData {
  const { names, starts, metrics, values, n } = table;
  const totals = new Float64Array(names.length);
  let count = 0;
  for (let draw = 0; draw < indices.length; draw += 1) {
    const block = indices[draw]!;
    count += n[block]!;
    for (let place = starts[block]!; place < starts[block + 1]!; place += 1) {
      totals[metrics[place]!]! += values[place]!;
    }
  }
  return aggregateData(
    Object.fromEntries(names.map((name, index) => [name, totals[index]!])),
    count,
  );
}

/** Type 7, like numpy's; undefined if a resample lacks the number, or if all are the same. */
export function percentiles(
  values: readonly number[],
  confidence: number,
): SetInterval | undefined {
  if (values.some(Number.isNaN)) return undefined;
  const tail = (1 - confidence) / 2;
  const [low, mid, high] = [tail, 0.5, 1 - tail].map((p) => quantile(values, p)!);
  return low === high ? undefined : { low: low!, mid: mid!, high: high! };
}
