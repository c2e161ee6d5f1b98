import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { ResultRow } from './result-row.js';
import { isFailed } from './score-board.js';
import type { StoredRun } from './read-run.js';

/** Selects cases. */
export interface CaseFilter {
  /** The record's id, or else its index as a text. */
  readonly id?: string;
  readonly prompt?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly epoch?: number;
}

const FILTER: OptionReaders<CaseFilter> = {
  id: readText,
  prompt: readText,
  provider: readText,
  model: readText,
  epoch: (node) => node.wholeNumber(0),
};

/** Also accepts an empty text: a record may have such an id. */
function readText(node: ConfigNode): string {
  return typeof node.value === 'string' ? node.value : node.reject('a text');
}

/**
 * The cases of a run that lack a score, in the order of its rows.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} For an unknown key or a wrong value in the filter.
 */
export async function* listFailures(
  run: Pick<StoredRun, 'rows'>,
  filter?: CaseFilter,
): AsyncGenerator<ResultRow> {
  const wanted = readOptions<CaseFilter>(filter, FILTER);
  for await (const row of run.rows()) if (isFailed(row) && matches(row, wanted)) yield row;
}

/**
 * Everything that a run stores about some cases: the rows that match the filter, in order.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} For an unknown key or a wrong value in the filter.
 */
export async function* showCase(
  run: Pick<StoredRun, 'rows'>,
  filter: CaseFilter,
): AsyncGenerator<ResultRow> {
  const wanted = readOptions<CaseFilter>(filter, FILTER);
  for await (const row of run.rows()) if (matches(row, wanted)) yield row;
}

function matches(row: ResultRow, { id, prompt, provider, model, epoch }: CaseFilter): boolean {
  return (
    (id === undefined || id === (row.id ?? String(row.index))) &&
    (prompt === undefined || prompt === row.prompt) &&
    (provider === undefined || provider === row.provider) &&
    (model === undefined || model === row.model) &&
    (epoch === undefined || epoch === row.epoch)
  );
}
