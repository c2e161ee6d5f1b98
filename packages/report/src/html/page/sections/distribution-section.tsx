import type { JSX } from 'preact';

import { countBins, Histogram } from '../charts/histogram.js';
import type { View } from '../view.js';
import { EvaluatorSelect } from './selects.js';

const BINS = 20;

/** Distribution of the scores of one evaluator, for each system. */
export function DistributionSection({ view }: { readonly view: View }): JSX.Element {
  const { store, names, state } = view;
  const { by } = state.value;
  const { name } = store.index.evaluators[by] ?? { name: '' };
  const values = names.map((): number[] => []);
  for (let row = 0; row < store.rowCount; row += 1) {
    const score = store.score(by, row);
    if (score !== null) values[store.index.rows.system[row]!]!.push(score);
  }
  return (
    <section aria-labelledby="distributions">
      <h2 id="distributions">Distribution of scores</h2>
      <div class="controls">
        <EvaluatorSelect view={view} />
      </div>
      <div class="small-charts">
        {names.map((system, number) => (
          <Histogram
            key={number}
            title={`${system}: ${name}`}
            counts={countBins(values[number]!, 0, 1, BINS)}
            min={0}
            max={1}
            colour={number}
            format={(value) => value.toFixed(2).replace(/\.?0+$/, '')}
          />
        ))}
      </div>
    </section>
  );
}
