import { MAX_SUM_NAME_LENGTH, MAX_SUMS } from '@testbench/types/aggregate';

import { hasResult } from '../compare/record-results.js';
import { isObject } from '../is-object.js';
import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';
import type { SystemName } from '../results/score-board.js';
import type { Baseline, BaselineSums } from './baseline.js';

/** More results per record than the maximum number of epochs would only take time. */
const MAX_RESULTS = 1000;

/** Adds up the metrics of records' results, record by record, for a baseline. */
export class BaselineSumReader {
  readonly #evaluators: readonly string[];
  readonly #open = new Map<string, { names: Map<string, number>; records: Entry[] }>();

  /** @param evaluators The evaluators of sums. */
  constructor(evaluators: readonly string[]) {
    this.#evaluators = evaluators;
  }

  /** @param system Its index among the systems of `sums`. */
  add(row: ResultRow, system: number, record: number): void {
    for (const evaluator of this.#evaluators) {
      const metrics = ownValue(row.details ?? {}, evaluator)?.metrics;
      if (metrics === undefined || !hasResult(row, evaluator)) continue;
      const key = JSON.stringify([system, evaluator]);
      let open = this.#open.get(key);
      if (open === undefined) this.#open.set(key, (open = { names: new Map(), records: [] }));
      const { names, records } = open;
      const entry = (records[record] ??= [0]);
      entry[0]! += 1;
      for (const [name, value] of Object.entries(metrics)) {
        const place = names.get(name) ?? names.size + 1;
        names.set(name, place);
        entry[place] = (entry[place] ?? 0) + value;
      }
    }
  }

  /** The sums of some of the systems. */
  sums(
    systems: readonly SystemName[],
    chosen: readonly SystemName[],
    records: number,
  ): BaselineSums[] {
    return chosen.flatMap((name) =>
      this.#evaluators.flatMap((evaluator): BaselineSums[] => {
        const found = this.#open.get(JSON.stringify([systems.indexOf(name), evaluator]));
        if (found === undefined) return [];
        const { prompt, provider, model } = name;
        const names = [...found.names.keys()];
        return [
          {
            prompt,
            provider,
            model,
            evaluator,
            names,
            records: Array.from({ length: records }, (_, record) => {
              const entry = found.records[record];
              return entry === undefined
                ? null
                : Array.from({ length: names.length + 1 }, (_none, place) => entry[place] ?? 0);
            }),
          },
        ];
      }),
    );
  }
}

type Entry = number[] | undefined;

/** Rows like those that the sums were made from, as far as a comparison of sets reads them: at least one per record. */
export async function* baselineRows({
  fields,
  records,
  sums = [],
}: Pick<Baseline, 'fields' | 'records' | 'sums'>): AsyncGenerator<ResultRow, undefined> {
  const hasIds = fields.includes('id');
  for (const [place, [index, id]] of records.entries()) {
    const record = { index: index as number, ...(hasIds ? { id: String(id) } : {}) };
    let isBare = true;
    for (const { prompt, provider, model, evaluator, names, records: entries } of sums) {
      const entry = entries[place];
      if (entry === null || entry === undefined) continue;
      isBare = false;
      const metrics = Object.fromEntries(names.map((name, at) => [name, entry[at + 1]!]));
      for (let epoch = 1; epoch <= entry[0]!; epoch += 1) {
        yield {
          ...record,
          prompt,
          provider,
          model,
          epoch,
          scores: Object.fromEntries([[evaluator, 0]]),
          // A result that lacks a metric counts as 0: the first has the sums of all.
          details: Object.fromEntries([[evaluator, { metrics: epoch === 1 ? metrics : {} }]]),
        };
      }
    }
    if (isBare) yield { ...record, prompt: '', provider: '', model: '', epoch: 1, scores: {} };
  }
  return undefined;
}

/** True if a value from a file is a list of sums for this many records. */
export function areBaselineSums(value: unknown, records: number): value is readonly BaselineSums[] {
  return Array.isArray(value) && value.every((item) => isSums(item, records));
}

function isSums(value: unknown, count: number): boolean {
  if (!isObject(value)) return false;
  const { prompt, provider, model, evaluator, names, records } = value;
  if (![prompt, provider, model, evaluator].every((text) => typeof text === 'string')) return false;
  if (!Array.isArray(names) || names.length > MAX_SUMS || !Array.isArray(records)) return false;
  const isName = (name: unknown): boolean =>
    typeof name === 'string' && name.length <= MAX_SUM_NAME_LENGTH;
  if (!names.every(isName) || new Set(names).size < names.length) return false;
  const isEntry = (entry: unknown): boolean =>
    entry === null ||
    (Array.isArray(entry) &&
      entry.length === names.length + 1 &&
      entry.every((item) => Number.isFinite(item)) &&
      Number.isSafeInteger(entry[0]) &&
      entry[0] >= 1 &&
      entry[0] <= MAX_RESULTS);
  return records.length === count && records.every(isEntry);
}
