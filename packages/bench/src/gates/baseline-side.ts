import type { ComparedSide } from '../compare/compared-side.js';
import { type Metric, metricsOf } from '../summary/metric-list.js';
import { type RecordColumns, RecordList } from '../summary/record-columns.js';
import { NumberColumn } from '../summary/number-column.js';
import { type MetricColumn, type SystemColumns, systemKey } from '../summary/score-table.js';
import { RecordResults } from '../compare/record-results.js';
import type { Baseline, BaselineSums } from './baseline.js';
import { baselineRows } from './baseline-sums.js';

/** A baseline as one side of a comparison. */
export function baselineSide(baseline: Baseline): ComparedSide {
  const { run, evaluators, columns, fields, records, sums } = baseline;
  const metrics = new Map(
    metricsOf({ evaluators }).map((metric) => [`${metric.kind} ${metric.metric}`, metric]),
  );
  const systems = new Map<string, { name: SystemColumns['name']; metrics: MetricColumn[] }>();
  for (const [position, column] of columns.entries()) {
    const { prompt, provider, model, metric, kind } = column;
    const known: Metric = metrics.get(`${kind} ${metric}`) ?? { metric, kind };
    const values = new NumberColumn();
    for (const record of records) {
      const score = record[fields.length + position];
      values.add(typeof score === 'number' ? score : Number.NaN);
    }
    const key = systemKey(column);
    const system = systems.get(key) ?? { name: { prompt, provider, model }, metrics: [] };
    systems.set(key, system);
    system.metrics.push({
      ...known,
      values,
      deviations: { count: 0, total: 0 },
      errors: 0,
      dropped: 0,
    });
  }
  const hasIds = fields.includes('id');
  const keys = [...systems.keys()];
  return {
    ...(sums === undefined
      ? {}
      : {
          results: resultsOf(sums, keys),
          rows: () => baselineRows(baseline),
        }),
    plan: { evaluators, onError: run.onError, epochs: run.epochs },
    table: {
      facts: run,
      systems: [...systems.values()],
      records: recordsOf(records, hasIds),
    },
  };
}

/** The records that have sums, by index of the system. */
function resultsOf(sums: readonly BaselineSums[], keys: readonly string[]): RecordResults {
  const results = new RecordResults([]);
  for (const { evaluator, records, ...name } of sums) {
    const found = results.of(evaluator, keys.indexOf(systemKey(name)));
    for (const [place, entry] of records.entries()) if (entry !== null) found.add(place);
  }
  return results;
}

function recordsOf(records: Baseline['records'], hasIds: boolean): RecordColumns {
  const list = new RecordList(hasIds);
  for (const [index, id] of records) {
    list.add({
      index: index as number,
      id: hasIds ? String(id) : undefined,
      group: undefined,
      cluster: undefined,
    });
  }
  return list;
}
