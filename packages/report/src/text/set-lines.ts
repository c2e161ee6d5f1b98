import type {
  CorpusComparison,
  SetDifference,
  SystemComparison,
  TestName,
  Verdict,
} from '@testbench/bench/statistics';

/** A line of a table about scores of whole sets. */
export interface SetLine extends SetDifference {
  readonly evaluator: string;
  /** `bleu over the set` for the score, `bleu.brevity_penalty` for the evaluator's other values. */
  readonly name: string;
  readonly n: number;
  readonly p: number | null;
  readonly test: TestName | null;
  /** Undefined for other values: it is unknown whether more is better. */
  readonly verdict: Verdict | undefined;
  readonly without: string | undefined;
}

/** Number of values shown for each evaluator, in the evaluator's order; JSON has all. */
const MAX_VALUES = 3;

/** Comparison of scores of whole sets, such as BLEU: for each evaluator the score and its first values. */
export function setLines({ corpus }: Pick<SystemComparison, 'corpus'>): SetLine[] {
  return corpus.flatMap((set) => [
    lineOf(set, set, `${set.evaluator} over the set`, set),
    ...Object.entries(set.values)
      .slice(0, MAX_VALUES)
      .map(([name, value]) => lineOf(set, value, `${set.evaluator}.${name}`)),
  ]);
}

/** @param decided The same comparison, if the number was tested. */
function lineOf(
  { evaluator, n }: CorpusComparison,
  { a, b, difference, interval }: SetDifference,
  name: string,
  decided?: CorpusComparison,
): SetLine {
  return {
    evaluator,
    name,
    n,
    a,
    b,
    difference,
    interval,
    p: decided?.adjustedP ?? null,
    test: decided?.test ?? null,
    verdict: decided?.verdict,
    without: decided?.without,
  };
}
