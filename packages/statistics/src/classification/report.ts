import { requireSameLength } from '../arguments.js';
import { categoriesOf, type Label } from '../labels.js';
import { mean, sum } from '../moments.js';
import { LIST, readOptions } from '../options.js';

/** Precision, recall and their harmonic mean. */
export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Classification metrics over a whole set. */
export interface ClassificationReport {
  /** Share of right answers among all records. */
  readonly accuracy: number;
  /** Mean recall over the classes that occur; null if an answer is missing. */
  readonly balancedAccuracy: number | null;
  /** Matthews' correlation; 0 if it is not defined; null if an answer is missing. */
  readonly mcc: number | null;
  readonly micro: ClassScores;
  readonly macro: ClassScores;
  /** Weighted by how often each class is the right one. */
  readonly weighted: ClassScores;
  /** By class, with the number of records of which it is the right one. */
  readonly perClass: ReadonlyMap<Label, ClassScores & { readonly support: number }>;
}

/**
 * Accuracy, F1 over the set and Matthews' correlation.
 *
 * A class that is never predicted has precision 0, one that never occurs recall 0; both count in the macro mean, which is the mean of the
 * classes' F1. A missing answer is wrong: it counts in accuracy, recall and support, but not in any precision.
 *
 * @param truth Right class of each record.
 * @param predicted Predicted class; null if no answer could be read.
 * @param options.labels The classes that are scored, in this order. @default the sorted labels of both sides
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 * @see Pedregosa et al. (2011), scikit-learn, whose definitions these are, with `zero_division = 0`
 *
 * @example
 * ```ts
 * import { classificationReport } from '@testbench/statistics/classification';
 *
 * const report = classificationReport([1, 0, 1, 1, 0, 1], [1, 0, 0, 1, 1, 1]);
 * [report.macro.f1, report.mcc]; // => [0.625, 0.25]
 * ```
 */
export function classificationReport(
  truth: readonly Label[],
  predicted: readonly (Label | null)[],
  options?: { readonly labels?: readonly Label[] },
): ClassificationReport {
  requireSameLength(truth, predicted, 'answers');
  const answered = predicted.filter((label): label is Label => label !== null);
  const all = categoriesOf([...truth, ...answered]);
  const { labels = all } = readOptions(options, { labels: LIST });
  const counts = new Map(all.map((label) => [label, { right: 0, support: 0, given: 0 }]));
  let right = 0;
  for (const [index, label] of truth.entries()) {
    const answer = predicted[index]!;
    counts.get(label)!.support += 1;
    if (answer !== null) counts.get(answer)!.given += 1;
    if (answer === label) {
      counts.get(label)!.right += 1;
      right += 1;
    }
  }
  const of = (label: Label) => counts.get(label) ?? { right: 0, support: 0, given: 0 };
  const perClass = new Map(
    labels.map((label) => {
      const { right: hits, support, given } = of(label);
      return [label, { ...scores(hits, given, support), support }];
    }),
  );
  const list = [...perClass.values()];
  const supports = list.map(({ support }) => support);
  const average = (key: keyof ClassScores, weights: readonly number[]): number => {
    const total = sum(weights);
    return total === 0 ? 0 : sum(list.map((scored, k) => scored[key] * weights[k]!)) / total;
  };
  const averages = (weights: readonly number[]): ClassScores => ({
    precision: average('precision', weights),
    recall: average('recall', weights),
    f1: average('f1', weights),
  });
  const totals = labels.map(of);
  const isComplete = answered.length === predicted.length;
  const occurring = all.map(of).filter(({ support }) => support > 0);
  return {
    accuracy: truth.length === 0 ? 0 : right / truth.length,
    balancedAccuracy: isComplete
      ? mean(occurring.map(({ right: hits, support }) => hits / support))
      : null,
    mcc: isComplete ? matthews([...counts.values()], right, truth.length) : null,
    micro: scores(
      sum(totals.map((count) => count.right)),
      sum(totals.map((count) => count.given)),
      sum(totals.map((count) => count.support)),
    ),
    macro: averages(list.map(() => 1)),
    weighted: averages(supports),
    perClass,
  };
}

function scores(right: number, given: number, support: number): ClassScores {
  return {
    precision: given === 0 ? 0 : right / given,
    recall: support === 0 ? 0 : right / support,
    f1: given + support === 0 ? 0 : (2 * right) / (given + support),
  };
}

/** For any number of classes. @see Gorodkin (2004), doi:10.1016/j.compbiolchem.2004.09.006 */
function matthews(
  counts: readonly { readonly support: number; readonly given: number }[],
  right: number,
  n: number,
): number {
  const product = sum(counts.map(({ support, given }) => support * given));
  const given = n * n - sum(counts.map((count) => count.given ** 2));
  const support = n * n - sum(counts.map((count) => count.support ** 2));
  const scale = Math.sqrt(given) * Math.sqrt(support);
  return scale === 0 ? 0 : (right * n - product) / scale;
}
