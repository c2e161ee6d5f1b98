import { randomSwaps, resample, resamplingTest } from '@testbench/statistics';
import type { EvaluatorResult } from '@testbench/types';
import type { AggregateData } from '@testbench/types/aggregate';
import { PluginError } from '@testbench/types/errors';

import { type AskSet, percentiles } from '../aggregate/bootstrap-set.js';
import { DEFAULT_RESAMPLES, LEAST_BLOCKS, MAX_BOOTSTRAP_FUEL } from '../aggregate/limits.js';
import { askWith } from '../aggregate/set-scores.js';
import { DEFAULT_SWAPS, PAIRS_A_BATCH } from './limits.js';
import type { PairedSet } from './paired-sets.js';
import type { DifferenceInterval, SetResampling, TestResult } from './run-comparison.js';
import type { SetSetting } from './set-options.js';
import { type BlockColumns, drawnSets, swappedSets } from './sum-columns.js';

/** The scores of both sides for one resample, or one swap. */
type Scores = readonly [a: EvaluatorResult, b: EvaluatorResult];

/** The result of resampling a set. */
export interface Resampled {
  readonly score: DifferenceInterval | null;
  readonly intervals: ReadonlyMap<string, DifferenceInterval>;
  /** Computes the tests for an observed difference. */
  readonly tests: (difference: number) => TestResult[];
  readonly resampling: SetResampling;
}

/**
 * Draws and swaps the blocks of a set, and requests the scores of both sides.
 *
 * @param names Names of the values of the set.
 * @returns The reason if there is no result.
 */
export async function resampleSets(
  { evaluator, n, columns: sums }: PairedSet,
  { options, confidence, clusters }: SetSetting,
  names: readonly string[],
): Promise<Resampled | string> {
  const { resamples = DEFAULT_RESAMPLES, swaps = DEFAULT_SWAPS, seed = 0 } = options;
  if (sums.isFull) return 'there are too many metrics to resample';
  const columns = sums.columns();
  const { blocks } = columns;
  if (blocks < LEAST_BLOCKS) return 'there are too few records';
  const ask = askWith(evaluator, options);
  const drawn: Scores[] = [];
  const swapped: Scores[] = [];
  try {
    const maxFuel = await fuelOf(ask, columns, resamples + swaps);
    if (typeof maxFuel === 'string') return maxFuel;
    if (resamples > 0) {
      const draws = resample(blocks, { count: resamples, seed });
      for await (const pair of askPairs(ask, draws, (draw) => drawnSets(columns, draw), maxFuel)) {
        drawn.push(pair);
      }
    }
    if (swaps > 0) {
      const draws = randomSwaps(blocks, { count: swaps, seed });
      for await (const pair of askPairs(
        ask,
        draws,
        (draw) => swappedSets(columns, draw),
        maxFuel,
      )) {
        swapped.push(pair);
      }
    }
  } catch (error) {
    if (!PluginError.is(error) || error.code === 'CALL_CANCELLED') throw error;
    return `a resample has no score: ${error.code}`;
  }
  const by = clusters === undefined ? {} : { clusteredBy: clusters.by, clusters: clusters.count };
  const how = { confidence, method: 'bootstrap', ...by, resamples, seed } as const;
  const interval = (differences: readonly number[]): DifferenceInterval | null => {
    const ends = percentiles(differences, confidence);
    return ends === undefined ? null : { low: ends.low, high: ends.high, ...how };
  };
  const differences = (pairs: readonly Scores[]): number[] =>
    pairs.map(([a, b]) => b.score - a.score);
  const ofValue = (name: string): number[] =>
    drawn.map(([a, b]) => (b.metrics?.[name] ?? Number.NaN) - (a.metrics?.[name] ?? Number.NaN));
  return {
    score: interval(differences(drawn)),
    intervals: new Map(
      names.flatMap((name) => {
        const found = interval(ofValue(name));
        return found === null ? [] : [[name, found] as const];
      }),
    ),
    tests: (difference) => {
      const result = (
        test: TestResult['test'],
        resampled: readonly number[],
        method: 'randomization' | 'sacrebleu-ar' | 'sacrebleu-bs',
      ): TestResult[] =>
        resampled.length === 0
          ? []
          : [
              {
                test,
                p: resamplingTest(difference, resampled, { method }).p,
                statistic: difference,
                df: null,
              },
            ];
      const [ofSwaps, ofDraws] = [differences(swapped), differences(drawn)];
      return [
        ...result('randomization', ofSwaps, 'randomization'),
        ...result('sacrebleu-ar', ofSwaps, 'sacrebleu-ar'),
        ...result('sacrebleu-bs', ofDraws, 'sacrebleu-bs'),
      ];
    },
    resampling: {
      resamples,
      swaps,
      seed,
      recordsPerBlock: n / blocks,
      blocks,
      ...(clusters === undefined ? {} : { clusteredBy: clusters.by }),
    },
  };
}

/**
 * The fuel that each score may use, based on the first.
 *
 * @returns The reason if it would be too much.
 */
async function fuelOf(
  ask: AskSet,
  columns: BlockColumns,
  pairs: number,
): Promise<number | undefined | string> {
  const all = Uint32Array.from({ length: columns.blocks }, (_, block) => block);
  const { fuelUsed } = await ask(drawnSets(columns, all)[0]);
  if (fuelUsed * 2 * pairs > MAX_BOOTSTRAP_FUEL) {
    return `${pairs} resamples and swaps would take too much fuel`;
  }
  // A plugin of the host itself is not metered.
  return fuelUsed === 0 ? undefined : 10 * fuelUsed;
}

async function* askPairs<Draw>(
  ask: AskSet,
  draws: Iterator<Draw>,
  setsOf: (draw: Draw) => [AggregateData, AggregateData],
  maxFuel: number | undefined,
): AsyncGenerator<Scores, void> {
  for (;;) {
    const sets: AggregateData[] = [];
    while (sets.length < 2 * PAIRS_A_BATCH) {
      const { value, done } = draws.next();
      if (done === true) break;
      sets.push(...setsOf(value));
    }
    if (sets.length === 0) return;
    const answers = await ask.all(sets, maxFuel);
    for (let place = 0; place < answers.length; place += 2) {
      yield [answers[place]!.data, answers[place + 1]!.data];
    }
  }
}
