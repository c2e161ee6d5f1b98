import {
  cohenKappa,
  krippendorffAlpha,
  type Label,
  percentAgreement,
} from '@testbench/statistics/agreement';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { ownValue } from '../own-value.js';
import type { CaseName, ResultRow } from '../results/result-row.js';
import { kappaInterval } from '../summary/label-columns.js';
import type { Interval } from '../summary/run-summary.js';
import { CaseLabels } from './case-labels.js';
import { MAX_LABEL_CLASSES } from './limits.js';
import type { HumanLabel } from './read-labels.js';

/** Options for comparing judges with people. */
export interface CalibrationOptions {
  /** Evaluators to compare. @default all for which the rows have scores */
  readonly evaluators?: readonly string[];
  /**
   * The part of a verdict that is compared with a label: the score from 0 to 1, the grade on the rubric's scale, or the class. @default the class for labels that
   * are texts, otherwise the score
   */
  readonly against?: 'score' | 'grade' | 'choice';
  /** Makes both sides 1 or 0: whether the number reaches this value. @default numbers are compared as they are */
  readonly threshold?: number;
  /** Confidence level of intervals. @default 0.95 */
  readonly confidence?: number;
  /** Maximum number of disagreements listed for each judge. @default 100 */
  readonly maxDisagreements?: number;
}

/** A case on which a judge and people disagree. */
export interface Disagreement extends CaseName {
  /** The record's id, or else its index as text. */
  readonly record: string;
  readonly people: Label;
  readonly judge: Label;
}

/** The agreement of one judge with people. */
export interface JudgeCalibration {
  readonly evaluator: string;
  /** One judge of a panel; absent for the evaluator's final verdict. */
  readonly judge?: string;
  /** Cases judged by both. */
  readonly n: number;
  /** Share of these cases on which they agree. */
  readonly observed: number | null;
  /** Agreement expected by chance, from their base rates. */
  readonly expected: number | null;
  /** Cohen's kappa; null if both always use the same single class, or if there are more than 100 different values. */
  readonly kappa: number | null;
  readonly stderr: number | null;
  /** The interval of kappa, from its standard error; null unless the standard error is above 0. */
  readonly interval: Interval | null;
  /** Kappa weighted by the distance of classes, for three or more numbers; otherwise null. */
  readonly linearKappa: number | null;
  readonly quadraticKappa: number | null;
  /** How often each gives each label. */
  readonly baseRates: readonly {
    readonly label: Label;
    readonly judge: number;
    readonly people: number;
  }[];
  /** The pairs of labels that occur together. */
  readonly confusion: readonly {
    readonly people: Label;
    readonly judge: Label;
    readonly count: number;
  }[];
  /** In the order of rows; at most `maxDisagreements`. */
  readonly disagreements: readonly Disagreement[];
}

/** The result of {@link calibrateJudges}. */
export interface Calibration {
  readonly labels: number;
  /** Labels that match no row. */
  readonly unmatched: number;
  /** Cases that people judged, each counted once for each evaluator. */
  readonly cases: number;
  /** Those of them on which people are evenly split: they are left out of all comparisons. */
  readonly disputed: number;
  /** Krippendorff's alpha between people, if several judged a case: judges can hardly agree with them more than this. Null if there is nothing to compare. */
  readonly peopleAlpha: number | null;
  readonly judges: readonly JudgeCalibration[];
}

const OPTIONS: OptionReaders<CalibrationOptions> = {
  evaluators: (node) => node.list().map((name) => name.text()),
  against: (node) => node.oneOf(['score', 'grade', 'choice']),
  threshold: (node) => node.number(-Number.MAX_VALUE, Number.MAX_VALUE),
  confidence: (node) => node.number(0.5, 0.999_999),
  maxDisagreements: (node) => node.wholeNumber(0, 1_000_000),
};

/**
 * Compares the verdicts of a run's judges, and of each judge of a panel, with labels that people gave: agreement with base rates, kappa, and the table of
 * who gave which label. If several people judged a case, the majority counts.
 *
 * @param rows The rows of a run; read once.
 * @param labels Labels as returned by `readLabels`.
 * @throws {ConfigError} An option is wrong.
 * @see Cohen (1960), doi:10.1177/001316446002000104; Krippendorff (2011), Computing Krippendorff's alpha-reliability
 *
 * @example
 * ```ts
 * import { calibrateJudges } from '@testbench/bench/judging';
 *
 * const name = { prompt: 'p', provider: 'o', model: 'm', epoch: 1 };
 * const scores = [1, 1, 0, 1];
 * const rows = scores.map((score, index) => ({ ...name, index, scores: { judge: score } }));
 * const labels = [1, 0, 0, 1].map((label, index) => ({ id: String(index), label }));
 * const { judges } = await calibrateJudges(rows, labels);
 * judges[0]?.kappa; // => 0.5
 * judges[0]?.baseRates; // => [{ label: 0, judge: 0.25, people: 0.5 }, { label: 1, judge: 0.75, people: 0.5 }]
 * ```
 */
export async function calibrateJudges(
  rows: AsyncIterable<ResultRow> | Iterable<ResultRow>,
  labels: readonly HumanLabel[],
  given?: CalibrationOptions,
): Promise<Calibration> {
  const options = readOptions<CalibrationOptions>(given, OPTIONS);
  const { confidence = 0.95, maxDisagreements = 100 } = options;
  const against =
    options.against ?? (labels.some(({ label }) => typeof label === 'string') ? 'choice' : 'score');
  const byCase = new CaseLabels(labels);
  const pairs = new Map<string, JudgePairs>();
  const people: Label[][] = [];
  let cases = 0;
  let disputed = 0;
  const reduce = (value: Label): Label =>
    options.threshold === undefined || typeof value !== 'number'
      ? value
      : Number(value >= options.threshold);
  for await (const row of rows) {
    if (row.dropped !== undefined || row.failure !== undefined) continue;
    for (const evaluator of options.evaluators ?? Object.keys(row.scores)) {
      const judged = byCase.of(row, evaluator);
      if (judged === undefined) continue;
      cases += 1;
      people.push(judged.labels.map(reduce));
      if (judged.majority === undefined) {
        disputed += 1;
        continue;
      }
      const label = reduce(judged.majority);
      for (const [judge, verdict] of verdictsOf(row, evaluator, against)) {
        const key = JSON.stringify([evaluator, judge]);
        if (!pairs.has(key)) {
          pairs.set(key, { evaluator, judge, verdicts: [], labels: [], disagreements: [] });
        }
        const found = pairs.get(key)!;
        const said = reduce(verdict);
        found.verdicts.push(said);
        found.labels.push(label);
        if (said !== label && found.disagreements.length < maxDisagreements) {
          found.disagreements.push(disagreementOf(row, label, said));
        }
      }
    }
  }
  return {
    labels: labels.length,
    unmatched: byCase.unmatched,
    cases,
    disputed,
    peopleAlpha: krippendorffAlpha(people),
    judges: [...pairs.values()].map((each) => describe(each, confidence)),
  };
}

interface JudgePairs {
  readonly evaluator: string;
  readonly judge: string | undefined;
  readonly verdicts: Label[];
  readonly labels: Label[];
  readonly disagreements: Disagreement[];
}

function disagreementOf(row: ResultRow, people: Label, judge: Label): Disagreement {
  const { index, id, prompt, provider, model, epoch } = row;
  return { record: id ?? String(index), index, prompt, provider, model, epoch, people, judge };
}

/** The verdicts of an evaluator and of each judge of its panel on a row. */
function verdictsOf(
  row: ResultRow,
  evaluator: string,
  against: 'score' | 'grade' | 'choice',
): [judge: string | undefined, verdict: Label][] {
  const { metrics = {}, judgements = [] } = ownValue(row.details ?? {}, evaluator) ?? {};
  const found: [string | undefined, Label | undefined][] = [];
  if (against === 'score') found.push([undefined, ownValue(row.scores, evaluator)]);
  else if (against === 'grade') found.push([undefined, ownValue(metrics, 'grade')]);
  else found.push([undefined, onlyMode(judgements.map(({ choice }) => choice))]);
  const judges = [...new Set(judgements.map(({ judge }) => judge))];
  for (const judge of judges.length > 1 ? judges : []) {
    const own = judgements.filter((one) => one.judge === judge);
    if (against === 'score') found.push([judge, ownValue(metrics, `score_${judge}`)]);
    else if (against === 'grade') found.push([judge, onlyMode(own.map(({ grade }) => grade))]);
    else found.push([judge, onlyMode(own.map(({ choice }) => choice))]);
  }
  return found.filter((pair): pair is [string | undefined, Label] => pair[1] !== undefined);
}

/** The most frequent value; undefined if there is none, or if there are several. */
function onlyMode<T>(values: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) {
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const modes = [...counts].filter(([, count]) => count === most);
  return modes.length === 1 ? modes[0]![0] : undefined;
}

function describe(
  { evaluator, judge, verdicts, labels, disagreements }: JudgePairs,
  confidence: number,
): JudgeCalibration {
  const n = labels.length;
  const facts = { evaluator, ...(judge === undefined ? {} : { judge }), n, disagreements };
  const classes = [...new Set([...verdicts, ...labels])].toSorted(compareLabels);
  const { agreement, expected, baseRateA, baseRateB } = percentAgreement(verdicts, labels);
  const shares = { observed: agreement, expected };
  if (classes.length > MAX_LABEL_CLASSES) return { ...facts, ...shares, ...NOTHING };
  const isOrdered = classes.length > 2 && classes.every((label) => typeof label === 'number');
  const weighted = (weights: 'linear' | 'quadratic'): number | null =>
    isOrdered ? cohenKappa(verdicts, labels, { weights, labels: classes }).kappa : null;
  const { kappa, stderr } = cohenKappa(verdicts, labels, { labels: classes });
  return {
    ...facts,
    ...shares,
    kappa,
    stderr: stderr ?? null,
    interval: kappaInterval(kappa, stderr ?? null, confidence),
    linearKappa: weighted('linear'),
    quadraticKappa: weighted('quadratic'),
    baseRates: classes.map((label) => ({
      label,
      judge: baseRateA.get(label) ?? 0,
      people: baseRateB.get(label) ?? 0,
    })),
    confusion: confusionOf(verdicts, labels, classes),
  };
}

const NOTHING = {
  kappa: null,
  stderr: null,
  interval: null,
  linearKappa: null,
  quadraticKappa: null,
  baseRates: [],
  confusion: [],
} as const;

function confusionOf(
  verdicts: readonly Label[],
  labels: readonly Label[],
  classes: readonly Label[],
): JudgeCalibration['confusion'] {
  const counts = new Map<Label, Map<Label, number>>();
  for (const [index, people] of labels.entries()) {
    const row = counts.get(people) ?? new Map<Label, number>();
    row.set(verdicts[index]!, (row.get(verdicts[index]!) ?? 0) + 1);
    counts.set(people, row);
  }
  return classes.flatMap((people) =>
    classes.flatMap((judge) => {
      const count = counts.get(people)?.get(judge);
      return count === undefined ? [] : [{ people, judge, count }];
    }),
  );
}

function compareLabels(one: Label, other: Label): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : 1;
}
