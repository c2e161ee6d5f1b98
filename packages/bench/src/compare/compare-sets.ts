import { randomSwaps, resample, quantile, resamplingTest } from '@testbench/statistics';
import type { EvaluatorResult } from '@testbench/types';
import type { AggregateData } from '@testbench/types/aggregate';
import { PluginError } from '@testbench/types/errors';

import type { AskSet } from '../aggregate/bootstrap-set.js';
import { LEAST_BLOCKS, MAX_BOOTSTRAP_FUEL } from '../aggregate/limits.js';
import { askWith, type SetScore, scoreSets } from '../aggregate/set-scores.js';
import { ownValue } from '../own-value.js';
import type { Clusters } from '../summary/clusters.js';
import { DEFAULT_RESAMPLES, DEFAULT_SWAPS, PAIRS_A_BATCH } from './limits.js';
import { GROUP_CUT, type PairedSet } from './paired-sets.js';
import type {
  CorpusComparison,
  DifferenceInterval,
  SetDifference,
  SetResampling,
  TestResult,
} from './run-comparison.js';
import type { SetComparisonOptions } from './set-options.js';
import { type BlockColumns, drawnSets, swappedSets } from './sum-columns.js';

/** A comparison of one score before its p-value was adjusted for the others. */
export type UnadjustedCorpus = Omit<CorpusComparison, 'adjustedP' | 'verdict'>;

/** How sets are compared. */
export interface SetSetting {
  readonly options: SetComparisonOptions;
  readonly confidence: number;
  readonly clusters: Clusters | undefined;
}

/** The scores of both sides for one resample, or one swap. */
type Scores = readonly [a: EvaluatorResult, b: EvaluatorResult];

/**
 * Compares the scores of two sets from their sums: the difference with the interval of a paired bootstrap, and a randomization test, as
 * sacreBLEU makes them. No text is read, and nothing is scored again but sums.
 *
 * @throws {CallError} `CALL_CANCELLED`, `CALL_NOT_FOUND`, `CALL_SHUT_DOWN`.
 */
export async function compareSets(set: PairedSet, setting: SetSetting): Promise<UnadjustedCorpus> {
  const { evaluator, n, onlyA, onlyB, boards } = set;
  const { options } = setting;
  const scored: SetScore[][] = [];
  for (const board of boards) scored.push(await scoreSets(board, onceOf(options)));
  const [a, b] = scored.map((scores) => scores.find(({ evaluator: of }) => of === evaluator));
  const facts = { evaluator, n, onlyA, onlyB };
  const groups = compareGroups(set, scored);
  const reason = a?.failure ?? b?.failure;
  const difference = differenceOf(a?.score?.value ?? null, b?.score?.value ?? null);
  const names = Object.keys(a?.metrics ?? {}).filter((name) => Object.hasOwn(b?.metrics ?? {}, name));
  const valueOf = (score: SetScore | undefined, name: string): number | null =>
    ownValue(score?.metrics ?? {}, name)?.value ?? null;
  const values = new Map(
    names.map((name) => [name, differenceOf(valueOf(a, name), valueOf(b, name))]),
  );
  const none = { test: null, p: null, tests: [], resampling: null, groups };
  const without = (why: string | undefined): UnadjustedCorpus => ({
    ...facts,
    ...difference,
    values: Object.fromEntries(values),
    ...none,
    ...(why === undefined ? {} : { without: why }),
  });
  if (reason !== undefined) return without(reason.message);
  if (difference.difference === null) return without('no record has metrics in both');
  if (options.once?.includes(evaluator) === true) {
    return without('the evaluator waits for a network, and is asked once for each set');
  }
  const resampled = await resampleSets(set, setting, names);
  if (typeof resampled === 'string') return without(resampled);
  const { tests, score, intervals, resampling } = resampled;
  const observed = tests(difference.difference);
  return {
    ...facts,
    ...difference,
    interval: score,
    values: Object.fromEntries(
      [...values].map(([name, value]) => [
        name,
        { ...value, interval: intervals.get(name) ?? null },
      ]),
    ),
    test: observed[0]?.test ?? null,
    p: observed[0]?.p ?? null,
    tests: observed,
    groups,
    resampling,
  };
}

function onceOf({ system, plugins, signal }: SetComparisonOptions): Parameters<typeof scoreSets>[1] {
  return { system, plugins, resamples: 0, ...(signal && { signal }) };
}

function differenceOf(a: number | null, b: number | null): SetDifference {
  return { a, b, difference: a === null || b === null ? null : b - a, interval: null };
}

function compareGroups(
  { boards }: PairedSet,
  [left, right]: readonly SetScore[][],
): UnadjustedCorpus['groups'] {
  const scoresOf = (side: 0 | 1, scores: readonly SetScore[]): Map<string, SetScore> => {
    const sets = boards[side].sets();
    return new Map(
      scores.flatMap((score, place) =>
        sets[place]!.cut === GROUP_CUT ? [[score.labels['group']!, score] as const] : [],
      ),
    );
  };
  const others = scoresOf(1, right!);
  return [...scoresOf(0, left!)].map(([group, score]) => {
    const other = others.get(group);
    const { a, b, difference } = differenceOf(score.score?.value ?? null, other?.score?.value ?? null);
    return { group, n: score.n, a, b, difference };
  });
}

interface Resampled {
  readonly score: DifferenceInterval | null;
  readonly intervals: ReadonlyMap<string, DifferenceInterval>;
  /** The tests, for an observed difference. */
  tests(difference: number): TestResult[];
  readonly resampling: SetResampling;
}

/** @returns Why there is none, if there is none. */
async function resampleSets(
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
      for await (const pair of askPairs(ask, draws, (draw) => swappedSets(columns, draw), maxFuel)) {
        swapped.push(pair);
      }
    }
  } catch (error) {
    if (!PluginError.is(error) || error.code === 'CALL_CANCELLED') throw error;
    return `a resample has no score: ${error.code}`;
  }
  const by =
    clusters === undefined ? {} : { clusteredBy: clusters.by, clusters: clusters.count };
  const how = { confidence, method: 'bootstrap', ...by, resamples, seed } as const;
  const interval = (differences: readonly number[]): DifferenceInterval | null => {
    const ends = percentiles(differences, confidence);
    return ends === undefined ? null : { ...ends, ...how };
  };
  const differences = (pairs: readonly Scores[]): number[] => pairs.map(([a, b]) => b.score - a.score);
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
    tests(difference) {
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
 * Fuel that each score may take, from that of the first.
 *
 * @returns Why it would be too much, if it would.
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
  // A plugin of the host's own is not metered.
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

/** Of type 7, as numpy's; undefined where a resample lacks the number, or all have the same. */
function percentiles(
  values: readonly number[],
  confidence: number,
): { readonly low: number; readonly high: number } | undefined {
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  const tail = (1 - confidence) / 2;
  const [low, high] = [quantile(values, tail)!, quantile(values, 1 - tail)!];
  return low === high ? undefined : { low, high };
}
