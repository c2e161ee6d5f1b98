import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';

import { formatCount } from '../../../text/format-numbers.js';
import { countOutcomes, type Outcome, rightFrom } from '../outcomes.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { DifferenceTable } from './difference-table.js';
import { EvaluatorSelect, SystemSelect } from './selects.js';

const OUTCOMES: readonly Outcome[] = ['right', 'wrong', 'none'];
const WORDS: Readonly<Record<Outcome, string>> = {
  right: 'right',
  wrong: 'wrong',
  none: 'no score',
};

/** The matrix "A right, B wrong": each cell links to its records. */
export function ComparisonSection({ view }: { readonly view: View }): JSX.Element {
  const { store, state, names, choose } = view;
  const { a, b, by, cell } = state.value;
  const counts = useComputed(() => {
    const chosen = state.value;
    return countOutcomes(store, chosen.a, chosen.b, chosen.by);
  }).value;
  const count = (one: Outcome, other: Outcome): number => counts.get(`${one}-${other}`) ?? 0;
  const shown = OUTCOMES.filter(
    (outcome) =>
      outcome !== 'none' ||
      OUTCOMES.some((other) => count('none', other) > 0 || count(other, 'none') > 0),
  );
  const nameA = names[a]!;
  const nameB = names[b]!;
  return (
    <section aria-labelledby="comparison">
      <h2 id="comparison">Who is right where the other is wrong</h2>
      <div class="controls">
        <SystemSelect
          view={view}
          label="A"
          value={a}
          choose={(value) => choose({ a: value, cell: '' })}
        />
        <SystemSelect
          view={view}
          label="B"
          value={b}
          choose={(value) => choose({ b: value, cell: '' })}
        />
        <EvaluatorSelect view={view} />
      </div>
      <div class="card">
        <table class="matrix">
          <caption class="visually-hidden">
            Records by outcome of {nameA} and {nameB}
          </caption>
          <thead>
            <tr>
              <td />
              {shown.map((other) => (
                <th key={other} scope="col">
                  B {WORDS[other]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one}>
                <th scope="row">A {WORDS[one]}</th>
                {shown.map((other) => {
                  const name = `${one}-${other}`;
                  const isOpen = cell === name;
                  return (
                    <td key={other}>
                      <button
                        type="button"
                        class={`cell ${one === other ? 'same' : one === 'right' ? 'a-only' : other === 'right' ? 'b-only' : 'same'}`}
                        aria-pressed={isOpen}
                        aria-label={`A ${WORDS[one]}, B ${WORDS[other]}: ${count(one, other)} records`}
                        onClick={() => {
                          choose({ cell: isOpen ? '' : name });
                          if (!isOpen) document.getElementById('records')?.scrollIntoView();
                        }}
                      >
                        {formatCount(count(one, other))}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <p class="muted">
          A is <Name text={nameA} />, B is <Name text={nameB} />. Right is a score of{' '}
          {rightFrom(store, by)} or more, in the mean over epochs. A cell shows its records below.
        </p>
        <DifferenceTable view={view} />
      </div>
    </section>
  );
}
