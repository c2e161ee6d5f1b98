import type {
  DifferenceInterval,
  Interval,
  MetricComparison,
  MetricSummary,
  StatisticsNote,
  TestName,
  Verdict,
} from '@testbench/bench/statistics';

/** `12345` as `12,345`. Written by hand: `Intl.NumberFormat` takes as long to load as a small command runs. */
export function formatCount(count: number): string {
  return groupDigits(Math.round(count).toFixed(0));
}

/** Separates thousands with commas: `1234.50` as `1,234.50`. At most two decimals. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}

/** `1 record`, `2 records`. */
export function formatItems(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share of right answers in percent; a mean of graded scores as a number. */
export function formatMean(mean: number | null, { scale }: Pick<MetricSummary, 'scale'>): string {
  if (mean === null) return '–';
  return scale === 'binary' ? `${(mean * 100).toFixed(1)} %` : mean.toFixed(3);
}

/** The ends of an interval: `32.2 – 37.3 %`, or `0.450 – 0.510` for graded scores. */
export function formatInterval(
  interval: Pick<Interval, 'low' | 'high'> | null,
  { scale }: Pick<MetricSummary, 'scale'>,
): string {
  if (interval === null) return '–';
  const show = (value: number): string =>
    (scale === 'binary' ? (value * 100).toFixed(1) : value.toFixed(3)).replace('-', '−');
  return `${show(interval.low)} – ${show(interval.high)}${scale === 'binary' ? ' %' : ''}`;
}

/** A difference with its sign: shares in percentage points. A value that rounds to zero has no sign. */
export function formatDifference(
  difference: number | null,
  { scale }: Pick<MetricComparison, 'scale'>,
): string {
  if (difference === null) return '–';
  const size = Math.abs(difference);
  const digits = scale === 'binary' ? (size * 100).toFixed(1) : size.toFixed(3);
  const sign = difference < 0 ? '−' : '+';
  return `${Number(digits) === 0 ? '' : sign}${digits}${scale === 'binary' ? ' pp' : ''}`;
}

/** The ends of a difference's interval, with their signs: `+18.7 to +24.4 pp`. */
export function formatDifferenceInterval(
  interval: DifferenceInterval | null,
  metric: Pick<MetricComparison, 'scale'>,
): string {
  if (interval === null) return '–';
  const unit = / pp$/;
  const low = formatDifference(interval.low, metric).replace(unit, '');
  return `${low} to ${formatDifference(interval.high, metric)}`;
}

/** A coefficient of agreement, from −1 to 1. */
export function formatKappa(kappa: number | null): string {
  return kappa === null ? '–' : kappa.toFixed(3).replace('-', '−');
}

/** A share of cases in percent. */
export function formatShareOf(share: number | null): string {
  return formatMean(share, { scale: 'binary' });
}

/** A p-value with two digits, or `< 0.0001`. */
export function formatP(p: number | null): string {
  if (p === null) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toPrecision(2);
}

/** Verdicts in words. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  'cannot-tell': 'cannot tell',
  'no-data': 'no data',
};

/** Names of tests. */
export const TEST_WORDS: Readonly<Record<TestName, string>> = {
  'mcnemar-midp': 'McNemar, mid-p',
  'mcnemar-exact': 'McNemar, exact',
  'paired-t': 'paired t',
  'clustered-t': 'clustered t',
  wilcoxon: 'Wilcoxon',
  sign: 'sign test',
  randomization: 'paired randomization',
  'sacrebleu-ar': "sacreBLEU's approximate randomization",
  'sacrebleu-bs': "sacreBLEU's paired bootstrap",
};

/** Scores of sets are shown like graded scores. */
export const GRADED = { scale: 'graded' } as const;

const METHOD_WORDS: Readonly<Record<Interval['method'], string>> = {
  wilson: "Wilson's",
  student: "Student's t",
  clustered: "Student's t, clustered",
  asymptotic: 'from the asymptotic standard error',
  bootstrap: 'bootstrap',
};

/** How intervals were computed, in words, each method once. */
export function describeMethods(
  intervals: readonly (Interval | DifferenceInterval | null)[],
  confidence: number,
): string {
  const methods = new Set(
    intervals.flatMap((interval) => {
      if (interval === null) return [];
      const { method, clusteredBy, clusters } = interval;
      const by = clusteredBy === undefined ? '' : ` by ${clusteredBy} (${clusters} clusters)`;
      return [`${METHOD_WORDS[method]}${by}`];
    }),
  );
  if (methods.size === 0) return 'No intervals: too few scores';
  return `Intervals at ${formatShare(confidence)}: ${[...methods].join('; ')}`;
}

/** 0.95 as `95 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** What would decide an undecided difference: how many records, and which difference the current number of records would show. */
export function describePlanning({
  verdict,
  planning,
  n,
  scale,
}: Pick<MetricComparison, 'verdict' | 'planning' | 'n' | 'scale'>): string | undefined {
  if (verdict !== 'cannot-tell') return undefined;
  if (planning === null) return 'too few records to tell anything';
  const { recordsNeeded, detectableDifference, power } = planning;
  const needed =
    recordsNeeded === null || recordsNeeded <= n
      ? []
      : [`a difference of this size shows with about ${formatItems(recordsNeeded, 'record')}`];
  const detectable =
    detectableDifference === null
      ? []
      : [
          `${formatItems(n, 'record')} ${n === 1 ? 'shows' : 'show'} ${formatDifference(detectableDifference, { scale }).replace('+', '')} or more, with a chance of ${formatShare(power)}`,
        ];
  const parts = [...needed, ...detectable];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Removes duplicate notes: two runs may have the same. */
export function uniqueNotes(lists: readonly (readonly StatisticsNote[])[]): StatisticsNote[] {
  const notes = new Map(lists.flat().map((note) => [`${note.code} ${note.message}`, note]));
  return [...notes.values()];
}
