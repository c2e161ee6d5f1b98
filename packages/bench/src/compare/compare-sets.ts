import { type SetScore, scoreSets } from '../aggregate/set-scores.js';
import { ownValue } from '../own-value.js';
import { GROUP_CUT, type PairedSet } from './paired-sets.js';
import { resampleSets } from './resample-sets.js';
import type { CorpusComparison, SetDifference } from './run-comparison.js';
import type { SetComparisonOptions, SetSetting } from './set-options.js';

/** A comparison of one score before its p-value was adjusted for the others. */
export type UnadjustedCorpus = Omit<CorpusComparison, 'adjustedP' | 'verdict'>;

/**
 * Compares the scores of two sets from their sums: the difference with the interval of a paired bootstrap, and a randomization test, as
 * sacreBLEU makes them. No text is read, and only sums are scored again.
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
  const names = Object.keys(a?.metrics ?? {}).filter((name) =>
    Object.hasOwn(b?.metrics ?? {}, name),
  );
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

function onceOf({
  system,
  plugins,
  signal,
}: SetComparisonOptions): Parameters<typeof scoreSets>[1] {
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
    const { a, b, difference } = differenceOf(
      score.score?.value ?? null,
      other?.score?.value ?? null,
    );
    return { group, n: score.n, a, b, difference };
  });
}
