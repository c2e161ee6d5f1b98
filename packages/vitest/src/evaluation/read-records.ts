import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';
import { ConfigNode, readOptions } from '@testbench/types/config';

import { EvaluationError } from '../errors.js';
import { MAX_RECORDS } from '../limits.js';
import {
  EVALUATE_OPTIONS,
  type EvaluateOptions,
  type EvaluationRecord,
} from './evaluation-options.js';

/** Reads the options of `evaluate`. @throws {ConfigError} */
export function readEvaluateOptions(options: unknown): EvaluateOptions {
  return readOptions<EvaluateOptions>(options, EVALUATE_OPTIONS, '', ['evaluators']);
}

/**
 * Reads records: a list as it is, a file as a benchmark reads it.
 *
 * @throws {ConfigError} For anything else, and for two records with one id.
 * @throws {BenchError} The file cannot be read.
 * @throws {EvaluationError} `EVALUATION_NO_ANSWER` if there are none.
 */
export async function readRecords(dataset: unknown): Promise<readonly EvaluationRecord[]> {
  return checkRecords(typeof dataset === 'string' ? await readFile(dataset) : dataset);
}

/** The same for a list. */
export function checkRecords(dataset: unknown): readonly EvaluationRecord[] {
  const node = new ConfigNode(dataset, 'dataset');
  const records = node.list().map((item) => {
    const record = item.object() as EvaluationRecord;
    const { id } = record;
    const isName = id === undefined || typeof id === 'string' || typeof id === 'number';
    if (!isName) new ConfigNode(id, `${item.path}.id`).reject('a text or a number');
    return record;
  });
  if (records.length > MAX_RECORDS) node.reject(`at most ${MAX_RECORDS} records`);
  const seen = new Set<string>();
  for (const [index, { id }] of records.entries()) {
    const name = String(id ?? index);
    if (seen.has(name)) new ConfigNode(id, `dataset[${index}].id`).reject('an id of its own');
    seen.add(name);
  }
  if (records.length > 0) return records;
  throw new EvaluationError('EVALUATION_NO_ANSWER', 'Cannot evaluate: the data set has no records');
}

async function readFile(path: string): Promise<readonly EvaluationRecord[]> {
  const config = parseDatasetConfig({ path, limit: MAX_RECORDS });
  await using dataset = await openDataset(config);
  const records: EvaluationRecord[] = [];
  for await (const batch of dataset.batches(100)) {
    for (const { id, input, expected, row } of batch) {
      records.push({ ...row, id, input, expected });
    }
  }
  return records;
}
