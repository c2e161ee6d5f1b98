import { canonicalJson } from '../plan/canonical-json.js';
import type { Clusters } from '../summary/clusters.js';
import type { StatisticsNote } from '../summary/run-summary.js';
import type { ReadCompareOptions } from './compare-options.js';
import { compareSets, type UnadjustedCorpus } from './compare-sets.js';
import type { ComparedSide } from './compared-side.js';
import type { PairedRecords } from './pair-records.js';
import { addUpPairs } from './paired-sets.js';
import type { PairedSystems } from './pair-systems.js';

/** Scores of whole sets by pair, with notes for the reader. */
export interface ComparedCorpus {
  readonly corpus: readonly (readonly UnadjustedCorpus[])[];
  readonly notes: readonly StatisticsNote[];
}

/**
 * Compares the scores of whole sets, such as BLEU, of all pairs; returns nothing unless `sets` of the options says which evaluators are called.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {CallError} `CALL_CANCELLED`, `CALL_NOT_FOUND`, `CALL_SHUT_DOWN`.
 */
export async function compareCorpus(
  sides: readonly [a: ComparedSide, b: ComparedSide],
  facts: {
    readonly systems: PairedSystems;
    readonly paired: PairedRecords;
    readonly clusters: Clusters | undefined;
    readonly options: ReadCompareOptions;
  },
): Promise<ComparedCorpus> {
  const { systems, paired, clusters, options } = facts;
  const { sets, metrics, confidence } = options;
  const none = { corpus: systems.pairs.map(() => []), notes: [] };
  if (sets === undefined) return none;
  const wanted = Object.keys(sets.plugins).filter((name) => metrics?.includes(name) ?? true);
  const notes: StatisticsNote[] = [];
  const evaluators = wanted.filter((name) => {
    const problem = problemOf(sides, name);
    if (problem !== undefined) {
      const message = `The score of the whole set of ${JSON.stringify(name)} is not compared: ${problem}`;
      notes.push({ code: 'SET_NOT_COMPARED', message });
    }
    return problem === undefined;
  });
  if (evaluators.length === 0) return { ...none, notes };
  const pairedSets = await addUpPairs({ sides, systems, paired, clusters, evaluators });
  const corpus: UnadjustedCorpus[][] = systems.pairs.map(() => []);
  for (const set of pairedSets) {
    corpus[set.pair]!.push(await compareSets(set, { options: sets, confidence, clusters }));
  }
  return { corpus, notes };
}

/** Sums are swapped between the two sides: they must come from the same evaluator. */
function problemOf(
  sides: readonly [a: ComparedSide, b: ComparedSide],
  name: string,
): string | undefined {
  if (sides.some(({ rows }) => rows === undefined))
    return 'the baseline has no sums; make it again from a run that has scores of whole sets';
  const [a, b] = sides.map(({ plan }) => plan.evaluators.find(({ as }) => as === name));
  if (a === undefined || b === undefined) return 'only one of the two has this evaluator';
  if (a.digest !== b.digest || canonicalJson(a.config) !== canonicalJson(b.config)) {
    return 'the evaluator is not the same in both';
  }
  return undefined;
}
