import type {
  DifferenceInterval,
  Interval,
  MetricComparison,
  MetricSummary,
  StatisticsNote,
  SystemReport,
  TestName,
  Verdict,
} from '@testbench/bench/statistics';

const COUNTS = new Intl.NumberFormat('en-US');

/** `12345` as `12,345`. */
export function formatCount(count: number): string {
  return COUNTS.format(count);
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

export function formatInterval(
  interval: Pick<Interval, 'low' | 'high'> | null,
  { scale }: Pick<MetricSummary, 'scale'>,
): string {
  if (interval === null) return '–';
  const show = (value: number): string =>
    scale === 'binary' ? (value * 100).toFixed(1) : value.toFixed(3);
  return `${show(interval.low)} – ${show(interval.high)}${scale === 'binary' ? ' %' : ''}`;
}

/** A difference with its sign: shares in percentage points. */
export function formatDifference(
  difference: number | null,
  { scale }: Pick<MetricComparison, 'scale'>,
): string {
  if (difference === null) return '–';
  const shown = scale === 'binary' ? (difference * 100).toFixed(1) : difference.toFixed(3);
  const sign = difference > 0 ? '+' : '';
  return `${sign}${shown.replace('-', '−')}${scale === 'binary' ? ' pp' : ''}`;
}

export function formatDifferenceInterval(
  interval: DifferenceInterval | null,
  metric: Pick<MetricComparison, 'scale'>,
): string {
  if (interval === null) return '–';
  const unit = / pp$/;
  const low = formatDifference(interval.low, metric).replace(unit, '');
  return `${low} to ${formatDifference(interval.high, metric)}`;
}

/** Small ones are bounded: nobody needs the digits of 1e-12. */
export function formatP(p: number | null): string {
  if (p === null) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toPrecision(2);
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  'cannot-tell': 'cannot tell',
  'no-data': 'no data',
};

export const TEST_WORDS: Readonly<Record<TestName, string>> = {
  'mcnemar-midp': 'McNemar, mid-p',
  'mcnemar-exact': 'McNemar, exact',
  'paired-t': 'paired t',
  'clustered-t': 'clustered t',
  wilcoxon: 'Wilcoxon',
  sign: 'sign test',
};

const METHOD_WORDS: Readonly<Record<Interval['method'], string>> = {
  wilson: "Wilson's",
  student: "Student's t",
  clustered: "Student's t, clustered",
  bootstrap: 'bootstrap',
};

/** How the intervals of systems were found, in words. */
export function describeMethods(systems: readonly SystemReport[], confidence: number): string {
  const methods = new Set(
    systems.flatMap(({ metrics }) =>
      metrics.flatMap(({ interval }) => (interval === null ? [] : [interval.method])),
    ),
  );
  if (methods.size === 0) return 'No intervals: too few scores.';
  const words = [...methods].map((method) => METHOD_WORDS[method]);
  return `Intervals at ${formatShare(confidence)}: ${words.join('; ')}.`;
}

/** 0.95 as `95 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** How many records it would take, where a difference cannot be told. */
export function describePlanning({
  verdict,
  planning,
  n,
}: Pick<MetricComparison, 'verdict' | 'planning' | 'n'>): string | undefined {
  if (verdict !== 'cannot-tell' || planning === null) return undefined;
  const { recordsNeeded } = planning;
  return recordsNeeded === null || recordsNeeded <= n
    ? undefined
    : `a difference of this size shows with about ${formatItems(recordsNeeded, 'record')}`;
}

/** Each note once: of two runs both may say the same. */
export function uniqueNotes(lists: readonly (readonly StatisticsNote[])[]): StatisticsNote[] {
  const notes = new Map(lists.flat().map((note) => [`${note.code} ${note.message}`, note]));
  return [...notes.values()];
}
