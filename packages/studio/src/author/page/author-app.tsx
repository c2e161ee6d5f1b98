import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { AuthorStore } from './author-store.js';
import { BuilderForm } from './builder/builder-form.js';
import { DataPanel } from './data-panel.js';
import { SourceEditor } from './editor/source-editor.js';
import { ResultsPanel } from './results/results-panel.js';
import { SavePanel } from './save-panel.js';

/** Editor and visual builder: a metric on the left, the records and their results on the right. */
export function AuthorApp({ store }: { readonly store: AuthorStore }): JSX.Element {
  const [view, setView] = useState<'builder' | 'source'>('builder');
  const isByHand = store.written.value !== undefined;
  return (
    <div class="author">
      <div class="author-columns">
        <div>
          <section class="author-card" aria-label="Metric">
            <h2>Metric</h2>
            <div class="author-row" role="group" aria-label="How to write it">
              <button
                type="button"
                aria-pressed={view === 'builder'}
                onClick={() => setView('builder')}
              >
                Builder
              </button>
              <button
                type="button"
                aria-pressed={view === 'source'}
                onClick={() => setView('source')}
              >
                Source
              </button>
              {store.host.samples.length > 0 && (
                <button
                  type="button"
                  onClick={() => {
                    const [sample] = store.host.samples;
                    store.written.value = undefined;
                    store.recipe.value = sample!.recipe;
                    store.takeRecords(sample!.name, sample!.records);
                  }}
                >
                  Load the example
                </button>
              )}
            </div>
            {view === 'source' && <SourceEditor store={store} />}
            {view === 'builder' && isByHand && (
              <p class="author-warning">
                The source was edited by hand. The form is what it was before, and has no effect
                until you return to it in the source view.
              </p>
            )}
            {view === 'builder' && <BuilderForm store={store} />}
          </section>
        </div>
        <div>
          <DataPanel store={store} />
          <ResultsPanel store={store} />
          <SavePanel store={store} />
        </div>
      </div>
    </div>
  );
}
