import type { JSX } from 'preact';

import { formatScore } from '../format.js';
import { scoreKind } from '../outcomes.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import type { FullRow } from '../full-row.js';

/** Scores of a record: a line for each system and evaluator, its epochs in a row. */
export function EpochTable({
  view,
  rows,
}: {
  readonly view: View;
  readonly rows: readonly FullRow[];
}): JSX.Element {
  const { store, names } = view;
  const epochs = [...new Set(rows.map(({ row }) => row.epoch))].sort((one, other) => one - other);
  const systems = [...new Set(rows.map(({ row }) => row.system))].sort((one, other) => one - other);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Scores of the record">
      <table>
        <caption class="visually-hidden">
          Scores of this record by model, evaluator and epoch
        </caption>
        <thead>
          <tr>
            <th scope="col">model</th>
            <th scope="col">evaluator</th>
            {epochs.map((epoch) => (
              <th key={epoch} scope="col" class="number">
                {epochs.length === 1 ? 'score' : `epoch ${epoch}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {systems.flatMap((system) =>
            store.index.evaluators.map(({ name }, evaluator) => (
              <tr key={`${system}-${evaluator}`}>
                <th scope="row">
                  <span class={`key series-${system % 6}`} aria-hidden="true" />
                  <Name text={names[system]!} />
                </th>
                <td>
                  <Name text={name} />
                </td>
                {epochs.map((epoch) => {
                  const row = rows.find(
                    (full) => full.row.system === system && full.row.epoch === epoch,
                  )?.row;
                  const score = row === undefined ? null : store.score(evaluator, row.number);
                  const kind = scoreKind(store, evaluator, score);
                  return (
                    <td key={epoch} class="number">
                      <span class={`score ${kind}`}>{formatScore(score)}</span>
                    </td>
                  );
                })}
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}
