import type { JsonPlace } from '../json/json-place.js';
import type { StatedMean } from '../read-run.js';

/** Fields of a sample that are no metrics. */
const FIELDS = new Set([
  'doc_id',
  'doc',
  'target',
  'arguments',
  'resps',
  'filtered_resps',
  'filter',
  'metrics',
  'doc_hash',
  'prompt_hash',
  'target_hash',
  'task_hash',
]);
/** Totals that are computed from sums over all samples, not as means of them. */
const NO_MEANS = new Set([
  'perplexity',
  'word_perplexity',
  'byte_perplexity',
  'bits_per_byte',
  'f1',
  'mcc',
  'matthews_corrcoef',
  'bleu',
  'chrf',
  'ter',
  'brier_score',
]);
const MEANS = new Set(['mean', 'nanmean']);

/** The name of a metric in a run: with its filter, unless that is `none`. */
function metricName(name: string, filter: string | undefined): string {
  return filter === undefined || filter === 'none' ? name : `${name}/${filter}`;
}

/** Values of a sample by metric. @param filter Its filter. @param onOther Called for a value that is no number, such as a pair. */
export function sampleValues(
  sample: JsonPlace,
  filter: string,
  onOther: (metric: string) => void,
): Record<string, number | null> {
  const named = sample.at('metrics');
  const names = named.isList
    ? named.list().map((name) => name.name())
    : sample.entries().flatMap(([name]) => (FIELDS.has(name) ? [] : [name]));
  const values: [string, number | null][] = [];
  for (const name of names) {
    if (name === '') throw sample.invalid('it has a metric without a name');
    const { value } = sample.at(name);
    const metric = metricName(name, filter);
    if (typeof value === 'number') values.push([metric, value]);
    else if (typeof value === 'boolean') values.push([metric, value ? 1 : 0]);
    else if (value === null) values.push([metric, null]);
    else if (value !== undefined && named.isList) onOther(metric);
  }
  return Object.fromEntries(values);
}

/** The means among the totals of a task. */
export function statedMeans(results: JsonPlace, task: string): StatedMean[] {
  const metrics = results.at('configs').at(task).at('metric_list');
  const aggregations = new Map(
    (metrics.isList ? metrics.list() : []).map((metric) => [
      metric.at('metric').value,
      metric.at('aggregation').value,
    ]),
  );
  return results
    .at('results')
    .at(task)
    .entries()
    .flatMap(([key, { value }]) => {
      const [name = '', filter] = key.split(',');
      const aggregation = aggregations.get(name);
      const isMean = typeof aggregation === 'string' ? MEANS.has(aggregation) : !NO_MEANS.has(name);
      if (!isMean || typeof value !== 'number' || name.endsWith('_stderr')) return [];
      return [{ metric: metricName(name, filter), name: key, value }];
    });
}
