import type { ResultRow } from '../results/result-row.js';
import { CaseLabels } from './case-labels.js';
import type { HumanLabel } from './read-labels.js';

/**
 * A run whose rows have labels as a column, as if its data set had them: for `summariseRun` with `labels`, and for reports. Cases on which
 * people are evenly split have no label.
 *
 * @param run Not modified; any object with rows.
 * @param column Name of the column; an existing column of this name is hidden. @default 'label'
 *
 * @example
 * ```ts
 * import { withLabels } from '@testbench/bench/judging';
 *
 * async function* rows() {
 *   yield { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: { judge: 1 } };
 * }
 * const labelled = withLabels({ rows }, [{ id: '0', label: 0 }], 'judge');
 * const { value } = await labelled.rows().next();
 * value?.columns; // => { label: 0 }
 * ```
 */
export function withLabels<Run extends { rows(): AsyncIterable<ResultRow> }>(
  run: Run,
  labels: readonly HumanLabel[],
  evaluator: string,
  column = 'label',
): Omit<Run, 'rows'> & { rows(): AsyncGenerator<ResultRow> } {
  const byCase = new CaseLabels(labels);
  return {
    ...run,
    async *rows() {
      for await (const row of run.rows()) {
        const label = byCase.of(row, evaluator)?.majority;
        const { [column]: _hidden, ...columns } = row.columns ?? {};
        yield { ...row, columns: label === undefined ? columns : { ...columns, [column]: label } };
      }
    },
  };
}
